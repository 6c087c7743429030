"""Giving rooms to people and taking them away. 100ms has no part in it, so each is one audit entry."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from rooms.access import OBSERVERS, TEACHERS, groups, is_ops
from rooms.actors import Actor
from rooms.audit import Target, note
from rooms.models import Room, RoomAccess
from rooms.operations.marking import operation


@operation("operate")
def give(*, actor: Actor, user: User, room: Room, until: datetime | None = None) -> RoomAccess:
    """Give a room to a teacher or an observer, until then or for good; given again, `until` is set anew.

    Raises ValueError, naming the field, for a time that is past and for people who cannot have rooms.
    """
    if until is not None and until <= timezone.now():
        raise ValueError("until must be in the future")
    if is_ops(user):
        raise ValueError(f"person {user.get_username()} runs operations and sees every room already")
    if not groups(user) & {TEACHERS, OBSERVERS}:
        raise ValueError(f"person {user.get_username()} is neither teacher nor observer: give them a place first")
    with transaction.atomic():
        held = RoomAccess.objects.filter(user=user, room=room).first()
        access, _ = RoomAccess.objects.update_or_create(
            user=user,
            room=room,
            defaults={"until": until, "given_by": actor if isinstance(actor, User) else None},
        )
        note(actor, "access.give", _target(user, room), before=_as_set(held), after=_as_set(access))
    return access


@operation("operate")
def take(*, actor: Actor, user: User, room: Room) -> bool:
    """Take a room away; False when they did not have it."""
    with transaction.atomic():
        held = RoomAccess.objects.select_for_update().filter(user=user, room=room).first()
        if held is None:
            return False
        note(actor, "access.take", _target(user, room), before=_as_set(held), after={"room": None})
        held.delete()
    return True


@operation("operate")
def end(*, actor: Actor) -> int:
    """Take away every access whose time has come; how many. It has counted no more since then (`rooms.access`)."""
    ended = Q(until__lte=timezone.now())
    count = 0
    for pk in list(RoomAccess.objects.filter(ended).values_list("pk", flat=True)):
        with transaction.atomic():
            # Looked at again: it may have been given anew, or ended by another worker, since the list was read.
            locked = RoomAccess.objects.select_for_update(of=("self",)).select_related("user", "room")
            access = locked.filter(ended, pk=pk).first()
            if access is None:
                continue
            note(actor, "access.end", _target(access.user, access.room), before=_as_set(access), after={"room": None})
            access.delete()
            count += 1
    return count


def _target(user: User, room: Room) -> Target:
    return Target("access", user.get_username(), f"{user.get_full_name() or user.get_username()}: {room}", room.pk)


def _as_set(access: RoomAccess | None) -> dict[str, object]:
    if access is None:
        return {"room": None}
    return {"room": str(access.room), "until": access.until.isoformat() if access.until else None}
