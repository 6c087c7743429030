"""Is the encoder connected? Room by room, from webhooks alone: 100ms has no call that tells it.

Of keys only their state is told, and to ops alone; who else sees a room learns no more than whether one is connected.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analytics.encoders import NOBODY, Encoder, encoders, with_encoder
from dashboard.endings import encoder_ended
from dashboard.states import BROKEN, CONNECTED, GONE, REFUSED, State
from dashboard.troubles import Step, Trouble, ingest_trouble_of, step_of
from rooms.access import Viewer, may, rooms_for
from rooms.models import Room, StreamKey

FIRST, MOST = 10, 200
KEYS: Final = {
    True: State("enabled", "key-round", "ok"),
    False: State("disabled", "power-off"),
    None: State("no key", "circle-dashed"),
}


@dataclass(frozen=True, slots=True)
class EncoderShown:
    """`key` and `trouble` are None for who may not know of keys."""

    room: Room
    encoder: Encoder
    state: State
    ended: str
    key: State | None
    trouble: Trouble | None
    step: Step | None


@dataclass(frozen=True, slots=True)
class Encoders:
    """The encoders that a viewer sees, those that pushed last first; `hidden` more are left out."""

    rows: tuple[EncoderShown, ...]
    count: int
    every: bool = False  # as many as a page holds were asked for

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)

    @property
    def connected(self) -> int:
        return sum(one.encoder.connected for one in self.rows)


def encoders_for(user: Viewer, now: datetime, *, every: bool = False) -> Encoders:
    """Six queries at most, whatever the number of rooms."""
    # That a room has a key is not for everybody to know.
    rooms = with_encoder(rooms_for(user), with_key=may(user, "operate"))
    found = list(rooms[: MOST if every else FIRST])
    return Encoders(tuple(shown(found, user, now)), rooms.count(), every)


def shown(rooms: Iterable[Room], user: Viewer, now: datetime) -> list[EncoderShown]:
    of_rooms = list(rooms)
    ids = [room.pk for room in of_rooms]
    known = encoders(ids, now)
    operates = may(user, "operate")
    keys: dict[str, bool] = {}
    if operates and ids:
        for room_id, enabled in StreamKey.objects.filter(room__in=ids).values_list("room_id", "enabled"):
            keys[room_id] = keys.get(room_id, False) or enabled
    return [_shown(room, known.get(room.pk, NOBODY), keys.get(room.pk), operates=operates) for room in of_rooms]


def _shown(room: Room, encoder: Encoder, key: bool | None, *, operates: bool) -> EncoderShown:
    """To who may not know of keys a refusal is only that nobody is connected."""
    state = CONNECTED if encoder.connected else GONE
    trouble = None
    if operates and encoder.last is not None and (encoder.is_refused or encoder.is_broken):
        state = REFUSED if encoder.is_refused else BROKEN
        trouble = ingest_trouble_of(encoder.last.error_message)
    return EncoderShown(
        room=room,
        encoder=encoder,
        state=state,
        ended=encoder_ended(encoder.seen.end_reason) if encoder.seen else "",
        key=KEYS[key] if operates else None,
        trouble=trouble,
        step=step_of(trouble, room) if trouble else None,
    )
