"""The one writer of Events (DESIGN, rules 1 to 3).

`ingest` takes any number of events of any rooms, in any order and with repeats, and commits them with their projections
in one transaction: an Event exists if and only if it has been projected.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import connection, transaction
from django.utils import timezone

from analytics.envelope import Envelope
from analytics.models import Event
from analytics.projections import is_known, project
from analytics.projections.batch import text
from analytics.storing import store
from rooms.mirrors import rooms as mirror

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ingested:
    """`new` events stored and projected, `known` ones that were here before (or came twice), `unknown` types."""

    new: int = 0
    known: int = 0
    unknown: frozenset[str] = frozenset()

    def __add__(self, other: "Ingested") -> "Ingested":
        return Ingested(self.new + other.new, self.known + other.known, self.unknown | other.unknown)


def ingest(
    envelopes: Sequence[Envelope],
    *,
    received_at: datetime | None = None,
    and_then: Callable[[], None] | None = None,
) -> Ingested:
    """Store what is new of these events and bring the read models up to it.

    `and_then` runs in the same transaction: marking deliveries read, moving a cursor. If it raises, nothing stands.
    """
    with transaction.atomic():
        lock({envelope.room_id for envelope in envelopes})
        new = not_stored(envelopes)
        if new:
            mirror.ensure(_labels(new))
            store(new, received_at=received_at or timezone.now())
            project(new)
        if and_then is not None:
            and_then()
    unknown = frozenset(envelope.type for envelope in new if not is_known(envelope.type))
    for kind in sorted(unknown):
        log.warning("event type unknown: stored, not projected", type=kind)
    return Ingested(new=len(new), known=len(envelopes) - len(new), unknown=unknown)


def lock(room_ids: Iterable[str]) -> None:
    """One writer per room until the transaction ends (DESIGN, rule 3).

    On SQLite the immediate transaction is that lock. Sorted, so that two workers never wait for each other.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(room, 0)) FROM unnest(%s::text[]) AS room",
            [sorted(set(room_ids))],
        )


def not_stored(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """The events not stored yet, each once, in the order they came."""
    first: dict[str, Envelope] = {}
    for envelope in envelopes:
        first.setdefault(envelope.id, envelope)
    known = _stored_ids(list(first))
    return (
        [envelope for event_id, envelope in first.items() if event_id not in known] if known else list(first.values())
    )


def _stored_ids(ids: list[str]) -> set[str]:
    if connection.vendor != "postgresql":
        return set(Event.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
    with connection.cursor() as cursor:
        # One text instead of a placeholder an id: making and planning the long list costs more than looking.
        cursor.execute(
            f"SELECT event_id FROM {Event._meta.db_table} WHERE event_id = ANY(string_to_array(%s, chr(31)))",  # noqa: S608
            ["\x1f".join(ids)],
        )
        return {event_id for (event_id,) in cursor.fetchall()}


def _labels(envelopes: Iterable[Envelope]) -> dict[str, str]:
    """The rooms these events name, each with the label the last of them gives."""
    labels: dict[str, str] = {}
    for envelope in envelopes:
        labels[envelope.room_id] = text(envelope, "room_name") or labels.get(envelope.room_id, "")
    return labels
