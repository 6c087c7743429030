"""The truth and the events are both read off the script; here the one is worked out from the other."""

import calendar
import time
from collections import defaultdict
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.simulator.clock import HOUR, MINUTE, SECOND, SimulatedClock
from rooms.simulator.people import Person
from rooms.simulator.room import Room
from rooms.simulator.scenarios import INCIDENTS, SCENARIOS, lecture, school_class
from rooms.simulator.scenarios.script import Script, Stay, Track
from rooms.simulator.session import Session
from rooms.simulator.spans import Spans, clip, length, union
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON, standing

Lanes = dict[str, dict[str, Spans]]


def exact(text: str) -> int:
    """Unix nanoseconds of a text, to the last digit."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    unix = calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S"))
    return unix * SECOND + int(fraction.ljust(9, "0"))


def from_events(events: list[tuple[str, dict[str, Any]]]) -> Lanes:
    """Everybody's unions, the slow and plain way."""
    owner: dict[str, str] = {}
    left: dict[str, int] = {}
    found: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    tracks: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _, event in events:
        data = event["data"]
        if event["type"] == "peer.leave.success":
            peer = data["peer_id"]
            owner[peer] = data.get("user_id") or peer
            left[peer] = exact(data["left_at"])
            found[owner[peer]]["present"].append((exact(data["joined_at"]), left[peer]))
        elif event["type"].startswith("track.") and "mute" in data:
            tracks[data["track_id"]].append(event)
    for changes in tracks.values():
        data = changes[0]["data"]
        lane = "screen" if data["source"] == "screen" else {"audio": "mic", "video": "camera"}[data["type"]]
        on: int | None = None
        for event in changes:
            kind, now = event["type"], exact(event["timestamp"])
            if kind == "track.add.success":
                now = exact(data["started_at"])
            if kind == "track.remove.success":
                now = exact(event["data"]["stopped_at"])
            closing = kind == "track.remove.success" or event["data"]["mute"]
            if closing and on is not None:
                found[owner[data["peer_id"]]][lane].append((on, now))
                on = None
            elif not closing and on is None:
                on = now
        if on is not None:
            found[owner[data["peer_id"]]][lane].append((on, left[data["peer_id"]]))
    return {person: {lane: union(spans) for lane, spans in lanes.items()} for person, lanes in found.items()}


def as_told(world: World, session: Session) -> Lanes:
    lanes = {
        one.key: {"present": one.present, "mic": one.mic, "camera": one.camera, "screen": one.screen}
        for one in world.truth(session.id)
    }
    return {person: {lane: spans for lane, spans in has.items() if spans} for person, has in lanes.items()}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_of_every_scenario(world: World, scenario: str) -> None:
    session = world.play(SCENARIOS[scenario](5), world.add_room(scenario), NOON - 30 * HOUR)
    assert as_told(world, session) == from_events(world.events(session.id, lost=True))


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(),
    people=st.integers(2, 30),
    duration=st.integers(30, 4000),
    incidents=st.lists(st.sampled_from(sorted(INCIDENTS)), max_size=8),
    compress=st.sampled_from([1.0, 7.0]),
)
def test_of_any_class(seed: int, people: int, duration: int, incidents: list[str], compress: float) -> None:
    world = World(standing())
    script = school_class(seed, people=people, duration=duration, incidents=incidents)
    session = world.play(script, world.add_room("any"), NOON - 30 * HOUR, compress=compress)
    assert as_told(world, session) == from_events(world.events(session.id, lost=True))


def test_of_a_lecture_of_many_events(world: World) -> None:
    session = world.play(lecture(1, people=80, events=6000), world.add_room("hall"), NOON - 30 * HOUR)
    assert as_told(world, session) == from_events(world.events(session.id))


def _told(spans: Spans, start: int) -> list[tuple[float, float]]:
    return [((a - start) / SECOND, (b - start) / SECOND) for a, b in spans]


def test_by_hand_two_devices_count_once_and_an_open_track_ends_with_its_peer(
    world: World, clock: SimulatedClock, physics: Room
) -> None:
    s = SECOND
    amina = Person("Amina", "student-1")
    laptop = Stay(
        "laptop",
        amina,
        "student",
        0,
        100 * s,
        tracks=(
            Track("mic", "audio", "regular", s, 100 * s, ((10 * s, 20 * s), (30 * s, 40 * s))),
            Track("screen", "video", "screen", 50 * s, 60 * s, ((50 * s, 60 * s),)),
            Track("sound", "audio", "screen", 55 * s, 65 * s, ((55 * s, 65 * s),)),
        ),
    )
    phone = Stay(
        "phone",
        amina,
        "student",
        80 * s,
        150 * s,
        tracks=(Track("mic", "audio", "regular", 81 * s, None, ((90 * s, 150 * s),)),),
    )
    session = world.play(Script("by hand", 160 * s, (laptop, phone)), physics)
    clock.advance(200)
    (person,) = world.truth(session.id)
    assert len(person.peer_ids) == 2
    assert _told(person.present, NOON) == [(0, 150)]
    assert _told(person.mic, NOON) == [(10, 20), (30, 40), (90, 150)]
    assert _told(person.screen, NOON) == [(50, 65)]
    assert person.camera == ()
    assert person.running is False


def test_of_a_running_session_everything_open_ends_now(
    client: httpx.Client, world: World, clock: SimulatedClock, physics: Room
) -> None:
    session = world.play(school_class(1, incidents=[]), physics)
    clock.advance(1500)
    answer = client.get(f"/_control/truth/{session.id}").json()
    people = {one["user_id"]: one for one in answer["people"]}
    teacher = people["teacher-wanjiru"]
    assert teacher["present"] == [["2024-03-12T12:00:00Z", "2024-03-12T12:25:00Z"]]
    assert (teacher["running"], teacher["seconds"]["present"]) == (True, 1500.0)
    whole = {one.key: one for one in session.truth(session.end)}
    now = NOON + 25 * MINUTE
    for one in session.truth(now):
        assert one.mic == clip(whole[one.key].mic, NOON, now)
        assert people[one.key]["seconds"]["mic"] == length(one.mic) / SECOND
    assert len(people) == 25
