"""Who may do what: the whole policy in one place.

Three groups. **ops** (and superusers) see and run everything. **teachers** and **observers** have the rooms given to
them by a `RoomAccess`, for as long as it lasts; what they may do there is their line of `POLICY`. Anybody else, signed
in or not, is a stranger: for them a room does not exist.
"""

from collections.abc import Mapping
from typing import Final, Literal

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from rooms.models import HandedOutRole, Poll, Room

OPS = "ops"
TEACHERS = "teachers"
OBSERVERS = "observers"

Action = Literal["see", "export", "hand out", "ask", "act", "operate"]
Viewer = AbstractBaseUser | AnonymousUser

POLICY: Final[Mapping[Action, frozenset[str]]] = {
    # Read sessions, people, poll results and settings of the room; that there are recordings and streams, how they
    # stand, and who watched them.
    "see": frozenset({OPS, TEACHERS, OBSERVERS}),
    # Play and open recordings, read what was said in them, take what students did out of the house as a file.
    "export": frozenset({OPS, TEACHERS}),
    # See and hand out room codes; a teacher those of the roles that ops allowed (`roles_handed_out`).
    "hand out": frozenset({OPS, TEACHERS}),
    # Build polls for the room, run them, pull their results.
    "ask": frozenset({OPS, TEACHERS}),
    # Act in its live session: people, messages, recordings, streams.
    "act": frozenset({OPS, TEACHERS}),
    # Everything else: rooms, templates, keys, codes of every role, other people's access, copies of recordings, videos
    # that show them, deliveries, audit, the admin.
    "operate": frozenset({OPS}),
}


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


def may(user: Viewer, action: Action, room: Room | None = None) -> bool:
    """May the user do this: in this room, or anywhere at all?"""
    if is_ops(user):
        return True
    allowed = bool(POLICY[action] & groups(user))
    return allowed and (room is None or rooms_for(user, action).filter(pk=room.pk).exists())


def rooms_for(user: Viewer, action: Action = "see") -> QuerySet[Room]:
    """The rooms in which this user may do this; those not in the answer to "see" do not exist for them."""
    if is_ops(user):
        return Room.objects.all()
    if isinstance(user, User) and POLICY[action] & groups(user):
        return Room.objects.filter(_lasting(), access__user=user)
    return Room.objects.none()


def _lasting() -> Q:
    # One filter() call holds both conditions, so that they speak of the same access.
    return Q(access__until=None) | Q(access__until__gt=timezone.now())


def polls_for(user: Viewer, action: Action = "see") -> QuerySet[Poll]:
    """The polls with which this user may do this. Ops: every poll. Others:

    - "see": those linked to a room of theirs, and for who may "ask" also those they made themselves;
    - "ask" (change it): of these, the ones that no room links which is not theirs, for it would change there too.

    The right answers are for who may "ask" at all: a poll has no end, so an observer never sees them beforehand.
    """
    if is_ops(user):
        return Poll.objects.all()
    mine = rooms_for(user, action).values("pk")
    links = Room.polls.through.objects.filter(poll_id=OuterRef("pk"))
    known = Q(Exists(links.filter(room_id__in=mine)))
    if isinstance(user, User) and may(user, "ask"):
        known |= Q(made_by=user)
    polls = Poll.objects.filter(known)
    return polls if action == "see" else polls.exclude(Exists(links.exclude(room_id__in=mine)))


def roles_handed_out(user: Viewer, room: Room) -> frozenset[str] | None:
    """The roles of which this user may see and hand out codes in this room; None means every role."""
    if is_ops(user):
        return None
    if not may(user, "hand out", room):
        return frozenset()
    return frozenset(HandedOutRole.objects.filter(room=room).values_list("role", flat=True))


class OpsBackend(BaseBackend):
    """What Django's admin asks "may this user?": ops may, so that their group alone decides and no second list does."""

    def has_perm(self, user_obj: Viewer, perm: str, obj: object = None) -> bool:
        return may(user_obj, "operate")

    def has_module_perms(self, user_obj: Viewer, app_label: str) -> bool:
        return may(user_obj, "operate")
