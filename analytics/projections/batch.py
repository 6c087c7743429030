"""What a projector is given: the events of one transaction, and a way to the older ones of the same entity."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Event
from rooms.masking import masked_text


@dataclass(frozen=True, slots=True)
class Batch:
    """`new`: events not projected yet, already stored."""

    new: Sequence[Envelope]

    def of(self, types: frozenset[str]) -> "list[Envelope]":
        return [event for event in self.new if event.type in types]

    def related(self, where: Q, *, types: frozenset[str]) -> list[Envelope]:
        """As `history`, of whatever `where` picks."""
        return [stored(*row) for row in Event.objects.filter(where, type__in=types).values_list(*STORED)]

    def history(self, *, types: frozenset[str], **entity: Iterable[str]) -> list[Envelope]:
        """Every stored event of these types and entities, the new ones included.

        `entity` is one of `session_id__in`, `peer_id__in`. The result has no order a fold may rely on.
        """
        ((lookup, keys),) = entity.items()
        rows = Event.objects.filter(**{lookup: set(keys)}, type__in=types)
        return [stored(*row) for row in rows.values_list(*STORED)]


Projector = Callable[[Batch], None]

LONGEST_USER_ID = 255
_LONGEST_WORDS = 10_000

STORED = ("event_id", "type", "channel", "room_id", "session_id", "peer_id", "emitted_at", "payload")


def stored(
    event_id: str, kind: str, channel: str, room_id: str, session_id: str, peer_id: str, emitted_at: Any, payload: Any
) -> Envelope:
    """An Event's row as the Envelope it was."""
    moment = instants.from_datetime(emitted_at)
    return Envelope(event_id, kind, channel, room_id, session_id, peer_id, moment, payload, payload["data"])


def text(event: Envelope, field: str, longest: int = 255) -> str:
    """A text of `data`, cut to the column that keeps it; "" when missing or of another type."""
    return plain(event.data.get(field))[:longest]


def words(event: Envelope, field: str, longest: int = 255) -> str:
    """As `text`, of what is meant for people: an error may quote an address that lets in (EVENTS trap 36)."""
    return masked_text(text(event, field, _LONGEST_WORDS)).strip()[:longest]


def plain(value: object) -> str:
    """A text as every database takes it, NUL replaced as in the stored event; "" for what is no text."""
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else ""


def user_id(event: Envelope) -> str:
    """Who it is, "" when nobody says so. Space around an id tells nobody apart; one too long for its column ends in
    its digest, so that two that begin alike stay two."""
    value = plain(event.data.get("user_id")).strip()
    if len(value) <= LONGEST_USER_ID:
        return value
    digest = hashlib.blake2b(value.encode(), digest_size=16).hexdigest()
    return f"{value[: LONGEST_USER_ID - len(digest) - 1]}~{digest}"


def moment(event: Envelope, field: str) -> int | None:
    """A time of `data` as an instant, None when missing, unreadable or the zero time (EVENTS trap 18)."""
    return readable(event.data.get(field))


def readable(value: object) -> int | None:
    """The instant of a text, None for what is no time: the event stays as it came, and the rest of it is read."""
    if not isinstance(value, str):
        return None
    try:
        return instants.parse(value)
    except ValueError:
        return None


def as_datetime(instant: int | None) -> datetime | None:
    """For a column that may be empty."""
    return None if instant is None else instants.to_datetime(instant)


def write(model: type[Model], rows: Sequence[Any]) -> None:
    """Store these rows, but for those that are there as they are: most of a run were there before."""
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    held = model._default_manager.in_bulk([row.pk for row in rows])
    new = [
        row
        for row in rows
        if row.pk not in held or any(getattr(row, name) != getattr(held[row.pk], name) for name in names)
    ]
    model._default_manager.bulk_create(
        new, update_conflicts=True, unique_fields=["id"], update_fields=names, batch_size=1_000
    )


def to_millisecond(instant: int) -> int:
    """The API's objects give milliseconds where events give nanoseconds: cut to what both channels can say."""
    return instant - instant % instants.MILLISECOND
