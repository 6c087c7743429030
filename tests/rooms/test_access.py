"""The policy as a table: who may do what, in their room, in another, and anywhere at all."""

from datetime import timedelta
from typing import get_args

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser, Group, User
from django.utils import timezone

from rooms.access import POLICY, TEACHERS, Action, may, roles_handed_out, rooms_for
from rooms.models import HandedOutRole, Room, RoomAccess

Users = dict[str, User | AnonymousUser]
OPS, TEACHER, OBSERVER = {"ops", "superuser"}, {"teacher"}, {"observer"}


@pytest.fixture
def users(ikram: User, wanjiru: User, olive: User, sam: User, mallory: User) -> Users:
    closed = User.objects.create_user("closed", is_superuser=True, is_active=False)
    root = User.objects.create_user("root", is_superuser=True)
    return {
        "ops": ikram,
        "superuser": root,
        "teacher": wanjiru,
        "observer": olive,
        "other teacher": sam,
        "stranger": mallory,
        "closed": closed,
        "anonymous": AnonymousUser(),
    }


@pytest.mark.parametrize(
    ("action", "in_physics"),
    [
        ("see", OPS | TEACHER | OBSERVER),
        ("export", OPS | TEACHER),
        ("hand out", OPS | TEACHER),
        ("ask", OPS | TEACHER),
        ("act", OPS | TEACHER),
        ("operate", OPS),
    ],
)
def test_who_may_what(action: Action, in_physics: set[str], users: Users, physics: Room) -> None:
    assert {who for who, user in users.items() if may(user, action, physics)} == in_physics
    assert {who for who, user in users.items() if physics in rooms_for(user, action)} == in_physics
    # Whether at all: the other teacher may, in a room of his own.
    anywhere = in_physics | ({"other teacher"} if "teacher" in in_physics else set())
    assert {who for who, user in users.items() if may(user, action)} == anywhere


def test_every_action_has_its_line() -> None:
    assert set(POLICY) == set(get_args(Action))


def test_an_access_counts_until_its_time(olive: User, physics: Room) -> None:
    until = timezone.now() + timedelta(hours=1)
    RoomAccess.objects.filter(user=olive).update(until=until)

    assert may(olive, "see", physics)
    with time_machine.travel(until, tick=False):
        assert not may(olive, "see", physics)


def test_an_end_elsewhere_does_not_end_it_here(olive: User, wanjiru: User, physics: Room) -> None:
    """The time and the person are those of one and the same access."""
    RoomAccess.objects.filter(user=olive).update(until=timezone.now() - timedelta(hours=1))

    assert may(wanjiru, "see", physics)
    assert not may(olive, "see", physics)


def test_a_room_given_to_a_stranger_opens_nothing(mallory: User, physics: Room) -> None:
    RoomAccess.objects.create(user=mallory, room=physics)

    assert not may(mallory, "see", physics)
    mallory.groups.add(Group.objects.get(name=TEACHERS))
    assert may(User.objects.get(pk=mallory.pk), "see", physics)


def test_teachers_hand_out_the_roles_that_ops_allowed(users: Users, physics: Room, chemistry: Room) -> None:
    HandedOutRole.objects.create(room=physics, role="student")
    HandedOutRole.objects.create(room=chemistry, role="host")

    allowed = {who: roles_handed_out(user, physics) for who, user in users.items()}

    assert allowed == dict.fromkeys(users, frozenset()) | {
        "ops": None,
        "superuser": None,
        "teacher": frozenset({"student"}),
    }
