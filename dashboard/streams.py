"""Live and external streams as pages show them: on their list, on a page each, and on that of their session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from analytics.models import Event, Recording, Session, Stream
from analytics.queries import LONGEST_SESSION
from dashboard.doers import Acts, acts_on, names_of, who
from dashboard.endings import stop_words
from dashboard.forms.streams import LENGTH, UNENDED, StreamFilters
from dashboard.htmx import MemberRequest
from dashboard.listing import Column, Listing
from dashboard.states import NEVER_TOLD, RECORDINGS, STREAMS, State
from dashboard.troubles import Step, Trouble, step_of, trouble_in
from rooms.masking import masked_text
from rooms.models import AuditEntry, Room

COLUMNS: Final = (
    Column("Room", "room", Lower("room__name")),
    Column("Kind", "kind", "kind"),
    Column("Started", "started", "at", down=True),
    Column("Length", "length", LENGTH, down=True, nulls=True, classes="n"),
    Column("State", "state", "state"),
    Column("Started by"),
    Column("Sent to", classes="roomy"),
    Column("Recording"),
)
EVENTS_SHOWN: Final = 200
# What the API says of jobs and their files; of the people in a session it says much more.
_OBJECTS: Final = ("snapshot.live_stream", "snapshot.external_stream", "snapshot.recording", "snapshot.recording_asset")


@dataclass(frozen=True, slots=True)
class StreamShown:
    """`length` is None while nobody knows it; `session` None where nothing else is known of it."""

    stream: Stream
    session: Session | None
    state: State
    noun: str
    icon: str
    length: timedelta | None
    started_by: str
    stopped_by: str
    ended: str
    trouble: Trouble | None
    step: Step | None
    outputs: tuple[str, ...]
    recording: Recording | None
    recording_state: State | None

    @property
    def is_live(self) -> bool:
        return self.stream.state in UNENDED and self.state is not NEVER_TOLD

    @property
    def is_estimated(self) -> bool:
        """The length rests on an end that nobody told."""
        return self.stream.end_estimated


def stream_listing(request: MemberRequest, streams: QuerySet[Stream], *, rooms: QuerySet[Room]) -> Listing:
    return Listing(
        request,
        streams,
        StreamFilters(request.GET, rooms),
        COLUMNS,
        default="-started",
        noun=("stream", "streams"),
    )


def shown(streams: Iterable[Stream], now: datetime) -> list[StreamShown]:
    """Five queries, however many streams; none for none. Each must come with its room."""
    rows = list(streams)
    if not rows:
        return []
    acts = acts_on({one for row in rows for one in _ids(row)})
    known = names_of((peer for row in rows for peer in (row.started_by, row.stopped_by)), acts)
    sessions = Session.objects.in_bulk({row.session_id for row in rows})
    recordings = Recording.objects.in_bulk({row.recording_id for row in rows if row.recording_id})
    return [
        _shown(row, sessions.get(row.session_id), recordings.get(row.recording_id), _of(row, acts), known, now)
        for row in rows
    ]


def events(stream: Stream) -> list[Event]:
    """The events that it was folded from, the oldest first: those of its sessions that name one of its ids."""
    family = "hls." if stream.kind == Stream.Kind.LIVE else "beam."
    sessions = [stream.session_id, *stream.other_sessions]
    told = Event.objects.filter(room_id=stream.room_id, session_id__in=sessions)
    wanted = set(_ids(stream))
    found = [
        event
        for event in told.filter(Q(type__startswith=family) | Q(type__in=_OBJECTS)).order_by("emitted_at", "pk")[:1000]
        if wanted & set(_told_ids(event.payload))
    ]
    return found[:EVENTS_SHOWN]


def _told_ids(payload: object) -> Iterable[str]:
    data = payload.get("data") if isinstance(payload, dict) else None
    if isinstance(data, dict):
        yield from (str(data[name]) for name in ("beam_id", "job_id", "recording_id", "id") if data.get(name))


def _ids(row: Stream) -> list[str]:
    return [one for one in (row.job_id, row.beam_id, *row.aliases) if one]


def _of(row: Stream, acts: Mapping[str, Acts]) -> dict[str, AuditEntry]:
    done: dict[str, AuditEntry] = {}
    for one in reversed(_ids(row)):
        done.update(acts.get(one, {}))
    return done


def _shown(
    row: Stream,
    session: Session | None,
    recording: Recording | None,
    done: Acts,
    known: Mapping[str, str],
    now: datetime,
) -> StreamShown:
    stop = done.get("stop")
    failed = row.state == Stream.State.FAILED
    trouble = trouble_in(row)
    return StreamShown(
        stream=row,
        session=session,
        state=NEVER_TOLD if not failed and _is_forgotten(row, session, now) else STREAMS[row.state],
        noun="live stream" if row.kind == Stream.Kind.LIVE else "external stream",
        icon="radio" if row.kind == Stream.Kind.LIVE else "cast",
        length=_length(row, session, now),
        started_by=who(row.started_by, done.get("start"), known),
        stopped_by=who(row.stopped_by, stop, known) if row.stopped_by or stop else "",
        ended=stop_words(row.stop_reason),
        trouble=trouble,
        step=step_of(trouble, row.room) if trouble else None,
        outputs=tuple(masked_text(str(output)) for output in row.outputs),
        recording=recording,
        recording_state=RECORDINGS[recording.state] if recording else None,
    )


def _is_forgotten(row: Stream, session: Session | None, now: datetime) -> bool:
    """It ran, its session is over or it is too old to run on, and no end of it was ever told (EVENTS trap 23)."""
    over = (session is not None and session.ended_at is not None) or now - row.at > LONGEST_SESSION
    return row.end_estimated or (row.state in UNENDED and (over or row.stopped_at is not None))


def _length(row: Stream, session: Session | None, now: datetime) -> timedelta | None:
    """From its times where both are real and differ, else as told (EVENTS trap 19); so far for a running one."""
    if row.started_at is not None and row.stopped_at is not None and row.stopped_at > row.started_at:
        return row.stopped_at - row.started_at
    if row.duration_seconds is not None:
        return timedelta(seconds=row.duration_seconds)
    if row.started_at is not None and row.state in UNENDED and not _is_forgotten(row, session, now):
        return max(now - row.started_at, timedelta())
    return None
