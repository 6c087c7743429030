"""The pull of 20,000 events from the simulated 100ms, which runs as a process of its own."""

import time
from collections.abc import Callable, Iterator

import orjson

from analytics import sync
from analytics.models import Cursor, Event
from rooms import hms
from rooms.simulator.app import ACCESS_KEY, SECRET
from tests.benchmarks.far_side import simulated
from tests.benchmarks.measuring import Ratio, best_of, seconds
from tests.benchmarks.storing import empty, raw_copy

EVENTS = 20_000
ROUNDS = 3
NEARBY = 0.02  # seconds: a fast answer over a real network


def _pull(url: str) -> tuple[float, float, int]:
    """(seconds in HTTP, seconds on our side, events) of one pull into an empty database."""
    empty()
    with hms.Client(
        access_key=ACCESS_KEY, secret=SECRET, base_url=f"{url}/v2", requests_per_second=float("inf")
    ) as client:
        sync.pull_sessions(client)
        sync.follow()
        http = client.stats.seconds_in_http
        start = time.perf_counter()
        pulls = [sync.pull_events(client, pk) for pk in list(Cursor.objects.values_list("pk", flat=True))]
        whole = time.perf_counter() - start
        http = client.stats.seconds_in_http - http
    assert not any(pull.error for pull in pulls), pulls
    return http, whole - http, sum(pull.events_new for pull in pulls)


def benchmark() -> Iterator[Ratio]:
    for slow, where in ((0.0, "simulator on loopback"), (NEARBY, f"answers {NEARBY * 1000:.0f} ms away")):
        with simulated(events=EVENTS, slow=slow) as url:
            http, ours, events = min((_pull(url) for _ in range(ROUNDS)), key=lambda run: run[1] / run[0])
        detail = f"{events:,} events: HTTP {http:.2f} s, ours {ours:.2f} s"
        yield Ratio(f"sync: our side ÷ HTTP, {where}", ours / http, 1, at_most=True, detail=detail)
        if not slow:
            (copy,) = best_of(ROUNDS, _bare_copy(_pulled()))
            yield Ratio(
                f"sync: a bare COPY of the same events ÷ HTTP, {where}", copy / http, detail=f"COPY {copy:.2f} s"
            )


def _pulled() -> list[bytes]:
    """The bodies of what the last pull brought, but for what the API said of sessions, which is made by us."""
    events = Event.objects.filter(channel=Event.Channel.ANALYTICS)
    return [orjson.dumps(payload) for payload in events.values_list("payload", flat=True)]


def _bare_copy(raw: list[bytes]) -> Callable[[], float]:
    """What the database alone asks for: no reading of ours can be quicker."""

    def side() -> float:
        empty()
        return seconds(lambda: raw_copy(raw))

    return side
