"""Codes as last read: what others changed, what came and went, and whose turn it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rooms import hms
from rooms.connection import client
from rooms.mirrors import reading, rooms
from rooms.mirrors import room_codes as mirror
from rooms.models import AuditEntry, Reading, Room
from tests.rooms.simulated import SimulatedHms


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


def pull(room: Room, minutes: int = 0) -> None:
    mirror.pull(client(), at=timezone.now() + timedelta(minutes=minutes), room=room)


def told() -> list[str]:
    return [f"{one.actor}: {one.action}" for one in AuditEntry.objects.order_by("id")]


def test_the_first_look_marks_nothing(choir: Room) -> None:
    client().room_codes.create(choir.pk)
    pull(choir)

    assert choir.codes.count() == 4
    assert told() == []
    assert not choir.codes.exclude(changed_elsewhere_at=None).exists()


def test_a_code_that_others_disabled_is_marked_and_noted(choir: Room) -> None:
    [code, *_] = client().room_codes.create(choir.pk)
    pull(choir)
    client().room_codes.update(code.code, enabled=False)
    pull(choir, 1)
    pull(choir, 2)

    held = choir.codes.get(pk=code.code)
    assert not held.enabled
    assert held.changed_elsewhere_at is not None
    assert told() == ["outside Rollcall: room_code.change"]
    assert AuditEntry.objects.get().after == {"enabled": False}


def test_codes_that_others_made_are_marked_and_noted(choir: Room) -> None:
    pull(choir)
    made = client().room_codes.create_for_role(choir.pk, "student")
    pull(choir, 1)

    assert choir.codes.get(pk=made.code).changed_elsewhere_at is not None
    assert told() == ["outside Rollcall: room_codes.change"]
    assert AuditEntry.objects.get().after == {"student": 1}


def test_an_older_answer_overwrites_nothing(choir: Room) -> None:
    code = client().room_codes.create_for_role(choir.pk, "student")
    pull(choir, 5)

    disabled = client().room_codes.update(code.code, enabled=False)
    mirror.write([disabled], at=timezone.now(), room=choir, whole=True)

    assert choir.codes.get().enabled


def test_a_code_that_is_gone_stays_as_gone_and_may_come_back(choir: Room) -> None:
    code = client().room_codes.create_for_role(choir.pk, "student")
    pull(choir)
    mirror.write([], at=timezone.now() + timedelta(minutes=1), room=choir, whole=True)
    assert choir.codes.get().gone_at is not None

    mirror.write([code], at=timezone.now() + timedelta(minutes=2), room=choir, whole=True)
    assert choir.codes.get().gone_at is None


def test_a_reference_tells_nothing_of_its_code() -> None:
    assert mirror.reference("wpi-srjb-wer") == mirror.reference("wpi-srjb-wer") != mirror.reference("wpi-srjb-wes")
    assert "wpi" not in mirror.reference("wpi-srjb-wer")


def test_the_schedule_reads_the_rooms_read_longest_ago(hms_simulator: SimulatedHms, db: None) -> None:
    for name in ("A", "B", "C"):
        made = hms_simulator.world.add_room(name)
        client().room_codes.create_for_role(made.id, "student")
    hms_simulator.world.add_room("Off").enabled = False
    rooms.pull(client(), at=timezone.now())
    hms_simulator.forget()
    now = timezone.now()

    counts = [mirror.pull_some(client(), at=now + timedelta(minutes=minute), most=2).objects for minute in range(3)]

    assert counts == [2, 2, 2]
    asked = [path.rpartition("/")[2] for _, path in hms_simulator.requests()]
    names = [Room.objects.get(pk=pk).name for pk in asked]
    assert len(asked) == 6
    assert set(names[:3]) == {"A", "B", "C"}
    assert set(names[3:5]) == set(names[:2])


def test_a_room_that_cannot_be_read_waits_its_turn_and_holds_up_no_other(hms_simulator: SimulatedHms, db: None) -> None:
    for name in ("A", "B"):
        hms_simulator.world.add_room(name)
    rooms.pull(client(), at=timezone.now())
    hms_simulator.fault("GET", "/room-codes/room/{room_id}", status=500)
    now = timezone.now()

    pulled = mirror.pull_some(client(), at=now, most=1)
    again = mirror.pull_some(client(), at=now + timedelta(seconds=1), most=2)

    assert len(pulled.problems) == 1
    assert again.problems == []
    assert Reading.objects.exclude(read_at=None).count() == 2


def test_a_copy_is_old_after_a_minute_and_a_failed_try_is_not_repeated_at_once(
    choir: Room, hms_simulator: SimulatedHms
) -> None:
    now = timezone.now()
    assert reading.is_due(None, now=now)
    pull(choir)
    held = reading.of(choir, mirror.KIND)
    assert not reading.is_due(held, now=now + timedelta(seconds=59))
    assert reading.is_due(held, now=now + timedelta(seconds=62))

    hms_simulator.fault("GET", "/room-codes/room/{room_id}", cut="before")
    with pytest.raises(hms.ConnectionFailed):
        pull(choir)
    held = reading.of(choir, mirror.KIND)
    assert held is not None
    assert (held.problem, held.read_at is not None) == ("100ms did not answer", True)
    assert not reading.is_due(held, now=now + timedelta(seconds=10))
    assert reading.is_due(held, now=now + timedelta(seconds=20))

    reading.forget(choir, mirror.KIND)
    assert reading.is_due(reading.of(choir, mirror.KIND), now=now)


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_changed_while_it_is_read_is_read_again(choir: Room, times: int) -> None:
    """What was asked for before the change may be without it, however often that befalls."""
    pull(choir)
    now = timezone.now()
    for _ in range(times):
        with reading.noted(choir, mirror.KIND, at=now):
            reading.forget(choir, mirror.KIND)

    assert reading.is_due(reading.of(choir, mirror.KIND), now=now)
    pull(choir)
    assert not reading.is_due(reading.of(choir, mirror.KIND), now=now)
