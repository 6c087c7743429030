"""The mirror of rooms: what it takes from 100ms, and how it tells our changes from those of others."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms import hms
from rooms.actors import ELSEWHERE
from rooms.connection import client
from rooms.hms.resources.base import read
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, Room
from rooms.operations import rooms as operations
from tests.rooms.simulated import SimulatedHms

NOW = timezone.now()


def said(**fields: Any) -> HmsRoom:
    return read(HmsRoom, {"id": "room-1", "name": "Choir", "enabled": True, **fields})


def held() -> Room:
    return Room.objects.get(pk="room-1")


def later(minutes: int) -> Any:
    return NOW + timedelta(minutes=minutes)


def test_what_an_answer_leaves_out_stays(db: None) -> None:
    mirror.write([said(description="On Fridays", size=30, webhook={"url": "https://a.example/"})], at=NOW)
    mirror.write([said(enabled=False)], at=later(1))
    row = held()
    assert (row.description, row.size, row.webhook_url, row.enabled) == ("On Fridays", 30, "https://a.example/", False)


@pytest.mark.parametrize(
    ("raw", "recording"),
    [
        ({}, None),
        ({"recording_info": {"enabled": True}}, True),
        ({"recording": {"enabled": True}}, True),
        ({"recording_info": {"enabled": False}, "recording_source_template": False}, False),
        ({"recording_info": {"enabled": False}, "recording_source_template": True}, None),
        ({"recording_info": None}, None),
    ],
    ids=str,
)
def test_whose_word_recording_is(raw: dict[str, Any], recording: bool | None, db: None) -> None:
    mirror.write([said(**raw)], at=NOW)
    assert held().recording_enabled is recording


def test_a_room_that_follows_its_template_again_says_so_by_the_source_alone(db: None) -> None:
    mirror.write([said(recording_info={"enabled": True}, recording_source_template=False)], at=NOW)
    mirror.write([said()], at=later(1))
    assert held().recording_enabled is True
    mirror.write([said(recording_source_template=True)], at=later(2))
    assert held().recording_enabled is None


def test_another_template_does_not_keep_the_old_name(db: None) -> None:
    mirror.write([said(template_id="t1", template="Class")], at=NOW)
    mirror.write([said(template_id="t2")], at=later(1))
    assert (held().template_id, held().template_name) == ("t2", "")


def test_what_was_said_before_our_last_change_does_not_undo_it(db: None) -> None:
    mirror.write([said(description="ours")], at=later(1), ours=True)
    assert mirror.write([said(description="older")], at=NOW) == 0
    assert held().description == "ours"
    assert held().changed_elsewhere_at is None


def test_of_two_changes_at_once_the_later_one_counts_whichever_answer_came_first(db: None) -> None:
    mirror.write([said(enabled=False, updated_at="2026-11-21T10:00:01Z")], at=NOW, ours=True)
    mirror.write([said(enabled=True, updated_at="2026-11-21T10:00:00Z")], at=later(1), ours=True)
    assert held().enabled is False


def test_a_room_named_twice_in_one_page_is_stored_once(db: None) -> None:
    assert mirror.write([said(size=1), said(size=2)], at=NOW) == 1
    assert held().size == 2


def test_a_change_made_elsewhere_is_marked_and_noted_until_our_next_one(db: None) -> None:
    mirror.write([said(size=30)], at=NOW)
    assert not AuditEntry.objects.exists(), "what is new to us was not changed"

    mirror.write([said(size=31, description="new")], at=later(5))

    assert held().changed_elsewhere_at == later(5)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_id) == (ELSEWHERE.name, "room.change", "room-1")
    assert (entry.before, entry.after) == ({"size": 30, "description": ""}, {"size": 31, "description": "new"})
    mirror.write([said(size=31, description="new")], at=later(10))
    assert held().changed_elsewhere_at == later(5), "the mark stays"
    mirror.write([said(size=32)], at=later(15), ours=True)
    assert held().changed_elsewhere_at is None
    assert AuditEntry.objects.count() == 1


def test_a_room_that_an_event_named_first_was_not_changed_by_anybody(db: None) -> None:
    mirror.ensure({"room-1": "A label"})
    mirror.write([said(size=30)], at=NOW)
    assert (held().name, held().size, held().changed_elsewhere_at) == ("Choir", 30, None)


def test_a_pull_reads_rooms_of_both_states_and_leaves_out_what_it_cannot_read(
    hms_simulator: SimulatedHms, db: None
) -> None:
    hms_simulator.world.add_room("Choir")
    hms_simulator.world.add_room("Band", enabled=False)
    broken = hms_simulator.world.add_room("Broken")
    broken.size = "many"  # type: ignore[assignment]

    pulled = mirror.pull(client(), at=NOW)

    assert sorted(Room.objects.values_list("name", "enabled")) == [("Band", False), ("Choir", True)]
    assert len(pulled.problems) == 1
    assert broken.id in pulled.problems[0]


def test_a_room_that_100ms_has_no_more_is_marked_gone_and_comes_back(hms_simulator: SimulatedHms, db: None) -> None:
    there = hms_simulator.world.add_room("Choir")
    mirror.pull(client(), at=NOW)
    del hms_simulator.world.rooms[there.id]

    mirror.pull(client(), at=later(5))
    mirror.pull(client(), at=later(10))

    assert Room.objects.get().gone_at == later(5)
    assert [entry.action for entry in AuditEntry.objects.all()] == ["room.delete"]
    hms_simulator.world.rooms[there.id] = there
    mirror.pull(client(), at=later(15))
    assert Room.objects.get().gone_at is None


def test_comparing_writes_nothing(hms_simulator: SimulatedHms, db: None) -> None:
    there = hms_simulator.world.add_room("Choir", size=30)
    mirror.pull(client(), at=NOW)
    room = Room.objects.get()
    assert mirror.compare(client(), room) == []
    there.size, there.enabled = 31, False

    found = {one.path: (one.before, one.after) for one in mirror.compare(client(), room)}

    assert found == {"size": (30, 31), "enabled": (True, False)}
    assert Room.objects.get().size == 30
    del hms_simulator.world.rooms[there.id]
    with pytest.raises(hms.NotFound):
        mirror.compare(client(), room)


def test_polls_that_a_room_names_are_linked_and_let_go(db: None) -> None:
    mirror.write([said(polls=["p1", "p2"])], at=NOW)
    mirror.write([said()], at=later(1))
    assert {poll.pk for poll in held().polls.all()} == {"p1", "p2"}, "left out is not let go"
    mirror.write([said(polls=["p2"])], at=later(2))
    assert {poll.pk for poll in held().polls.all()} == {"p2"}


def test_a_mirror_does_not_judge_a_change_that_is_still_under_way(hms_simulator: SimulatedHms, ikram: User) -> None:
    room = operations.create(actor=ikram, name="Choir", settings={})
    hms_simulator.fault("POST", "/rooms/{room_id}", cut="before")
    with pytest.raises(hms.ConnectionFailed):
        operations.disable(actor=ikram, room=room, reason="Holidays")
    mirror.pull(client(), at=timezone.now())
    room.refresh_from_db()
    assert (room.enabled, room.disabled_reason, room.changed_elsewhere_at) == (False, "Holidays", None)


def test_a_page_of_rooms_costs_as_many_questions_as_one_room(db: None) -> None:
    def asked(count: int, at: Any) -> int:
        rooms = [said(id=f"room-{number}", name=f"Room-{number}") for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            mirror.write(rooms, at=at)
        return len(queries)

    few = asked(1, NOW)
    assert asked(100, later(1)) <= few + 2, "SQLite takes a large insert in a few parts"
