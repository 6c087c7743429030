"""Who may do what: the whole policy in one place.

Two groups: **ops** (and superusers) see and run everything; **teachers** read the rooms given to them by a
`RoomAccess`. Anybody else, signed in or not, is a stranger: for them a room does not exist.
"""

from typing import Literal

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import QuerySet

from rooms.models import Room

OPS = "ops"
TEACHERS = "teachers"

Action = Literal["see", "operate"]
Viewer = AbstractBaseUser | AnonymousUser


def groups(user: Viewer) -> frozenset[str]:
    """The names of the user's groups, read once per user object."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    known: frozenset[str] | None = getattr(user, "_group_names", None)
    if known is None:
        known = frozenset(user.groups.values_list("name", flat=True))
        user._group_names = known  # type: ignore[attr-defined]
    return known


def is_ops(user: Viewer) -> bool:
    return isinstance(user, User) and user.is_active and (user.is_superuser or OPS in groups(user))


def is_member(user: Viewer) -> bool:
    """Does the user belong here at all?"""
    return is_ops(user) or TEACHERS in groups(user)


def rooms_for(user: Viewer) -> QuerySet[Room]:
    """The rooms that exist for this user."""
    if is_ops(user):
        return Room.objects.all()
    if isinstance(user, User) and TEACHERS in groups(user):
        return Room.objects.filter(access__user=user)
    return Room.objects.none()


def may(user: Viewer, action: Action, room: Room | None = None) -> bool:
    """May the user do this: `see` this room, or anything here at all; `operate` deliveries, pulls and the admin?"""
    if is_ops(user):
        return True
    if action == "operate":
        return False
    return is_member(user) if room is None else rooms_for(user).filter(pk=room.pk).exists()


class OpsBackend(BaseBackend):
    """What Django's admin asks "may this user?": ops may, so that their group alone decides and no second list does."""

    def has_perm(self, user_obj: Viewer, perm: str, obj: object = None) -> bool:
        return may(user_obj, "operate")

    def has_module_perms(self, user_obj: Viewer, app_label: str) -> bool:
        return may(user_obj, "operate")
