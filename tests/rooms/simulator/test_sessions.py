"""Sections Sessions and ActiveRooms: what a session looks like before, while and after it runs."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from rooms.simulator.clock import DAY, HOUR, MINUTE, SimulatedClock, in_milliseconds, in_nanoseconds
from rooms.simulator.refusals import Refused
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS, school_class
from rooms.simulator.session import Session
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON
from tests.rooms.simulator.contract import answers_as_documented


@pytest.fixture
def lesson(world: World, physics: Room) -> Session:
    """Begins at noon, 25 people, 50 minutes."""
    return world.play(school_class(seed=1, incidents=["promote", "rejoin", "nameless"]), physics)


def get(client: httpx.Client, documented: str, path: str, **params: Any) -> Any:
    """The body of an answer that is as documented, whatever its status."""
    answer = client.get("/v2" + path, params=params)
    answers_as_documented("GET", documented, answer.status_code, answer.json())
    return answer.json()


def test_a_session_fills_and_ends_with_the_clock(client: httpx.Client, clock: SimulatedClock, lesson: Session) -> None:
    path = f"/sessions/{lesson.id}"
    first = get(client, "/sessions/{session_id}", path)
    assert first["active"] is True
    assert [peer["name"] for peer in first["peers"].values()] == ["Wanjiru Kamau"]
    assert first["created_at"] == first["updated_at"] == "2024-03-12T12:00:00Z"
    clock.advance(25 * 60)
    middle = get(client, "/sessions/{session_id}", path)
    assert len(middle["peers"]) > 25
    assert any("left_at" not in peer for peer in middle["peers"].values())
    clock.advance(25 * 60)
    last = get(client, "/sessions/{session_id}", path)
    assert last["active"] is False
    assert all("left_at" in peer for peer in last["peers"].values())
    assert last["updated_at"] == in_milliseconds(lesson.end) == "2024-03-12T12:50:00Z"


def test_times_of_a_session_object_are_cut_to_milliseconds(client: httpx.Client, lesson: Session) -> None:
    stay = lesson.script.stays[3]
    lesson_over = lesson.as_object(lesson.end)
    peer = lesson_over["peers"][lesson.peer_id(stay.key)]
    exact = next(one for one in lesson.sent if one.data.get("peer_id") == peer["id"])
    assert exact.data["joined_at"] == in_nanoseconds(lesson.when(stay.start))
    assert exact.data["joined_at"].startswith(peer["joined_at"].rstrip("Z"))
    assert len(peer["joined_at"]) <= len("2024-03-12T12:00:00.000Z")


def test_who_has_no_user_id_has_an_empty_one_here_and_none_in_events(lesson: Session) -> None:
    guests = [peer for peer in lesson.as_object(lesson.end)["peers"].values() if peer["name"] == "Guest"]
    assert [guest["user_id"] for guest in guests] == ["", ""]
    assert len({guest["id"] for guest in guests}) == 2
    told = [one.data for one in lesson.occurrences if one.data.get("user_name") == "Guest"]
    assert told
    assert all("user_id" not in data for data in told)


def test_a_role_in_the_session_object_is_the_latest(lesson: Session) -> None:
    stay = next(stay for stay in lesson.script.stays if stay.roles)
    up, down = (lesson.when(change.at) for change in stay.roles)

    def role(moment: int) -> str:
        return str(lesson.as_object(moment)["peers"][lesson.peer_id(stay.key)]["role"])

    assert [role(up - 1), role(up), role(down - 1), role(down)] == ["student", "co-teacher", "co-teacher", "student"]


def test_listing_sessions(client: httpx.Client, clock: SimulatedClock, world: World, lesson: Session) -> None:
    other = world.add_room("Lecture hall 2", "Lecture")
    past = [world.play(SCENARIOS["drop"](day), other, NOON - day * DAY) for day in range(1, 13)]

    def ids(**params: Any) -> list[str]:
        return [session["id"] for session in get(client, "/sessions", "/sessions", **params)["data"] or []]

    assert ids(limit=100) == [lesson.id, *(session.id for session in past)]
    assert ids(active="true") == [lesson.id]
    assert ids(active="false", limit=100) == [session.id for session in past]
    assert ids(room_id=lesson.room.id) == [lesson.id]
    assert ids(room_id="nowhere") == []
    assert ids(after=in_milliseconds(past[1].start), before=in_milliseconds(past[0].start)) == [
        past[0].id,
        past[1].id,
    ]
    page = get(client, "/sessions", "/sessions", limit=10)
    assert page["limit"] == 10
    assert ids(limit=10, start=page["last"]) == [past[-3].id, past[-2].id, past[-1].id]


def test_a_session_that_is_none_or_has_not_begun(client: httpx.Client, world: World, physics: Room) -> None:
    later = world.play(SCENARIOS["drop"](1), physics, NOON + HOUR)
    for session_id in ("63172c2d3e3d9fdb008322e1", later.id):
        body = get(client, "/sessions/{session_id}", f"/sessions/{session_id}")
        assert body == {"code": 404, "message": "Session not found"}
    assert get(client, "/sessions", "/sessions")["data"] is None


def test_a_room_has_one_session_at_a_time(world: World, lesson: Session) -> None:
    with pytest.raises(Refused, match="has a session at that time"):
        world.play(SCENARIOS["drop"](1), lesson.room, lesson.start + 49 * MINUTE)
    assert world.play(SCENARIOS["drop"](1), lesson.room, lesson.start + 51 * MINUTE).room is lesson.room


def test_a_running_room(client: httpx.Client, clock: SimulatedClock, lesson: Session) -> None:
    clock.advance(600)
    room = lesson.room.id
    active = get(client, "/active-rooms/{room_id}", f"/active-rooms/{room}")
    assert active["session"]["id"] == lesson.id
    peers = get(client, "/active-rooms/{room_id}/peers", f"/active-rooms/{room}/peers")["peers"]
    assert sorted(peers) == sorted(active["session"]["peers"])
    teachers = get(client, "/active-rooms/{room_id}/peers", f"/active-rooms/{room}/peers", role="teacher")["peers"]
    assert [peer["user_id"] for peer in teachers.values()] == ["teacher-wanjiru"]
    named = get(
        client, "/active-rooms/{room_id}/peers", f"/active-rooms/{room}/peers", user_id="teacher-wanjiru", role="guest"
    )
    assert named == {"peers": {}}


def test_one_peer_and_its_tracks_as_they_are_now(client: httpx.Client, clock: SimulatedClock, lesson: Session) -> None:
    clock.advance(6 * 60)  # the teacher's first share runs from minute 5
    teacher = lesson.script.stays[0]
    template = "/active-rooms/{room_id}/peers/{peer_id}"
    path = f"/active-rooms/{lesson.room.id}/peers/{lesson.peer_id(teacher.key)}"
    tracks = get(client, template, path)["tracks"].values()
    assert sorted((track["type"], track["source"]) for track in tracks) == [
        ("audio", "regular"),
        ("audio", "screen"),
        ("video", "regular"),
        ("video", "screen"),
    ]
    mic = next(track for track in teacher.tracks if track.key == "mic")
    gaps = pairwise(mic.on)
    muted = next(before[1] for before, after in gaps if after[0] - before[1] > 2_000_000)

    def mute(moment: int) -> bool:
        shown = lesson.peer_object(teacher, moment, tracks=True)["tracks"]
        return bool(shown[lesson.track_id(teacher.key, "mic")]["mute"])

    at = lesson.when(muted)
    assert [mute(at - 1), mute(at)] == [False, True]


def test_a_room_at_rest_and_a_peer_that_left(client: httpx.Client, clock: SimulatedClock, lesson: Session) -> None:
    room, peer = lesson.room.id, lesson.peer_id(lesson.script.stays[0].key)
    gone = get(client, "/active-rooms/{room_id}/peers/{peer_id}", f"/active-rooms/{room}/peers/{'0' * 36}")
    assert gone == {"code": 404, "message": "peer not found"}
    clock.advance(3600)
    for documented, path in [
        ("/active-rooms/{room_id}", f"/active-rooms/{room}"),
        ("/active-rooms/{room_id}/peers", f"/active-rooms/{room}/peers"),
        ("/active-rooms/{room_id}/peers/{peer_id}", f"/active-rooms/{room}/peers/{peer}"),
    ]:
        assert get(client, documented, path) == {"code": 404, "message": "active session not found"}
