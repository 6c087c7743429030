"""Encoders that push into a room. Their events name no session, and one that was turned away names no ingest either
(EVENTS traps 12 and 14)."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Ingest
from analytics.projections.batch import Batch, as_datetime, to_millisecond, words, write
from analytics.projections.evidence import instant, named, number

INGEST_TYPES = frozenset({"ingest.start.success", "ingest.end.success", "ingest.start.failure", "ingest.failure"})
State = Ingest.State


def fold_ingest(events: Sequence[Envelope]) -> Ingest:
    """One encoder's connection, from its events in any order: a failure outweighs an end, and both a start.

    An end that says it began when it ended says nothing of when it began (EVENTS trap 19).
    """
    events = sorted(events, key=lambda event: (event.emitted_at, event.id))
    starts = [event for event in events if event.type == "ingest.start.success"]
    ends = [event for event in events if event.type == "ingest.end.success"]
    failures = [event for event in events if event.type == "ingest.failure"]
    refusals = [event for event in events if event.type == "ingest.start.failure"]
    began = [_or_made(instant(event, "started_at"), event) for event in starts] or [
        at
        for event in ends
        if (at := instant(event, "started_at")) is not None and at != instant(event, "completed_at")
    ]
    over = [_or_made(instant(event, "completed_at"), event) for event in ends] or [
        to_millisecond(event.emitted_at) for event in failures
    ]
    said = failures or refusals
    last = instants.to_datetime(min(event.emitted_at for event in events))
    lengths = [length for event in ends if (length := number(event.data.get("duration"), 7 * 86_400.0))]
    disconnected = [at for event in ends if (at := instant(event, "last_disconnected_at")) is not None]
    return Ingest(
        id=_id(events[0]),
        room_id=events[0].room_id,
        stream_id=next((found for event in events if (found := named(event, "stream_id"))), ""),
        state=State.BROKEN if failures else State.ENDED if ends else State.CONNECTED if starts else State.REFUSED,
        started_at=as_datetime(min(began, default=None)),
        ended_at=as_datetime(min(over, default=None)),
        last_disconnected_at=as_datetime(max(disconnected, default=None)),
        at=as_datetime(min([*began, *over], default=None)) or last,
        duration_seconds=max(lengths, default=None),
        end_reason=words(ends[-1], "reason") if ends else "",
        error_message=words(said[-1], "error_message", 10_000) if said else "",
    )


def _or_made(at: int | None, event: Envelope) -> int:
    return to_millisecond(event.emitted_at) if at is None else at


def _id(event: Envelope) -> str:
    return named(event, "ingest_id") or f"event-{event.id}"


def project_ingests(batch: Batch) -> None:
    """Write the row of every connection that the batch speaks of."""
    new = batch.of(INGEST_TYPES)
    touched = {_id(event) for event in new}
    events: dict[str, list[Envelope]] = defaultdict(list)
    rooms = Q(room_id__in={event.room_id for event in new})
    sessions = Q(session_id__in={event.session_id for event in new} | {""})
    for event in batch.related(rooms & sessions, types=INGEST_TYPES):
        if (pk := _id(event)) in touched:
            events[pk].append(event)
    write(Ingest, [fold_ingest(of_one) for of_one in events.values()])
