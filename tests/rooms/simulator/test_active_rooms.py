"""Commands to a running room: what was asked for shows in the room, the session, the webhooks and the truth."""

from collections.abc import Callable
from typing import Any

import pytest

from rooms.simulator.clock import MINUTE, SECOND, SimulatedClock, in_nanoseconds
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS, school_class
from rooms.simulator.session import Session
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import Ask
from tests.rooms.simulator.contract import event_as_documented


@pytest.fixture
def lesson(world: World, physics: Room, clock: SimulatedClock) -> Session:
    """Ten minutes in; everybody is there."""
    session = world.play(school_class(1, people=6, incidents=[]), physics)
    clock.advance(600)
    return session


@pytest.fixture
def told(world: World, lesson: Session) -> Callable[[str], list[dict[str, Any]]]:
    """The data of the webhooks of a type so far, all of them as documented."""

    def told(kind: str) -> list[dict[str, Any]]:
        events = world.events(lesson.id)
        for channel, event in events:
            event_as_documented(channel, event)
        return [event["data"] for _, event in events if event["type"] == kind]

    return told


def pupil(lesson: Session) -> str:
    return lesson.peer_id(lesson.script.stays[2].key)


def test_a_new_role_name_and_metadata_hold_from_now_on(
    ask: Ask, clock: SimulatedClock, lesson: Session, told: Callable[[str], list[dict[str, Any]]]
) -> None:
    peer, room = pupil(lesson), lesson.room.id
    before = ask("get_peer", room_id=room, peer_id=peer)
    wish = {"name": "Captain", "metadata": '{"isHandRaised":true}', "role": "co-teacher"}
    changed = ask("update_peer", room_id=room, peer_id=peer, json=wish)
    assert {name: changed[name] for name in wish} == wish
    assert ask("get_peer", room_id=room, peer_id=peer) == changed
    assert ask("list_peers", room_id=room, params={"role": "co-teacher"})["peers"].keys() == {peer}
    assert told("role.change.success") == []
    clock.advance(1)
    (event,) = told("role.change.success")
    assert (event["previous_role"], event["role"], event["user_name"]) == ("student", "co-teacher", "Captain")
    assert event["user_data"] == wish["metadata"]
    assert "role_change_requested_by" not in event  # the server asked
    joined = next(one for one in told("peer.join.success") if one["peer_id"] == peer)
    assert (joined["user_name"], joined["role"]) == (before["name"], "student")  # the past stays as it was told
    session = ask("get_session", session_id=lesson.id)
    assert (session["peers"][peer]["name"], session["peers"][peer]["role"]) == ("Captain", "co-teacher")
    again = ask("update_peer", room_id=room, peer_id=peer, json={"metadata": ""})
    assert (again["name"], again["metadata"]) == ("Captain", "")
    clock.advance(3600)
    left = next(one for one in told("peer.leave.success") if one["peer_id"] == peer)
    assert (left["role"], left["user_name"]) == ("co-teacher", "Captain")


def test_a_removed_peer_is_gone_with_its_tracks(
    ask: Ask,
    clock: SimulatedClock,
    world: World,
    lesson: Session,
    told: Callable[[str], list[dict[str, Any]]],
) -> None:
    peer, room, now = pupil(lesson), lesson.room.id, clock()
    answer = ask("remove_peers", room_id=room, json={"peer_id": peer, "reason": "misconduct"})
    assert answer == {"message": "peer remove request submitted"}
    assert peer not in ask("list_peers", room_id=room)["peers"]
    clock.advance(1)
    (left,) = told("peer.leave.success")
    assert (left["peer_id"], left["reason"], left["message"]) == (peer, "peer kicked", "misconduct")
    assert left["left_at"] == in_nanoseconds(now)
    assert {one["peer_id"] for one in told("track.remove.success")} == {peer}
    assert "left_at" in ask("get_session", session_id=lesson.id)["peers"][peer]
    gone = next(one for one in world.truth(lesson.id) if one.peer_ids == (peer,))
    assert (gone.present[-1][1], gone.running) == (now, False)
    assert all(end <= now for lane in (gone.mic, gone.camera, gone.screen) for _, end in lane)


def test_removing_the_last_role_closes_the_session(
    ask: Ask, clock: SimulatedClock, lesson: Session, told: Callable[[str], list[dict[str, Any]]]
) -> None:
    room = lesson.room.id
    ask("remove_peers", room_id=room, json={"role": "student"})
    assert [one["role"] for one in ask("list_peers", room_id=room)["peers"].values()] == ["teacher"]
    ask("remove_peers", room_id=room, json={"role": "guest"})  # nobody has it, and nothing happens
    ask("remove_peers", room_id=room, json={"role": "teacher"})
    clock.advance(2)
    assert ask.refused("get_active_room", 404, room_id=room) == "active session not found"
    assert told("session.close.success")[0]["session_duration"] == 601
    assert len(told("peer.leave.success")) == 6


@pytest.mark.parametrize("lock", [False, True])
def test_ending_a_room_ends_it_for_all_and_locks_it_when_asked(
    ask: Ask,
    clock: SimulatedClock,
    lesson: Session,
    told: Callable[[str], list[dict[str, Any]]],
    lock: bool,
) -> None:
    room = lesson.room.id
    answer = ask("end_active_room", room_id=room, json={"reason": "Class has ended", "lock": lock})
    assert answer == {"message": "session is ending"}
    assert ask.refused("end_active_room", 404, room_id=room) == "active session not found"
    clock.advance(1)
    (ended,) = told("room.end.success")
    assert (ended["source"], ended["reason"], ended["lock_room"]) == ("api", "Class has ended", lock)
    (closed,) = told("session.close.success")
    assert closed["session_duration"] == 600
    assert [one["reason"] for one in told("peer.leave.success")] == ["room ended"] * 6
    session = ask("get_session", session_id=lesson.id)
    assert session["active"] is False
    assert all("left_at" in peer for peer in session["peers"].values())
    assert ask("get_room", room_id=room)["enabled"] is not lock
    events = len(told("session.close.success"))
    clock.advance(7200)
    assert len(told("session.close.success")) == events  # nothing of the rest of the plan happens


def test_a_locked_room_takes_no_new_class(ask: Ask, lesson: Session) -> None:
    ask("end_active_room", room_id=lesson.room.id, json={"lock": True})
    answer = ask.client.post("/_control/scenario", json={"room": lesson.room.id})
    assert (answer.status_code, answer.json()["message"]) == (409, "the room is disabled")


def test_a_message_is_kept_with_whom_it_was_for(ask: Ask, lesson: Session) -> None:
    peer = pupil(lesson)
    wishes: list[dict[str, str]] = [
        {"message": "hi", "type": "", "peer_id": "", "role": ""},
        {"message": "hush", "type": "notice", "role": "student"},
        {"message": "you", "peer_id": peer, "role": "student"},
    ]
    for wish in wishes:
        assert ask("send_message", room_id=lesson.room.id, json=wish) == {"message": "message sent"}
    kept = ask.client.get(f"/_control/messages/{lesson.id}").json()["messages"]
    assert [{**one, "sent_at": ""} for one in kept] == [
        {"sent_at": "", "message": "hi", "type": "chat"},
        {"sent_at": "", "message": "hush", "type": "notice", "role": "student"},
        {"sent_at": "", "message": "you", "type": "chat", "peer_id": peer},
    ]


@pytest.mark.parametrize(
    ("operation", "body", "status"),
    [
        ("update_peer", {"role": "pirate"}, 400),
        ("update_peer", {"metadata": {"isHandRaised": True}}, 400),
        ("send_message", {}, 400),
        ("send_message", {"message": ""}, 400),
        ("send_message", {"message": "hi", "role": "pirate"}, 400),
        ("send_message", {"message": "hi", "peer_id": "nobody"}, 404),
        ("remove_peers", {}, 400),
        ("remove_peers", {"peer_id": "", "reason": "x"}, 400),
        ("remove_peers", {"peer_id": "nobody"}, 404),
        ("end_active_room", {"lock": "yes"}, 400),
    ],
    ids=str,
)
def test_commands_that_cannot_be(ask: Ask, lesson: Session, operation: str, body: dict[str, Any], status: int) -> None:
    ask.refused(operation, status, room_id=lesson.room.id, peer_id=pupil(lesson), json=body)
    assert len(ask("list_peers", room_id=lesson.room.id)["peers"]) == 6


@pytest.mark.parametrize("operation", ["update_peer", "send_message", "remove_peers", "end_active_room"])
def test_commands_to_a_room_at_rest(ask: Ask, physics: Room, operation: str) -> None:
    for room, message in ((physics.id, "active session not found"), ("0" * 24, "Room not found")):
        body = {"message": "hi", "role": "student"}
        assert ask.refused(operation, 404, room_id=room, peer_id="p", json=body) == message


def test_commands_hold_in_a_compressed_session_too(
    ask: Ask, clock: SimulatedClock, world: World, physics: Room
) -> None:
    session = world.play(SCENARIOS["drop"](1), physics, compress=7)
    clock.advance(30)
    stay = session.connected(clock())[1]
    peer = session.peer_id(stay.key)
    ask("update_peer", room_id=physics.id, peer_id=peer, json={"role": "co-teacher"})
    clock.advance(1)
    ask("end_active_room", room_id=physics.id, json={})
    clock.advance(1)
    kinds = [event["type"] for _, event in world.events(session.id)]
    assert kinds.count("role.change.success") == kinds.count("room.end.success") == 1
    assert session.end - session.start <= 31 * SECOND < 5 * MINUTE
