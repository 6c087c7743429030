"""The session page: how long its SQL takes, how many questions it asks, and what the read models spare it."""

import operator
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from analytics import instants, queries
from analytics.activity import Frame, Stay, Track, people
from analytics.envelope import Envelope
from analytics.ingest import ingest
from analytics.models import Event, Session
from analytics.projections.batch import STORED, stored
from analytics.projections.peers import ANNOUNCING, CLIENT_TYPES, TRACK_TYPES, fold_peer
from analytics.projections.tracks import fold_track
from analytics.timeline import Timeline, build
from rooms.simulator.scenarios import SCENARIOS
from tests.analytics.histories import of_script
from tests.benchmarks.measuring import Ratio, best_of, seconds
from tests.benchmarks.storing import BATCH, empty

ROUNDS = 10
EVENTS = 50_000


@dataclass
class Asked:
    """An execute wrapper: how many statements were sent, and the seconds until each was answered."""

    statements: int = 0
    seconds: float = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - start
            self.statements += 1


def held(people: int, events: int | None = None) -> Session:
    """A lecture that is over, stored and projected through `ingest`, alone in the database."""
    empty()
    told = of_script(SCENARIOS["lecture"](1, people=people, events=events))
    for start in range(0, len(told.everything), BATCH):
        ingest(told.everything[start : start + BATCH])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # autovacuum would, a minute later
    return Session.objects.select_related("room").get(pk=told.session_id)


def opened(viewer: Client, session: Session) -> Asked:
    """The page opened some times; the quickest, by its SQL."""
    runs = []
    for _ in range(ROUNDS):
        asked = Asked()
        with connection.execute_wrapper(asked):
            answer = viewer.get(f"/sessions/{session.pk}/")
        assert answer.status_code == 200, answer.status_code
        runs.append(asked)
    assert len({run.statements for run in runs[1:]}) == 1, runs
    return min(runs[1:], key=lambda run: run.seconds)


def from_read_models(session: Session, frame: Frame) -> Timeline:
    return build(people(queries.stays(session), frame), frame, UTC)


def from_events(session: Session, frame: Frame) -> Timeline:
    """The same without read models: every event of the session read and folded for each look at it."""
    return build(people(of_events(session), frame), frame, UTC)


def of_events(session: Session) -> list[Stay]:
    """The stays that the read models hold, by the projections' own folds."""
    of_peer: dict[str, list[Envelope]] = defaultdict(list)
    of_track: dict[str, list[Envelope]] = defaultdict(list)
    for row in Event.objects.filter(session_id=session.pk).values_list(*STORED):
        event = stored(*row)
        if event.type in TRACK_TYPES:
            of_track[event.data["track_id"]].append(event)
        elif event.peer_id and event.type in ANNOUNCING | CLIENT_TYPES:
            of_peer[event.peer_id].append(event)
    tracks: dict[str, list[Track]] = defaultdict(list)
    for track_id, of_one in of_track.items():
        track = fold_track(of_one)
        tracks[track.peer_id].append(Track(track_id, track.peer_id, track.kind, track.on, track.started, track.stopped))
    stays = []
    for peer_id, of_one in of_peer.items():
        peer = fold_peer(of_one)
        if peer is None or peer.role in settings.HMS_ROLES_NOT_COUNTED:
            continue
        stays.append(
            Stay(
                peer_id=peer_id,
                user_id=peer.user_id,
                name=peer.name,
                role=peer.role,
                type=peer.type,
                joined_at=peer.joined,
                left_at=peer.left,
                reason=peer.leave_reason,
                message=peer.leave_message,
                roles=tuple(peer.roles),
                tracks=tuple(sorted(tracks[peer_id], key=lambda track: (track.started_at or 0, track.track_id))),
                device=peer.device,
                duration=None if peer.duration is None else int(peer.duration * instants.SECOND),
            )
        )
    return stays


def benchmark() -> Iterator[Ratio]:
    viewer = Client()
    viewer.force_login(User.objects.create_superuser("ikram"))
    few, some, many = (opened(viewer, held(size)) for size in (20, 200, 2_000))
    yield Ratio(
        "session page of 200 people: ms of SQL",
        some.seconds * 1000,
        10,
        at_most=True,
        detail=f"{some.statements} statements",
    )
    yield Ratio(
        "session page: statements for 2,000 people ÷ for 20",
        many.statements / few.statements,
        1,
        at_most=True,
        detail=f"{many.statements} and {few.statements}; {many.seconds * 1000:.1f} ms of SQL for 2,000",
    )

    session = held(500, EVENTS)
    frame = queries.frame(session, timezone.now())
    by_time = operator.attrgetter("joined_at", "peer_id")
    assert sorted(queries.stays(session), key=by_time) == sorted(of_events(session), key=by_time)
    raw, read = best_of(
        3,
        lambda: seconds(lambda: from_events(session, frame)),
        lambda: seconds(lambda: from_read_models(session, frame)),
    )
    yield Ratio(
        "timeline of 500 people, 50,000 events: × from raw events",
        raw / read,
        10,
        detail=f"{read * 1000:.0f} ms against {raw * 1000:.0f} ms",
    )
