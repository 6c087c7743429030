"""Stream keys: one that works at most, shown once, kept nowhere, also when something goes wrong on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.utils import timezone

from rooms import hms
from rooms.connection import client
from rooms.hms.resources.stream_keys import StreamKey as HmsStreamKey
from rooms.mirrors import reading, rooms
from rooms.mirrors import stream_keys as mirror
from rooms.mirrors.reading import NotRead
from rooms.models import AuditEntry, Reading, Room, StreamKey
from rooms.operations import stream_keys as operations
from tests.rooms.simulated import SimulatedHms

KEY = "/stream-keys/room/{room_id}"
OFF = "/stream-keys/room/{room_id}/disable"

LOST: list[dict[str, Any]] = [{"cut": "before"}, {"cut": "middle"}, {"status": 500, "done": True}, {"hang": 30}]
REFUSED: list[tuple[dict[str, Any], type[hms.Error]]] = [
    ({"status": 400, "message": "Active key already exists"}, hms.BadRequest),
    ({"status": 403, "message": "not allowed"}, hms.Forbidden),
    ({"status": 409}, hms.Conflict),
]


def told() -> list[str]:
    return [f"{one.action} {one.outcome}" for one in AuditEntry.objects.order_by("id")]


def pull(room: Room) -> None:
    mirror.pull(client(), at=timezone.now() + timedelta(minutes=1), room=room)


def in_100ms(room: Room) -> str:
    """The id of the key that works there; "" for none."""
    key = mirror.read(client(), room)
    return key.id if key else ""


def held(room: Room) -> str:
    key = mirror.active(room)
    return key.pk if key else ""


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


def test_made_shown_and_disabled(choir: Room, ikram: User, caplog: pytest.LogCaptureFixture) -> None:
    made = operations.create(actor=ikram, room=choir)
    shown = operations.reveal(actor=ikram, room=choir)
    assert made.new
    assert held(choir) == in_100ms(choir) == made.key.pk
    assert shown.url == made.key.url == "rtmp://ingest.example.com/live"
    assert shown.key == client().stream_keys.get(choir.pk).key

    operations.disable(actor=ikram, room=choir, key=made.key)

    assert held(choir) == in_100ms(choir) == ""
    assert told() == [
        "stream_key.create requested",
        "stream_key.create succeeded",
        "stream_key.reveal succeeded",
        "stream_key.disable requested",
        "stream_key.disable succeeded",
    ]
    kept = serializers.serialize("json", [*AuditEntry.objects.all(), *StreamKey.objects.all(), *Reading.objects.all()])
    assert shown.key not in kept + caplog.text + repr(shown)
    pull(choir)
    assert len(told()) == 5


def test_while_one_works_no_other_is_asked_for(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    first = operations.create(actor=ikram, room=choir)
    hms_simulator.forget()

    again = operations.create(actor=ikram, room=choir)

    assert (again.new, again.key.pk) == (False, first.key.pk)
    assert hms_simulator.changes() == []


def test_the_same_asked_for_twice_at_once_is_done_once(choir: Room, ikram: User) -> None:
    key = operations.create(actor=ikram, room=choir).key
    with reading.alone(choir, mirror.KIND):
        with pytest.raises(reading.BeingChanged):
            operations.create(actor=ikram, room=choir)
        with pytest.raises(reading.BeingChanged):
            operations.disable(actor=ikram, room=choir, key=key)

    assert in_100ms(choir) == key.pk


def test_an_address_that_ends_in_the_key_is_kept_without_it(choir: Room) -> None:
    key = client().stream_keys.create(choir.pk)
    whole = HmsStreamKey(
        id=key.id, room_id=choir.pk, key="sk-secret", url="rtmp://ingest.example.com/live/sk-secret", enabled=True
    )

    mirror.write(whole, at=timezone.now(), room=choir)

    assert "sk-secret" not in serializers.serialize("json", StreamKey.objects.all())


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_made_but_the_answer_lost_and_tried_again(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", KEY, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.create(actor=ikram, room=choir)
    assert told()[-1] == "stream_key.create unsure"
    hms_simulator.forget()

    assert not operations.create(actor=ikram, room=choir).new

    assert hms_simulator.changes() == []
    assert held(choir) == in_100ms(choir) != ""
    assert told()[2:] == ["stream_key.create succeeded"]


@pytest.mark.parametrize("wish", [{"status": 500}, {"cut": "before", "done": False}], ids=str)
def test_not_made_and_no_answer_and_tried_again(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", KEY, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.create(actor=ikram, room=choir)

    assert operations.create(actor=ikram, room=choir).new
    assert held(choir) == in_100ms(choir) != ""
    assert told()[2:] == ["stream_key.create failed", "stream_key.create requested", "stream_key.create succeeded"]


@pytest.mark.parametrize(("wish", "kind"), REFUSED, ids=str)
def test_a_refused_key_is_told_and_nothing_is_held(
    wish: dict[str, Any], kind: type[hms.Error], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", KEY, **wish)
    with pytest.raises(kind):
        operations.create(actor=ikram, room=choir)

    assert told() == ["stream_key.create requested", "stream_key.create failed"]
    assert held(choir) == in_100ms(choir) == ""


def test_a_key_made_between_the_look_and_the_asking_is_found_by_the_next_look(
    choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    client().stream_keys.create(choir.pk)
    hms_simulator.fault("GET", KEY, status=404, message="No active key found")
    with pytest.raises(hms.BadRequest, match="Active key already exists"):
        operations.create(actor=ikram, room=choir)

    pull(choir)

    assert held(choir) == in_100ms(choir) != ""
    key = mirror.active(choir)
    assert key is not None
    assert key.changed_elsewhere_at is not None


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_disabled_but_the_answer_lost_and_tried_again(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    key = operations.create(actor=ikram, room=choir).key
    hms_simulator.fault("POST", OFF, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.disable(actor=ikram, room=choir, key=key)
    assert told()[-1] == "stream_key.disable unsure"
    hms_simulator.forget()

    operations.disable(actor=ikram, room=choir, key=key)

    assert hms_simulator.changes() == []
    assert held(choir) == in_100ms(choir) == ""
    assert told()[-2:] == ["stream_key.disable unsure", "stream_key.disable succeeded"]


def test_a_key_that_came_after_the_one_to_disable_is_left_alone(choir: Room, ikram: User) -> None:
    old = operations.create(actor=ikram, room=choir).key
    client().stream_keys.disable(choir.pk)
    new = client().stream_keys.create(choir.pk)

    with pytest.raises(operations.NotThatKey):
        operations.disable(actor=ikram, room=choir, key=old)

    assert held(choir) == in_100ms(choir) == new.id
    assert not StreamKey.objects.get(pk=old.pk).enabled
    assert told()[-1] == "stream_key.change succeeded"


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 503}], ids=str)
def test_without_a_look_beforehand_nothing_is_asked_for(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    key = operations.create(actor=ikram, room=choir).key
    hms_simulator.forget()
    hms_simulator.fault("GET", KEY, times=None, **wish)

    with pytest.raises(NotRead):
        operations.create(actor=ikram, room=choir)
    with pytest.raises(NotRead):
        operations.disable(actor=ikram, room=choir, key=key)

    assert hms_simulator.changes() == []


@pytest.mark.parametrize("wish", [{"status": 404}, {"status": 403}, {"cut": "before"}], ids=str)
def test_what_was_not_shown_is_not_in_the_book(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    operations.create(actor=ikram, room=choir)
    before = told()
    hms_simulator.fault("GET", KEY, **wish)

    with pytest.raises(hms.Error):
        operations.reveal(actor=ikram, room=choir)

    assert told() == before
