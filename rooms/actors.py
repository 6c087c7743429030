"""Who makes a change: a person, or one of our own machines by name."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User

from rooms.access import Action, may
from rooms.models import Room


@dataclass(frozen=True, slots=True)
class Machine:
    """A part of Rollcall that acts by itself, by the name it signs with."""

    name: str


Actor = User | Machine

SCHEDULE: Final = Machine("Rollcall's schedule")
# Not an actor of ours: what the mirror found done, and nobody here had asked for.
ELSEWHERE: Final = Machine("outside Rollcall")


class NoActor(TypeError):
    """A change was asked for without saying who makes it."""


class NotPermitted(Exception):
    """The actor may not make this change; pages answer 404 before it comes to this."""


def name_of(actor: Actor) -> str:
    return actor.name if isinstance(actor, Machine) else actor.get_username()


def permit(actor: object, action: Action, room: Room | None = None) -> None:
    """Raises `NoActor` or `NotPermitted`. Our own machines may do what they are made for."""
    if not isinstance(actor, User | Machine) or (isinstance(actor, User) and actor.pk is None):
        raise NoActor("a change needs an actor: a signed-in user or a rooms.actors.Machine")
    if isinstance(actor, User) and not may(actor, action, room):
        raise NotPermitted(f"{actor.get_username()} may not {action}" + (f" in room {room.pk}" if room else ""))
