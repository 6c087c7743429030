"""What is set in 100ms comes here by itself, and what somebody changed there is marked as not ours."""

import json

import pytest
from django.contrib.auth.models import User

from analytics.mirroring import MIRRORS, pull_mirror, pull_room
from analytics.models import Pull
from analytics.tasks import mirror
from dashboard import schedule
from rooms import hms
from rooms.actors import ELSEWHERE
from rooms.connection import client
from rooms.models import AuditEntry, Poll, Room, RoomCode, RoomTemplate
from rooms.operations import rooms
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db


def test_everything_that_is_set_is_mirrored(hms_simulator: SimulatedHms) -> None:
    physics = hms_simulator.world.add_room("Physics")
    poll = client().polls.create(title="Exit ticket", questions=[])
    client().rooms.update(physics.id, polls=[poll.id])
    client().room_codes.create(physics.id)

    for kind in MIRRORS:
        mirror(kind=kind)

    assert Room.objects.get().name == "Physics"
    assert RoomTemplate.objects.get().roles.count() > 1
    assert Poll.objects.get().title == "Exit ticket"
    assert RoomCode.objects.filter(room=physics.id).count() == RoomTemplate.objects.get().roles.count()
    assert set(Pull.objects.values_list("kind", "error")) == {(kind, "") for kind in MIRRORS}


def test_the_schedule_comes_to_every_mirror() -> None:
    from django_celery_beat.models import PeriodicTask

    schedule.seed()

    sent = [json.loads(task.kwargs) for task in PeriodicTask.objects.filter(task="analytics.tasks.mirror")]
    assert {kwargs["kind"] for kwargs in sent} == set(MIRRORS)


def test_what_was_changed_in_100ms_own_dashboard_is_marked_as_not_ours(hms_simulator: SimulatedHms) -> None:
    physics = hms_simulator.world.add_room("Physics")
    pull_mirror(client(), "rooms")
    assert not AuditEntry.objects.exists()

    client().rooms.update(physics.id, description="Now in the lab", max_duration_seconds=3600)
    pull_mirror(client(), "rooms")

    room = Room.objects.get()
    assert room.description == "Now in the lab"
    assert room.changed_elsewhere_at is not None
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_id) == (ELSEWHERE.name, "room.change", physics.id)
    assert entry.after == {"description": "Now in the lab", "max_duration_seconds": 3600}


def test_a_room_made_in_100ms_own_dashboard_is_marked_too_but_not_those_of_the_first_look(
    hms_simulator: SimulatedHms,
) -> None:
    hms_simulator.world.add_room("Physics")
    pull_mirror(client(), "rooms")
    assert Room.objects.get().changed_elsewhere_at is None

    hms_simulator.clock.advance(60)
    client().rooms.create(name="Made-outside")
    pull_mirror(client(), "rooms")

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_name) == (ELSEWHERE.name, "room.create", "Made-outside")
    assert Room.objects.get(name="Made-outside").changed_elsewhere_at is not None


def test_a_change_settled_later_stays_that_of_who_asked(hms_simulator: SimulatedHms, ikram: User) -> None:
    hms_simulator.world.add_room("Physics")
    pull_mirror(client(), "rooms")
    hms_simulator.fault("POST", "/rooms/{room_id}", cut="before")
    with pytest.raises(hms.ConnectionFailed):
        rooms.update(actor=ikram, room=Room.objects.get(), settings={"description": "Ours"})

    pull_mirror(client(), "rooms")

    entries = AuditEntry.objects.order_by("id")
    assert [(entry.actor, entry.outcome) for entry in entries] == [
        ("ikram", "requested"),
        ("ikram", "unsure"),
        ("ikram", "succeeded"),
    ]


def test_our_own_change_is_not_taken_for_somebody_elses(hms_simulator: SimulatedHms, ikram: User) -> None:
    hms_simulator.world.add_room("Physics")
    pull_mirror(client(), "rooms")

    rooms.update(actor=ikram, room=Room.objects.get(), settings={"description": "Ours"})
    pull_mirror(client(), "rooms")

    assert Room.objects.get().changed_elsewhere_at is None
    assert {entry.actor for entry in AuditEntry.objects.all()} == {"ikram"}


def test_an_outage_is_told_and_nothing_is_lost(hms_simulator: SimulatedHms) -> None:
    hms_simulator.world.add_room("Physics")
    pull_mirror(client(), "rooms")
    hms_simulator.fault(times=None, status=500)

    for kind in MIRRORS:
        mirror(kind=kind)

    assert Room.objects.get().name == "Physics"
    failed = Pull.objects.exclude(error="")
    assert set(failed.values_list("kind", flat=True)) == {"rooms", "templates", "codes", "keys"}


def test_an_outage_costs_one_time_out_and_not_one_a_room(hms_simulator: SimulatedHms) -> None:
    for number in range(3):
        hms_simulator.world.add_room(f"Room-{number}")
    pull_mirror(client(), "rooms")
    hms_simulator.fault(times=None, status=503)
    hms_simulator.forget()

    pull_mirror(client(), "codes")

    assert len(hms_simulator.requests()) == 1


def test_an_account_without_stream_keys_is_no_failure(hms_simulator: SimulatedHms) -> None:
    hms_simulator.world.add_room("Physics")
    pull_mirror(client(), "rooms")
    hms_simulator.fault("GET", "/stream-keys/room/{room_id}", status=403, times=None)

    assert pull_mirror(client(), "keys").error == ""


def test_one_room_can_be_read_alone(hms_simulator: SimulatedHms) -> None:
    physics = hms_simulator.world.add_room("Physics")
    hms_simulator.world.add_room("Art")

    pull_room(client(), physics.id)

    assert [room.name for room in Room.objects.all()] == ["Physics"]
