"""Stream keys as last read, without the keys."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.connection import client
from rooms.mirrors import rooms
from rooms.mirrors import stream_keys as mirror
from rooms.models import AuditEntry, Reading, Room, StreamKey
from tests.rooms.simulated import SimulatedHms


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


def pull(room: Room, minutes: int = 0) -> None:
    mirror.pull(client(), at=timezone.now() + timedelta(minutes=minutes), room=room)


def test_a_key_of_others_is_marked_and_noted_once(choir: Room) -> None:
    pull(choir)
    made = client().stream_keys.create(choir.pk)
    pull(choir, 1)
    pull(choir, 2)

    key = mirror.active(choir)
    assert key is not None
    assert key.pk == made.id
    assert key.changed_elsewhere_at is not None
    assert [(one.actor, one.action) for one in AuditEntry.objects.all()] == [("outside Rollcall", "stream_key.change")]
    assert made.key not in str(StreamKey.objects.values())


def test_a_key_that_others_disabled_no_longer_works_here(choir: Room) -> None:
    made = client().stream_keys.create(choir.pk)
    pull(choir)
    client().stream_keys.disable(choir.pk)
    pull(choir, 1)

    assert mirror.active(choir) is None
    assert not StreamKey.objects.get(pk=made.id).enabled
    assert AuditEntry.objects.get().after == {"enabled": False, "id": ""}


def test_the_schedule_reads_a_bounded_number_of_rooms(hms_simulator: SimulatedHms, db: None) -> None:
    for name in ("A", "B", "C"):
        client().stream_keys.create(hms_simulator.world.add_room(name).id)
    rooms.pull(client(), at=timezone.now())
    hms_simulator.forget()

    pulled = mirror.pull_some(client(), at=timezone.now(), most=2)

    assert (pulled.pages, pulled.objects, len(hms_simulator.requests())) == (2, 2, 2)
    mirror.pull_some(client(), at=timezone.now(), most=2)
    assert Reading.objects.filter(kind=mirror.KIND).count() == 3
