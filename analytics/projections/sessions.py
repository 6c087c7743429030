"""Sessions: when one ran, and who ended it.

Two kinds of evidence. Events about the session itself (`SESSION_TYPES`) are folded whole. Any other event of the
session is a *witness*: it proves that the session exists, began no later and was alive then (EVENTS trap 3). A witness
only ever moves the start back and the last sign of life on, so witnesses may come in any order, one at a time.

What is told of a recording or a stream comes minutes or hours after the session's end, and Beam stays in a room that
all have left (EVENTS trap 23). So of these events only a start is a sign of life. The others prove what they name: that
the session had begun (`session_started_at`), and that it lasted (`session_stopped_at`); those that name neither, as
transcripts and files of tracks, prove nothing and make no session.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Session
from analytics.projections.batch import Batch, moment, readable, text, to_millisecond, user_id

SESSION_TYPES = frozenset({"session.open.success", "session.close.success", "room.end.success", "snapshot.session"})
# Of these only the times of the session that they name count.
AFTERWARDS = frozenset(
    {
        "beam.stopped.success",
        "beam.recording.success",
        "beam.failure",
        "hls.stopped.success",
        "hls.recording.success",
        "hls.failure",
        "recording.success",
        "recording.failed",
    }
)
BEGINNINGS = ("session_started_at", "joined_at", "created_at")
ENDINGS = ("left_at", "session_stopped_at")
# A session lasts 12 h at most, and what came of it is told within the 30 days that 100ms keeps it: a beginning further
# back than that is that of a clock gone wrong.
TOLD_WITHIN = 31 * 24 * instants.HOUR
FIELDS = [
    "room_id",
    "started_at",
    "ended_at",
    "last_event_at",
    "end_source",
    "end_reason",
    "ended_by",
    "end_locked",
]


@dataclass(frozen=True, slots=True)
class Witness:
    """What the mere existence of events proves of their session. Instants cut to the millisecond."""

    started: int
    alive: int


@dataclass(frozen=True, slots=True)
class Folded:
    room_id: str
    started: int | None
    ended: int | None
    end_source: str
    end_reason: str
    ended_by: str
    end_locked: bool


def witness(events: Sequence[Envelope]) -> Witness:
    """What these events prove: the session began no later than each of them says, and was alive at the last.

    An event says the earliest time it names or, naming none, when it was made. Each speaks for itself, so that it does
    not matter which events come together.
    """
    times: dict[object, int | None] = {}  # most events of a peer name the same time

    def named(event: Envelope, fields: tuple[str, ...]) -> list[int]:
        found = []
        for field in fields:
            value = event.data.get(field)
            if isinstance(value, str):
                if value not in times:
                    times[value] = readable(value)
                if (at := times[value]) is not None:
                    found.append(at)
        return found

    begun = [
        min((at for at in named(event, BEGINNINGS) if at >= event.emitted_at - TOLD_WITHIN), default=event.emitted_at)
        for event in events
        if event.type not in AFTERWARDS
    ]
    alive = [max([event.emitted_at, *named(event, ENDINGS)]) for event in events if event.type not in AFTERWARDS]
    for event in events:
        if event.type in AFTERWARDS and (start := _session_began(event)) is not None:
            begun.append(start)
            alive.append(max([start, *(at for at in named(event, ENDINGS) if at <= event.emitted_at)]))
    return Witness(to_millisecond(min(begun)), to_millisecond(max(alive)))


def _session_began(event: Envelope) -> int | None:
    at = moment(event, "session_started_at")
    return at if at is not None and event.emitted_at - TOLD_WITHIN <= at <= event.emitted_at else None


def fold_session(events: Sequence[Envelope]) -> Folded:
    """One session from its own events, in any order.

    Start: what the session events name; else what the API's object says. End: the close event; else, once the object
    is no longer active, the time of its last change, "close to the end time" (contract, schema Session). A close event
    without a time counts from when it was made. `room.end.*` says who and why, never when (EVENTS, Event types).
    """
    events = sorted(events, key=lambda event: (event.emitted_at, event.id))
    objects = [event for event in events if event.type == "snapshot.session"]
    closes = [event for event in events if event.type == "session.close.success"]
    ends = [event for event in events if event.type == "room.end.success"]
    starts = [
        at
        for event in events
        if event.type.startswith("session.")
        if (at := moment(event, "session_started_at")) is not None
    ] or [at for event in objects if (at := moment(event, "created_at")) is not None]
    stops = [moment(event, "session_stopped_at") or event.emitted_at for event in closes] or [
        moment(event, "updated_at") or event.emitted_at for event in objects if event.data.get("active") is False
    ]
    end = ends[0] if ends else None
    return Folded(
        room_id=events[0].room_id,
        started=to_millisecond(min(starts)) if starts else None,
        ended=to_millisecond(min(stops)) if stops else None,
        end_source=text(end, "source", 64) if end else "",
        end_reason=text(end, "reason") if end else "",
        ended_by=(text(end, "user_name") or user_id(end)) if end else "",
        end_locked=bool(end and end.data.get("lock_room") is True),
    )


def project_sessions(batch: Batch) -> None:
    """Write the row of every session the batch speaks of."""
    new: dict[str, list[Envelope]] = defaultdict(list)
    for event in batch.new:
        if event.session_id and (event.type not in AFTERWARDS or _session_began(event) is not None):
            new[event.session_id].append(event)
    own: dict[str, list[Envelope]] = defaultdict(list)
    for event in batch.history(types=SESSION_TYPES, session_id__in=new):
        own[event.session_id].append(event)
    before = Session.objects.in_bulk(new)
    rows = []
    for session_id, events in new.items():
        row = before.get(session_id) or Session(id=session_id, room_id=events[0].room_id)
        was = {field: getattr(row, field) for field in FIELDS}
        _write(row, own[session_id], witness(events))
        if session_id not in before or was != {field: getattr(row, field) for field in FIELDS}:
            rows.append(row)
    Session.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=FIELDS)


def _write(row: Session, own: Sequence[Envelope], proved: Witness) -> None:
    started = instants.to_datetime(proved.started)
    alive = instants.to_datetime(proved.alive)
    row.started_at = min(row.started_at or started, started)
    row.last_event_at = max(row.last_event_at or alive, alive)
    if own:
        folded = fold_session(own)
        if folded.started is not None:
            row.started_at = instants.to_datetime(folded.started)
        row.ended_at = None if folded.ended is None else instants.to_datetime(folded.ended)
        row.room_id = folded.room_id
        row.end_source, row.end_reason = folded.end_source, folded.end_reason
        row.ended_by, row.end_locked = folded.ended_by, folded.end_locked
