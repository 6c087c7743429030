"""The pull of 20,000 events from the simulated 100ms, which runs as a process of its own."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from analytics import sync
from analytics.models import Cursor
from rooms import hms
from rooms.simulator.app import ACCESS_KEY, SECRET
from rooms.simulator.faults import Faults
from rooms.simulator.scenarios import lecture
from rooms.simulator.server import running
from rooms.simulator.world import World
from tests.benchmarks.measuring import Ratio
from tests.benchmarks.storing import empty

EVENTS = 20_000
ROUNDS = 3
NEARBY = 0.02  # seconds: a fast answer over a real network


def _simulate(ready: Connection, slow: float) -> None:
    faults = Faults()
    if slow:
        faults.add({"slow": slow, "times": None})
    world = World()
    hours = int(datetime.now(UTC).timestamp()) - 3 * 3600
    world.play(lecture(1, people=100, duration=5400, events=EVENTS), world.add_room("Lecture hall 2"), hours * 10**9)
    with running(world, faults=faults) as url:
        ready.send(url)
        ready.recv()


@contextmanager
def simulated(slow: float = 0.0) -> Iterator[str]:
    """The address of a simulated 100ms with one lecture that is over; each answer `slow` seconds late."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_simulate, args=(theirs, slow), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(10)


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
        with simulated(slow) as url:
            http, ours, events = min((_pull(url) for _ in range(ROUNDS)), key=lambda run: run[1] / run[0])
        detail = f"{events:,} events: HTTP {http:.2f} s, ours {ours:.2f} s"
        yield Ratio(f"sync: our side ÷ HTTP, {where}", ours / http, 1, at_most=True, detail=detail)
