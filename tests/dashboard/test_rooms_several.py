"""Rooms enabled and disabled several at once: each is told by itself."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, Room
from tests.dashboard import classes
from tests.rooms.simulated import SimulatedHms

DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def pull() -> None:
    mirror.pull(client(), at=datetime.now(UTC))


@pytest.fixture
def rooms(hms_simulator: SimulatedHms, db: None) -> list[Room]:
    for number in range(6):
        hms_simulator.world.add_room(f"Room-{number}")
    pull()
    return list(Room.objects.order_by("name"))


def send(ops: Client, verb: str, rooms: list[Room], **fields: str) -> str:
    sent = {"room": [room.pk for room in rooms], **fields}
    return ops.post(f"/rooms/several/{verb}/", sent, headers=DIALOG).content.decode()


def states(hms_simulator: SimulatedHms) -> list[bool]:
    return [room.enabled for room in sorted(hms_simulator.world.rooms.values(), key=lambda room: room.name)]


def test_all_are_named_before_and_told_after(hms_simulator: SimulatedHms, rooms: list[Room], ops: Client) -> None:
    Room.objects.filter(pk=rooms[1].pk).update(enabled=False)
    asked = ops.get("/rooms/several/disable/", {"room": [room.pk for room in rooms[:3]]}, headers=DIALOG)
    part = asked.content.decode()
    assert "Disable 2 rooms?" in part
    assert "is disabled already" in part
    assert "Fill this in." in send(ops, "disable", rooms[:3])
    assert hms_simulator.changes() == []

    told = send(ops, "disable", rooms[:3], reason="Holidays")

    assert "2 done, 1 already so" in told
    assert states(hms_simulator)[0] is False
    assert Room.objects.get(pk=rooms[0].pk).disabled_reason == "Holidays"
    assert "3 done" in send(ops, "enable", rooms[:3])
    assert all(states(hms_simulator))


def test_one_that_fails_does_not_stop_the_others(hms_simulator: SimulatedHms, rooms: list[Room], ops: Client) -> None:
    faults: list[dict[str, Any]] = [{"status": 409}, {"cut": "before"}, {"status": 429}, {"status": 500}]
    for room, fault in zip(rooms, faults, strict=False):
        hms_simulator.fault("POST", f"/rooms/{room.pk}", **fault)

    told = send(ops, "disable", rooms, reason="Holidays")

    assert "2 done, 2 failed, 2 without an answer" in told
    assert "100ms refused" in told
    assert "it may have been done" in told
    assert states(hms_simulator) == [True, False, True, True, False, False]
    outcomes = AuditEntry.objects.exclude(outcome="requested").order_by("id").values_list("outcome", flat=True)
    assert list(outcomes) == ["failed", "unsure", "failed", "unsure", "succeeded", "succeeded"]

    pull()
    assert "3 done, 3 already so" in send(ops, "disable", rooms, reason="Holidays")
    assert not any(states(hms_simulator))
    assert set(Room.objects.values_list("disabled_reason", flat=True)) == {"Holidays"}
    assert not Room.objects.exclude(changed_elsewhere_at=None).exists()


def test_a_silent_100ms_is_not_waited_for_a_hundred_times(
    hms_simulator: SimulatedHms, rooms: list[Room], ops: Client
) -> None:
    hms_simulator.fault(cut="before", times=None)
    assert "3 without an answer, 3 not tried" in send(ops, "disable", rooms, reason="Holidays")
    assert len(hms_simulator.changes()) == 3


def test_a_hundred_at_most_and_only_what_is_there(hms_simulator: SimulatedHms, ops: Client) -> None:
    many = [classes.room(f"Room-{number}") for number in range(101)]
    asked = ops.get("/rooms/several/enable/", {"room": [room.pk for room in many]}).content.decode()
    assert "A hundred rooms at a time" in asked
    assert asked.count('type="hidden" name="room"') == 100
    assert "No room is picked" in ops.get("/rooms/several/enable/", {"room": ["none", "x"]}).content.decode()


def test_all_that_match_are_taken_a_hundred_at_a_time_and_counted_before(
    hms_simulator: SimulatedHms, ops: Client
) -> None:
    for number in range(103):
        hms_simulator.world.add_room(f"Year-9-{number:03}")
    hms_simulator.world.add_room("Staff")
    pull()
    assert "all 103 that match:" in ops.get("/rooms/?q=year-9").content.decode()
    assert "that match:" not in ops.get("/rooms/?q=staff").content.decode()
    url = "/rooms/several/disable/?q=year-9&match=all"

    asked = ops.get(url, headers=DIALOG).content.decode()
    assert "Disable the first 100 of 103 rooms that match?" in asked
    first = re.findall(r'type="hidden" name="room" value="(\w+)"', asked)
    told = ops.post(url, {"room": first, "reason": "Holidays"}, headers=DIALOG).content.decode()
    assert "100 done" in told
    assert "3 more that match are not disabled yet" in told
    rest = ops.get(url, headers=DIALOG).content.decode()
    assert "Disable 3 rooms?" in rest
    last = re.findall(r'type="hidden" name="room" value="(\w+)"', rest)
    assert "more that match" not in ops.post(url, {"room": last, "reason": "Holidays"}, headers=DIALOG).content.decode()

    assert set(Room.objects.filter(enabled=True).values_list("name", flat=True)) == {"Staff"}
    assert "All that match are disabled already" in ops.get(url, headers=DIALOG).content.decode()


def test_the_rooms_picked_are_exported(ops: Client, teacher: Client, physics: Room, chemistry: Room) -> None:
    def names(viewer: Client, *rooms: Room) -> list[str]:
        answer = viewer.get("/rooms.csv", {"room": [room.pk for room in rooms]})
        return [line.split(",")[1] for line in b"".join(answer).decode().splitlines()[1:]]

    third = classes.room("Music")

    assert sorted(names(ops, chemistry, third)) == ["Grade 11 Chemistry", "Music"]
    assert names(teacher, chemistry) == []  # not one of theirs
    assert len(names(ops)) == 3


def test_boxes_to_pick_rooms_are_for_ops(physics: Room, ops: Client, teacher: Client) -> None:
    assert f'name="room" value="{physics.pk}" form="several"' in ops.get("/rooms/").content.decode()
    page = teacher.get("/rooms/").content.decode()
    assert 'form="several"' not in page
    assert "New room" not in page
