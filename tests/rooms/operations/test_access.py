"""Rooms are given, end by themselves, and are taken away; each leaves its entry."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.utils import timezone

from rooms.access import TEACHERS, rooms_for
from rooms.actors import SCHEDULE
from rooms.models import AuditEntry, Room, RoomAccess
from rooms.operations import access
from tests.rooms.two_at_once import alone, wait_for_a_lock


def entries() -> list[tuple[str, str]]:
    return [(entry.action, entry.actor) for entry in AuditEntry.objects.order_by("id")]


def test_a_room_given_is_there_and_says_by_whom(ikram: User, sam: User, physics: Room) -> None:
    access.give(actor=ikram, user=sam, room=physics)

    assert physics in rooms_for(sam)
    assert RoomAccess.objects.get(user=sam, room=physics).given_by == ikram
    assert entries() == [("access.give", "ikram")]


def test_a_substitutes_access_ends_by_itself(ikram: User, sam: User, physics: Room) -> None:
    until = timezone.now() + timedelta(hours=2)
    access.give(actor=ikram, user=sam, room=physics, until=until)
    assert physics in rooms_for(sam)

    with time_machine.travel(until, tick=False):
        assert physics not in rooms_for(sam)  # at once, before any task has run
        assert access.end(actor=SCHEDULE) == 1

    assert not RoomAccess.objects.filter(user=sam, room=physics).exists()
    assert entries()[-1] == ("access.end", "Rollcall's schedule")


def test_given_again_it_has_the_new_end(ikram: User, sam: User, physics: Room) -> None:
    later = timezone.now() + timedelta(days=2)
    access.give(actor=ikram, user=sam, room=physics, until=timezone.now() + timedelta(days=1))

    access.give(actor=ikram, user=sam, room=physics, until=later)

    assert RoomAccess.objects.get(user=sam, room=physics).until == later
    last = AuditEntry.objects.first()
    assert last is not None
    assert last.after == {"room": str(physics), "until": later.isoformat()}


def test_a_room_taken_is_gone(ikram: User, wanjiru: User, physics: Room) -> None:
    assert access.take(actor=ikram, user=wanjiru, room=physics)

    assert physics not in rooms_for(wanjiru)
    assert not access.take(actor=ikram, user=wanjiru, room=physics)
    assert entries() == [("access.take", "ikram")]


def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    ikram: User, sam: User, mallory: User, physics: Room
) -> None:
    with pytest.raises(ValueError, match="until must be in the future"):
        access.give(actor=ikram, user=sam, room=physics, until=timezone.now())
    with pytest.raises(ValueError, match="sees every room already"):
        access.give(actor=ikram, user=ikram, room=physics)
    with pytest.raises(ValueError, match="neither teacher nor observer"):
        access.give(actor=ikram, user=mallory, room=physics)

    assert entries() == []
    assert not RoomAccess.objects.filter(room=physics, user__in=[sam, ikram, mallory]).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_what_is_given_anew_while_the_schedule_looks_does_not_end() -> None:
    """With transactions of its own, so all tables are emptied around it, that of groups too."""
    sam = User.objects.create_user("sam")
    sam.groups.add(Group.objects.get_or_create(name=TEACHERS)[0])
    chemistry = Room.objects.create(id="r1", name="Chemistry")
    RoomAccess.objects.create(user=sam, room=chemistry, until=timezone.now() - timedelta(seconds=1))
    with ThreadPoolExecutor(1) as workers:
        with transaction.atomic():
            access.give(actor=SCHEDULE, user=sam, room=chemistry, until=timezone.now() + timedelta(days=1))
            other = workers.submit(alone, lambda: access.end(actor=SCHEDULE))
            wait_for_a_lock(other)
        other.result()
    assert RoomAccess.objects.filter(user=sam).exists()
    assert not AuditEntry.objects.filter(action="access.end").exists()
