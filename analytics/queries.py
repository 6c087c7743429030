"""What pages ask of the read models. Reads only; a bounded number of queries whatever the number of people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from analytics import instants
from analytics.activity import Failure as FailureSeen
from analytics.activity import Frame, Stay
from analytics.activity import Track as TrackOn
from analytics.envelope import is_id
from analytics.models import Asset, Cursor, Failure, Peer, Pull, Recording, Session, Stream, Track

# What cannot follow a person into the room: an answer to an attempt, not trouble that somebody had.
NOT_TROUBLE = ("peer.leave.failure", "room.end.failure")
LONGEST_SESSION = timedelta(hours=12)  # EVENTS trap 23


def live(now: datetime) -> Q:
    """Sessions going on: no end told, and young enough that 100ms has not ended them unasked (EVENTS trap 23).

    Clocks differ, so one may have begun a little after now; what begins in years is a fault of whoever said so.
    """
    return Q(ended_at=None, started_at__gt=now - LONGEST_SESSION, started_at__lt=now + LONGEST_SESSION)


def is_live(session: Session, now: datetime) -> bool:
    if session.ended_at is not None or session.started_at is None:
        return False
    return abs(session.started_at - now) < LONGEST_SESSION


def frame(session: Session, now: datetime) -> Frame:
    """The session's edges. One that nobody told the end of closes at its last sign of life, marked as estimated."""
    at = instants.from_datetime(now)
    if is_live(session, now):
        assert session.started_at is not None
        return Frame(session.pk, instants.from_datetime(session.started_at), None, at)
    ended = session.ended_at or session.last_event_at or session.started_at or now
    started = session.started_at or ended
    return Frame(
        session.pk,
        instants.from_datetime(started),
        instants.from_datetime(max(started, ended)),
        at,
        end_estimated=session.ended_at is None,
    )


def stays(session: Session) -> list[Stay]:
    """Everybody's stays with their tracks: two queries. Recorders are left out (EVENTS trap 42)."""
    return stays_of(counted(Peer.objects.filter(session=session)), Track.objects.filter(session=session))


def counted(peers: QuerySet[Peer]) -> QuerySet[Peer]:
    """Those of them that are people: recorders may look like one (EVENTS trap 42)."""
    return peers.exclude(role__in=_not_counted())


def is_counted(role: str) -> bool:
    """Is somebody of this role a person?"""
    return role not in _not_counted()


def _not_counted() -> list[str]:
    return settings.HMS_ROLES_NOT_COUNTED


def stays_of(peers: Iterable[Peer], tracks: QuerySet[Track]) -> list[Stay]:
    """These peers as the arithmetic takes them, with those of the tracks that are theirs."""
    of_peer: dict[str, list[TrackOn]] = defaultdict(list)
    for pk, peer_id, kind, on, started_at, stopped_at in tracks.order_by("started_at", "id").values_list(
        "id", "peer_id", "kind", "on", "started_at", "stopped_at"
    ):
        spans = tuple((start, end) for start, end in on)
        of_peer[peer_id].append(TrackOn(pk, peer_id, kind, spans, _instant(started_at), _instant(stopped_at)))
    return [
        Stay(
            peer_id=peer.pk,
            user_id=peer.user_id,
            name=peer.name,
            role=peer.role,
            type=peer.type,
            joined_at=_instant(peer.joined_at),
            left_at=_instant(peer.left_at),
            reason=peer.leave_reason,
            message=peer.leave_message,
            roles=tuple((since, role) for since, role in peer.roles),
            tracks=tuple(of_peer[peer.pk]),
            device=peer.device,
            duration=None if peer.duration_seconds is None else int(peer.duration_seconds * instants.SECOND),
        )
        for peer in peers
    ]


def failures(session: Session) -> list[FailureSeen]:
    """What went wrong in a session, by time.

    Some failures name no session (EVENTS trap 12): those count that name one of its peers, or its room while it ran.
    """
    return [seen(row) for row in _failures(session).order_by("at", "event_id")]


def troubles(session: Session) -> QuerySet[Failure]:
    """Those of its failures that somebody could not get past."""
    return _failures(session).filter(is_terminal=True).exclude(type__in=NOT_TROUBLE)


def _failures(session: Session) -> QuerySet[Failure]:
    belongs = Q(session_id=session.pk)
    if session.started_at is not None:
        until = session.ended_at or session.started_at + LONGEST_SESSION
        belongs |= Q(session_id="", room=session.room_id, at__gte=session.started_at, at__lt=until)
    return Failure.objects.filter(belongs)


def running_at(room_id: str, moment: datetime) -> Q:
    """The sessions to which a failure of that room and moment belongs when it names none."""
    unended = Q(ended_at=None, started_at__gt=moment - LONGEST_SESSION)
    return Q(Q(ended_at__gt=moment) | unended, room=room_id, started_at__lte=moment)


def seen(row: Failure) -> FailureSeen:
    """A failure as the arithmetic and its words take it."""
    return FailureSeen(
        at=instants.from_datetime(row.at),
        type=row.type,
        peer_id=row.peer_id,
        user_id=row.user_id,
        name=row.name,
        error_code=row.error_code,
        error_message=row.error_message,
        is_terminal=row.is_terminal,
        action=row.action,
    )


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far the figures of a session can be trusted.

    `pulled_at`: start of the last whole reading of its analytics events, None before the first. `final`: that reading
    began after the session's end, so nothing more will come. `gap`: 100ms no longer held what we had not read.
    `error`: what stood in the way of the last pull, "" if nothing.
    """

    pulled_at: datetime | None
    final: bool
    gap: bool
    error: str


def completeness(session: Session) -> Completeness:
    """Two queries at most."""
    cursor = Cursor.objects.filter(pk=session.pk).first()
    if cursor is None:
        return Completeness(None, final=False, gap=False, error="")
    error = ""
    if cursor.failures:
        last = Pull.objects.filter(session_id=session.pk).exclude(error="").first()
        error = last.error if last else ""
    return Completeness(cursor.pulled_at, cursor.final_at is not None, cursor.lost_at is not None, error)


Row = TypeVar("Row", Recording, Stream)


def find_recording(any_id: str) -> Recording | None:
    """The recording that goes by this id: ours, its beam's, its job's, its own at 100ms or that of one of its files.

    Should one id stand for two (EVENTS trap 13: a beam's may), the browser recording comes first.
    """
    known = Recording.objects.select_related("room").order_by("kind", "-at", "pk")
    of_file = known.filter(pk__in=Asset.objects.filter(pk=any_id).values("recording_id"))
    return _found(known, any_id, Recording.Kind.values, of_file)


def find_stream(any_id: str) -> Stream | None:
    """The stream that goes by this id: ours, its job's, its beam's or another of 100ms's.

    Should one id stand for two, the live stream comes first.
    """
    known = Stream.objects.select_related("room").order_by("-kind", "-at", "pk")
    return _found(known, any_id, Stream.Kind.values, known.none())


def _found(known: QuerySet[Row], any_id: str, kinds: Sequence[str], of_file: QuerySet[Row]) -> Row | None:
    """Ids of ours, of jobs and of files are found by an index; any other costs a look through the table.

    The caller holds what is found to who may see its room.
    """
    kind, _, rest = any_id.partition("-")
    is_ours = kind in kinds
    if not is_id(rest if is_ours else any_id):
        return None
    for found in (
        known.filter(pk__in=[any_id, *(f"{kind}-{any_id}" for kind in kinds)]),
        known.filter(job_id=any_id),
        of_file,
        # Whole texts in a list are found by their quotation marks, on every database alike; an id has none itself.
        known.annotate(told=Cast("aliases", TextField())).filter(Q(beam_id=any_id) | Q(told__contains=f'"{any_id}"')),
    ):
        if (row := found.first()) is not None:
            return row
    # An id of ours from before 100ms's first one was known, which the row bears since.
    later = _found(known, rest, kinds, known.none()) if is_ours else None
    return later if later is not None and later.kind == kind else None


def _instant(value: datetime | None) -> int | None:
    return None if value is None else instants.from_datetime(value)
