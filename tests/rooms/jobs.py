"""A room in the simulator with somebody in it, for what runs there."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from rooms.connection import client
from rooms.mirrors import rooms
from rooms.models import AuditEntry, Room
from rooms.simulator.scenarios import school_class
from tests.rooms.simulated import SimulatedHms

MEETING = "https://school.example.com/meeting/abc-defg-hij?token=meeting-secret"
RTMP = "rtmp://a.tube.example.com/live2/stream-key-secret"
SECRETS = ("meeting-secret", "abc-defg-hij", "stream-key-secret")


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    """Twelve people are in; the reading of no earlier test is left."""
    cache.clear()
    return sung_in(hms_simulator)


def sung_in(hms_simulator: SimulatedHms, name: str = "Choir") -> Room:
    made = hms_simulator.world.add_room(name)
    hms_simulator.world.play(school_class(seed=1, people=12, duration=3000), made)
    hms_simulator.clock.advance(1)
    rooms.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


def told() -> list[str]:
    """The audit, the oldest first: "recording.start succeeded"."""
    return [f"{one.action} {one.outcome}" for one in AuditEntry.objects.order_by("id")]
