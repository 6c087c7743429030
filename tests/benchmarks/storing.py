"""The bulk path: how much of a bare COPY is left once events are parsed, told apart, stored and projected."""

from collections.abc import Callable, Iterator

import orjson
from django.db import connection, transaction
from django.utils import timezone

from analytics import instants
from analytics.envelope import Channel, Envelope, parse
from analytics.ingest import ingest, lock, not_stored
from analytics.models import Event
from analytics.storing import store
from rooms.simulator.scenarios import SCENARIOS
from tests.analytics.histories import of_script
from tests.benchmarks.measuring import Ratio, best_of, seconds

EVENTS = 20_000
BATCH = 2_000
ROUNDS = 5


def bodies() -> list[bytes]:
    told = of_script(SCENARIOS["lecture"](1, people=100, duration=5400, events=EVENTS))
    return [orjson.dumps(event.payload) for event in told.webhooks + told.analytics]


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE analytics_event, analytics_session, analytics_peer, analytics_track, analytics_failure, "
            "analytics_cursor, rooms_room CASCADE"
        )


def raw_copy(raw: list[bytes]) -> None:
    """The baseline: JSON to columns by hand, COPY straight into the same indexed table. Nothing is checked."""
    now = timezone.now().isoformat()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(
            "COPY analytics_event (event_id, type, channel, room_id, session_id, peer_id, emitted_at, received_at, "
            "payload) FROM STDIN"
        ) as copy,
    ):
        for start in range(0, len(raw), 500):
            lines = []
            for body in raw[start : start + 500]:
                event = orjson.loads(body)
                data = event["data"]
                lines.append(
                    f"{event['id']}\t{event['type']}\twebhook\t{data['room_id']}\t{data.get('session_id', '')}\t"
                    f"{data.get('peer_id', '')}\t{event['timestamp']}\t{now}\t".encode()
                    + body.replace(b"\\", b"\\\\")
                    + b"\n"
                )
            copy.write(b"".join(lines))


def batches(raw: list[bytes]) -> Iterator[list[bytes]]:
    """As the product takes them: a pull commits up to 2,000 events at a time."""
    for start in range(0, len(raw), BATCH):
        yield raw[start : start + BATCH]


def parsed(raw: list[bytes]) -> list[Envelope]:
    return [parse(body, Channel.WEBHOOK) for body in raw]


def stored(raw: list[bytes]) -> None:
    """Our path without projections: the lock, what is known already, and the store."""
    for batch in batches(raw):
        envelopes = parsed(batch)
        with transaction.atomic():
            lock({envelope.room_id for envelope in envelopes})
            if new := not_stored(envelopes):
                store(new, received_at=timezone.now())


def projected(raw: list[bytes]) -> None:
    for batch in batches(raw):
        ingest(parsed(batch))


def bulk_created(raw: list[bytes]) -> None:
    """What Django offers for the same: one row an object, conflicts ignored."""
    now = timezone.now()
    Event.objects.bulk_create(
        [
            Event(
                event_id=each.id,
                type=each.type,
                channel=each.channel,
                room_id=each.room_id,
                session_id=each.session_id,
                peer_id=each.peer_id,
                emitted_at=instants.to_datetime(each.emitted_at),
                received_at=now,
                payload=each.payload,
            )
            for each in parsed(raw)
        ],
        ignore_conflicts=True,
    )


def benchmark() -> Iterator[Ratio]:
    raw = bodies()

    def fresh(run: Callable[[list[bytes]], object]) -> Callable[[], float]:
        def side() -> float:
            empty()
            return seconds(lambda: run(raw))

        return side

    def again() -> float:
        return seconds(lambda: stored(raw))

    copy, ours, second, bulk, whole = best_of(
        ROUNDS,
        fresh(raw_copy),
        fresh(stored),
        again,
        fresh(bulk_created),
        fresh(projected),
    )
    rate = f"{len(raw) / ours:,.0f} events/s against {len(raw) / copy:,.0f}"
    yield Ratio("store: events/s ÷ JSON → COPY into the same indexed table", copy / ours, 0.6, detail=rate)
    yield Ratio("store: × bulk_create(ignore_conflicts)", bulk / ours, 4)
    yield Ratio("store: second pass of the same events ÷ the first (time)", second / ours, 1, at_most=True)
    detail = f"{len(raw) / whole:,.0f} events/s"
    yield Ratio("store and project: events/s ÷ raw COPY", copy / whole, 0.2, detail=detail)
