"""Whose a room's name is. 100ms ignores case in names, and answers a name that is taken with the room that has it."""

from dataclasses import dataclass

from rooms import hms
from rooms.connection import LOOK, client
from rooms.mirrors import rooms as mirror
from rooms.models import Room


@dataclass(frozen=True, slots=True)
class Holder:
    """The room that has a name. Not `is_known`: only 100ms has it so far, and `room` is as it was just read there."""

    room: Room
    is_known: bool


class NotAsked(ValueError):
    """100ms did not tell what had to be known before a change; so nothing was asked of it and nothing changed."""


class NameTaken(ValueError):
    """The name is that of another room, which 100ms would change instead."""

    def __init__(self, holder: Holder) -> None:
        where = "" if holder.is_known else ", which Rollcall has not read yet"
        super().__init__(f"name is that of another room, {holder.room} ({holder.room.pk}){where}")
        self.holder = holder


def holder_here(name: str, *, besides: str = "") -> Holder | None:
    """The room of this name in our mirror. `besides`: the id of a room that does not count."""
    room = Room.objects.filter(name__iexact=name, gone_at=None).exclude(pk=besides).first() if name else None
    return Holder(room, is_known=True) if room else None


def holder_of(name: str, *, besides: str = "", quick: bool = False) -> Holder | None:
    """The same, and where our mirror has none, what 100ms says by now. Raises `NotAsked`, `NotConfigured`.

    100ms finds the exact spelling only (contract, list_rooms); of others only the mirror knows. `quick`: for who is
    still typing.
    """
    if not name:
        return None
    if found := holder_here(name, besides=besides):
        return found
    asked = client(patience=0, timeout=LOOK) if quick else client()
    try:
        for enabled in (True, False):
            for room in asked.rooms.list(name=name, enabled=enabled, limit=10):
                if room.name.casefold() == name.casefold() and room.id != besides:
                    known = Room.objects.filter(pk=room.id).first()
                    return Holder(mirror.row_of(room, known), is_known=known is not None)
    except hms.Error as problem:
        raise NotAsked(f"name could not be looked up in 100ms ({problem}); nothing was changed, try again") from problem
    return None
