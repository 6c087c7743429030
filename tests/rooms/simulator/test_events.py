"""Every event of every scenario, held against its definition and against EVENTS."""

from itertools import pairwise
from typing import Any

import pytest

from rooms.simulator.clock import HOUR, NEVER, instant_of
from rooms.simulator.occurrence import LISTED
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS, lecture
from rooms.simulator.scenarios.script import count
from rooms.simulator.session import Session
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON
from tests.rooms.simulator.contract import event_as_documented, event_types


def played(world: World, scenario: str, seed: int = 1, **how: Any) -> Session:
    room = world.add_room(f"{scenario} {seed}")
    return world.play(SCENARIOS[scenario](seed, **how), room, NOON - 30 * HOUR)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_event_is_as_documented_comes_once_and_in_order(world: World, scenario: str) -> None:
    session = played(world, scenario)
    events = world.events(session.id, lost=True)
    for channel, envelope in events:
        event_as_documented(channel, envelope)
    assert len({envelope["id"] for _, envelope in events}) == len(events) == count(session.script)
    assert [one.at for one in session.occurrences] == sorted(one.at for one in session.occurrences)


def test_all_forty_types_exist_each_by_its_channel(world: World) -> None:
    seen: dict[str, set[str]] = {"webhook": set(), "analytics": set()}
    for scenario in SCENARIOS:
        for channel, envelope in world.events(played(world, scenario).id):
            seen[channel].add(envelope["type"])
    assert seen["webhook"] == event_types("webhook")
    assert seen["analytics"] == event_types("analytics") == LISTED
    assert (len(seen["webhook"]), len(seen["webhook"] | seen["analytics"])) == (32, 40)


def test_webhooks_are_stamped_in_whole_seconds_listed_events_in_nanoseconds(world: World) -> None:
    events = world.events(played(world, "class").id)
    assert all("." not in envelope["timestamp"] for channel, envelope in events if channel == "webhook")
    digits = [len(e["timestamp"].partition(".")[2]) - 1 for channel, e in events if channel == "analytics"]
    assert max(digits) == 9
    assert min(digits) < 9  # trailing zeros dropped


def test_a_track_event_is_stamped_after_what_it_tells_of(world: World) -> None:
    for one in played(world, "class").listed:
        if one.type == "track.add.success":
            assert 0 < one.at // 1000 - instant_of(one.data["started_at"]) // 1000 < 3000
        if one.type == "track.remove.success":
            assert 0 < one.at // 1000 - instant_of(one.data["stopped_at"]) // 1000 < 3000


def test_mute_is_the_state_after_the_event_and_changes_each_time(world: World) -> None:
    session = played(world, "class", people=12)
    states: dict[str, list[bool]] = {}
    for one in session.listed:
        if one.type in ("track.add.success", "track.update.success"):
            states.setdefault(one.data["track_id"], []).append(one.data["mute"])
    assert len(states) > 12
    for changes in states.values():
        assert all(before != after for before, after in pairwise(changes))


def test_zero_times_stand_for_none(world: World) -> None:
    refused = {one.type: one.data for one in played(world, "refusals").sent if one.type.endswith(".failure")}
    assert refused["peer.join.failure"]["joined_at"] == NEVER
    assert refused["peer.leave.failure"]["left_at"] == NEVER
    assert "session_id" not in refused["peer.join.failure"]


def test_lost_webhooks_are_left_out_unless_asked_for(world: World) -> None:
    session = played(world, "lost_webhooks")
    sent, made = world.events(session.id), world.events(session.id, lost=True)
    missing = [envelope["type"] for _, envelope in made if envelope["id"] not in {e["id"] for _, e in sent}]
    assert sorted(missing) == ["peer.join.success"] * 2 + ["peer.leave.success"] * 2


def test_only_what_has_happened_is_known(world: World, physics: Room) -> None:
    session = world.play(SCENARIOS["class"](1), physics)
    assert [envelope["type"] for _, envelope in world.events(session.id)] == ["session.open.success"]
    assert len(world.events(session.id, until=session.settled, lost=True)) == count(session.script)


LECTURES = [pytest.param(500, 50_000, marks=pytest.mark.slow), (40, 1_001), (12, 300)]


@pytest.mark.parametrize(("people", "events"), LECTURES)
def test_a_lecture_makes_exactly_as_many_events_as_asked_for(world: World, people: int, events: int) -> None:
    session = world.play(lecture(seed=3, people=people, events=events), world.add_room("hall"), NOON - 30 * HOUR)
    made = world.events(session.id)
    assert len(made) == events
    assert len({envelope["id"] for _, envelope in made}) == events


def test_a_lecture_cannot_make_fewer_events_than_people_come_and_go(world: World) -> None:
    with pytest.raises(ValueError, match="by itself"):
        lecture(seed=1, people=100, events=50)


def test_compressed_a_session_is_the_same_in_less_time(world: World) -> None:
    script = SCENARIOS["class"](1)
    plain = world.play(script, world.add_room("plain"), NOON - 30 * HOUR)
    quick = world.play(script, world.add_room("quick"), NOON - 30 * HOUR, compress=50)
    assert quick.end - quick.start == (plain.end - plain.start) // 50
    assert sorted(one.type for one in quick.occurrences) == sorted(one.type for one in plain.occurrences)
    for channel, envelope in world.events(quick.id):
        event_as_documented(channel, envelope)
