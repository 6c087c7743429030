"""What a projector is given: the events of one transaction, and a way to the older ones of the same entity."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Event


@dataclass(frozen=True, slots=True)
class Batch:
    """`new`: events not projected before, already stored. `rebuilding`: they are all there is, and no row stands."""

    new: Sequence[Envelope]
    rebuilding: bool = False

    def of(self, types: frozenset[str]) -> "list[Envelope]":
        return [event for event in self.new if event.type in types]

    def history(self, *, types: frozenset[str], **entity: Iterable[str]) -> list[Envelope]:
        """Every stored event of these types and entities, the new ones included.

        `entity` is one of `session_id__in`, `peer_id__in`. The result has no order a fold may rely on.
        """
        ((lookup, keys),) = entity.items()
        keys = set(keys)
        if self.rebuilding:
            field = lookup.removesuffix("__in")
            return [event for event in self.of(types) if getattr(event, field) in keys]
        rows = Event.objects.filter(**{lookup: keys}, type__in=types)
        return [stored(*row) for row in rows.values_list(*STORED)]


Projector = Callable[[Batch], None]

STORED = ("event_id", "type", "channel", "room_id", "session_id", "peer_id", "emitted_at", "payload")


def stored(
    event_id: str, kind: str, channel: str, room_id: str, session_id: str, peer_id: str, emitted_at: Any, payload: Any
) -> Envelope:
    """An Event's row as the Envelope it was."""
    moment = instants.from_datetime(emitted_at)
    return Envelope(event_id, kind, channel, room_id, session_id, peer_id, moment, payload, payload["data"])


def text(event: Envelope, field: str, longest: int = 255) -> str:
    """A text of `data`, cut to the column that keeps it; "" when missing or of another type."""
    value = event.data.get(field)
    return value[:longest] if isinstance(value, str) else ""


def moment(event: Envelope, field: str) -> int | None:
    """A time of `data` as an instant, None when missing, unreadable or the zero time (EVENTS trap 18)."""
    value = event.data.get(field)
    return None if value is None else readable(value)


def readable(value: object) -> int | None:
    """The instant of a text, None for what is no time: the event stays as it came, and the rest of it is read."""
    if not isinstance(value, str):
        return None
    try:
        return instants.parse(value)
    except ValueError:
        return None


def to_millisecond(instant: int) -> int:
    """The API's objects give milliseconds where events give nanoseconds: cut to what both channels can say."""
    return instant - instant % instants.MILLISECOND
