"""Recordings: a page of their list among many, the fold of a growing session, and watched parts beside plain JSON."""

import random
from collections.abc import Iterator
from datetime import timedelta

import orjson
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from analytics import instants
from analytics.envelope import Envelope, parse
from analytics.models import Asset, Recording, Session
from analytics.projections.recordings import fold_recording
from analytics.projections.runs import runs
from analytics.viewing import PlayerEvent, heat, watched
from rooms.models import Room
from tests.benchmarks.measuring import Ratio, best_of, seconds
from tests.benchmarks.rooms_list import opened
from tests.benchmarks.storing import empty

PAGES = {"newest first": "?size=50", "ready ones": "?size=50&state=ready", "the last page": "?size=50&page=9999"}
START = 1_700_000_000 * instants.SECOND
VIEWERS = 500


def school(recordings: int) -> None:
    """Recordings of fifty rooms, each with its session and three files; nothing else."""
    empty()
    now = timezone.now()
    rooms = Room.objects.bulk_create(
        [Room(id=f"{number:024x}", name=f"Room-{number:02d}", mirrored_at=now) for number in range(50)]
    )
    held, made, files = [], [], []
    for number in range(recordings):
        at = now - timedelta(hours=2 + number)
        room = rooms[number % len(rooms)]
        over = at + timedelta(minutes=45)
        session = Session(id=f"session-{number}", room=room, started_at=at, ended_at=over, last_event_at=over)
        held.append(session)
        one = Recording(
            id=f"browser-{number:024x}", room=room, session=session, kind="browser", state="ready", at=at, started_at=at
        )
        made.append(one)
        files += [
            Asset(id=f"{number}-{kind}", recording=one, type=kind, status="completed", is_named=True, size=10_000)
            for kind in ("room-composite", "chat", "transcript")
        ]
    Session.objects.bulk_create(held, batch_size=500)
    Recording.objects.bulk_create(made, batch_size=500)
    Asset.objects.bulk_create(files, batch_size=500)
    with connection.cursor() as cursor:
        # As autovacuum does, a minute later.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def tracks(number: int) -> list[Envelope]:
    """So many tracks on file, each begun and ready."""
    found = []
    for track in range(number):
        data = {"room_id": "r" * 24, "session_id": "s" * 24, "track_id": f"track-{track}", "track_type": "audio"}
        done = {**data, "recording_id": f"{track:024x}", "recording_path": f"s3://bucket/{track}.webm", "size": 1000}
        for kind, at, said in (("started.success", 0, data), ("success", 60, done)):
            stamp = instants.to_rfc3339(START + (track + at) * instants.SECOND)
            envelope = {"id": f"{kind}-{track}", "type": f"track.recording.{kind}", "timestamp": stamp, "data": said}
            found.append(parse(envelope, "webhook"))
    return found


def folded(events: list[Envelope]) -> int:
    """How many recordings they tell of."""
    return sum(fold_recording(run, {}) is not None for run in runs(events))


def viewing(seed: int, jumps: int = 20) -> list[PlayerEvent]:
    """Somebody who watches a minute, pauses, jumps somewhere and goes on."""
    dice = random.Random(seed)
    at, now, events = 0.0, START, [PlayerEvent(START, "ready", 0.0)]
    for _ in range(jumps):
        events.append(PlayerEvent(now, "play", at))
        now, at = now + 60 * instants.SECOND, at + 60
        events.append(PlayerEvent(now, "pause", at))
        to = float(dice.randrange(2400))
        now += instants.SECOND
        events.append(PlayerEvent(now, "seek.forward" if to > at else "seek.backward", None, at, to))
        at, now = to, now + instants.SECOND
    return events


def benchmark() -> Iterator[Ratio]:
    viewer = Client()
    viewer.force_login(User.objects.create_superuser("otto"))
    figures: dict[int, list[dict[str, tuple[float, int]]]] = {50: [], 5_000: []}
    for recordings in (50, 5_000, 50, 5_000):
        school(recordings)
        figures[recordings].append({what: opened(viewer, f"/recordings/{query}") for what, query in PAGES.items()})
    few, many = ({what: min(run[what] for run in runs_) for what in PAGES} for runs_ in figures.values())
    small, asked_of_few = few["newest first"]
    for what in PAGES:
        large, asked_of_many = many[what]
        yield Ratio(
            f"recordings, {what}: × for 5,000 ÷ for 50",
            large / small,
            1.5,
            at_most=True,
            detail=f"{large * 1000:.0f} ms and {small * 1000:.0f}; {asked_of_many} and {asked_of_few} statements",
        )
    short, long = tracks(200), tracks(2_000)
    assert (folded(short), folded(long)) == (200, 2_000)
    of_short, of_long = best_of(3, lambda: seconds(lambda: folded(short)), lambda: seconds(lambda: folded(long)))
    yield Ratio(
        "recordings: fold of 2,000 tracks ÷ ten times that of 200",
        of_long / of_short / 10,
        1.5,
        at_most=True,
        detail=f"{of_long * 1000:.0f} ms against {of_short * 1000:.0f}",
    )
    crowd = [viewing(seed) for seed in range(VIEWERS)]
    told = orjson.dumps([[event._asdict() for event in events] for events in crowd])

    def work_out() -> None:
        heat([watched(events, 2700).spans for events in crowd], 2700, 150)

    read, worked_out = best_of(3, lambda: seconds(lambda: orjson.loads(told)), lambda: seconds(work_out))
    yield Ratio(
        f"viewing: heat line of {VIEWERS} viewers from events ÷ reading their JSON",
        worked_out / read,
        detail=f"{worked_out * 1000:.0f} ms for {sum(map(len, crowd)):,} events, JSON alone {read * 1000:.0f} ms",
    )
