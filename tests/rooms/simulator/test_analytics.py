"""Section Analytics: the list of events, its filters, its snapshot and its two deadlines."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from rooms.simulator.clock import DAY, HOUR, MINUTE, SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.scenarios import INCIDENTS, SCENARIOS, recorded_class, school_class
from rooms.simulator.session import Session
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON
from tests.rooms.simulator.contract import answers_as_documented

List = Callable[..., Any]


@pytest.fixture
def events(client: httpx.Client) -> List:
    """The body of an answer that is as documented, whatever its status."""

    def ask(**params: Any) -> Any:
        answer = client.get("/v2/analytics/events", params=params)
        answers_as_documented("GET", "/analytics/events", answer.status_code, answer.json())
        return answer.json()

    return ask


@pytest.fixture
def past(world: World, physics: Room) -> Session:
    """A class with every incident, over since an hour."""
    return world.play(school_class(seed=2, people=40, incidents=list(INCIDENTS)), physics, NOON - 2 * HOUR)


def pages(events: List, **params: Any) -> Iterator[Any]:
    page = events(**params)
    yield page
    while page["next"]:
        page = events(**{**params, "start": page["next"]})
        yield page


def test_every_event_once_oldest_first_as_promised_in_total(events: List, past: Session) -> None:
    found = list(pages(events, room_id=past.room.id, session_id=past.id, limit=100))
    ids = [event["id"] for page in found for event in page["events"]]
    assert ids == [one.id for one in past.listed if one.session_id]
    assert len(set(ids)) == len(ids) > 300
    assert {page["total"] for page in found} == {len(ids)}
    assert [page["limit"] for page in found] == [len(page["events"]) for page in found]


def test_ten_a_page_unless_told_and_down_to_one(events: List, past: Session) -> None:
    assert len(events(room_id=past.room.id)["events"]) == 10
    assert len(events(room_id=past.room.id, limit=1)["events"]) == 1


def test_a_room_list_runs_over_its_sessions_and_has_what_names_no_session(
    events: List, world: World, past: Session
) -> None:
    older = world.play(SCENARIOS["drop"](1), past.room, NOON - DAY)
    listed = [event for page in pages(events, room_id=past.room.id, limit=100) for event in page["events"]]
    assert [event["id"] for event in listed] == [one.id for one in [*older.listed, *past.listed]]
    homeless = [event for event in listed if "session_id" not in event["data"]]
    assert {event["type"] for event in homeless} == {"client.connect.failed"}


def test_the_filters(events: List, world: World, past: Session) -> None:
    room = past.room.id

    def all_of(**params: Any) -> list[Any]:
        return [event for page in pages(events, room_id=room, limit=100, **params) for event in page["events"]]

    both = all_of(type=["track.add.success", "track.remove.success"])
    assert {event["type"] for event in both} == {"track.add.success", "track.remove.success"}
    assert {event["type"].split(".")[0] for event in all_of(error="true")} == {"client"}
    assert all_of(error="false") == all_of()
    assert {event["data"]["user_id"] for event in all_of(user_id="teacher-wanjiru")} == {"teacher-wanjiru"}
    peer = past.peer_id(past.script.stays[4].key)
    assert {event["data"]["peer_id"] for event in all_of(peer_id=peer)} == {peer}
    assert all_of(session_id="another") == []
    assert events(room_id="another", session_id=past.id)["events"] == []


def test_a_recording_by_its_beam_id(events: List, world: World, physics: Room) -> None:
    session = world.play(recorded_class(seed=1), physics, NOON - 3 * HOUR)
    beam = session.object_id("beam", "browser")
    (found,) = events(room_id=physics.id, beam_id=beam)["events"]
    assert found["type"] == "beam.recording.success"
    # EVENTS trap 8: the copy by webhook has more.
    (sent,) = [one for one in session.sent if one.type == "beam.recording.success" and one.data["beam_id"] == beam]
    assert set(sent.data) - set(found["data"]) == {
        "recording_id",
        "metadata_id",
        "metadata_timestamp",
        "chat_recording_path",
        "chat_recording_presigned_url",
    }
    assert {key: sent.data[key] for key in found["data"]} == found["data"]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"room_id": ""},
        {"room_id": "r", "limit": 0},
        {"room_id": "r", "limit": 101},
        {"room_id": "r", "error": "yes"},
        {"room_id": "r", "type": "peer.join.success"},
        {"room_id": "r", "start": "no cursor"},
        {"room_id": "r", "start": "bm8gY3Vyc29yIGF0IGFsbCwgcmVhbGx5"},
    ],
    ids=str,
)
def test_what_cannot_be_asked(client: httpx.Client, params: dict[str, Any]) -> None:
    answer = client.get("/v2/analytics/events", params=params)
    assert answer.status_code == 400
    answers_as_documented("GET", "/analytics/events", 400, answer.json())
    if not params.get("room_id"):
        assert answer.json()["message"] == "room_id is required"


def test_a_snapshot_never_grows(events: List, world: World, clock: SimulatedClock, physics: Room) -> None:
    running = world.play(school_class(seed=1), physics)
    clock.advance(600)
    first = events(room_id=physics.id, limit=50)
    clock.advance(600)
    rest = list(pages(events, room_id=physics.id, limit=50, start=first["next"]))
    count = sum(len(page["events"]) for page in [first, *rest])
    assert count == first["total"] == len([one for one in running.listed if one.at <= NOON + 10 * MINUTE])
    assert events(room_id=physics.id)["total"] > first["total"]


def test_not_even_by_an_older_session_that_comes_to_light_later(events: List, world: World, past: Session) -> None:
    first = events(room_id=past.room.id, limit=100)
    world.play(SCENARIOS["drop"](1), past.room, NOON - 5 * HOUR)
    assert events(room_id=past.room.id, limit=100, start=first["next"])["total"] == first["total"]


def test_a_cursor_dies_after_24_hours_of_the_clock(events: List, clock: SimulatedClock, past: Session) -> None:
    cursor = events(room_id=past.room.id)["next"]
    clock.advance(24 * 3600 - 1)
    assert len(events(room_id=past.room.id, start=cursor)["events"]) == 10
    clock.advance(1)
    dead = events(room_id=past.room.id, start=cursor)
    assert (dead["code"], dead["details"]) == (400, ["start has expired"])


def test_a_cursor_made_late_dies_with_its_first_query(events: List, clock: SimulatedClock, past: Session) -> None:
    cursor = events(room_id=past.room.id)["next"]
    clock.advance(23 * 3600)
    later = events(room_id=past.room.id, start=cursor)["next"]
    clock.advance(3600)
    assert events(room_id=past.room.id, start=later)["code"] == 400


def test_a_cursor_outlives_a_restart_but_not_a_change_or_another_room(
    events: List, past: Session, world: World
) -> None:
    cursor = events(room_id=past.room.id)["next"]
    assert events(room_id="another", start=cursor)["details"] == ["start belongs to another query"]
    broken = cursor[:-6] + "AAAA" + cursor[-2:]
    assert events(room_id=past.room.id, start=broken)["code"] == 400


def test_nothing_older_than_30_days_is_listed(events: List, world: World, clock: SimulatedClock, past: Session) -> None:
    clock.advance((past.start - NOON + 25 * MINUTE) / 1e9 + 30 * 86_400)  # 30 days after its middle
    horizon = clock() - 30 * DAY
    listed = [event["id"] for page in pages(events, room_id=past.room.id, limit=100) for event in page["events"]]
    assert listed == [one.id for one in past.listed if one.at >= horizon]
    assert 0 < len(listed) < len(past.listed)
    clock.advance(86_400)
    assert events(room_id=past.room.id) == {"limit": 0, "total": 0, "next": "", "events": []}
