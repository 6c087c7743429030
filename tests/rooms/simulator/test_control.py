"""The switches outside /v2, and the faults they turn on."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from rooms.simulator.app import CutConnection, create_app
from rooms.simulator.clock import SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON
from tests.rooms.simulator.contract import answers_as_documented


def test_health_needs_no_token(connect: Callable[..., httpx.Client]) -> None:
    answer = connect(bearer=None).get("/_control/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_other_machines_are_told_there_is_nothing(connect: Callable[..., httpx.Client]) -> None:
    stranger = connect(address="192.0.2.7")
    assert stranger.get("/_control/health").status_code == 404
    assert stranger.get("/v2/rooms").status_code == 200


def test_a_scenario_begins_now(client: httpx.Client, clock: SimulatedClock, physics: Room) -> None:
    wish = {"room": physics.name, "people": 9, "duration": 600, "compress": 10, "incidents": ["kick"], "seed": 3}
    begun = client.post("/_control/scenario", json=wish).json()
    assert (begun["active"], begun["started_at"], begun["ends_at"]) == (
        True,
        "2024-03-12T12:00:00Z",
        "2024-03-12T12:01:00Z",
    )
    clock.advance(60)
    session = client.get(f"/v2/sessions/{begun['session_id']}").json()
    assert (session["active"], len(session["peers"])) == (False, 9)
    state = client.get("/_control/state").json()
    assert [one["session_id"] for one in state["sessions"]] == [begun["session_id"]]
    assert state["now"] == "2024-03-12T12:01:00Z"


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"room": "nowhere"}, 400),
        ({"scenario": "flood"}, 400),
        ({"people": 1}, 400),
        ({"loud": True}, 400),
        ({"compress": 0}, 400),
        ({}, 409),
    ],
    ids=str,
)
def test_a_scenario_that_cannot_begin(client: httpx.Client, physics: Room, wish: dict[str, Any], status: int) -> None:
    if status == 409:
        client.post("/_control/scenario", json={"room": physics.id})
    answer = client.post("/_control/scenario", json={"room": physics.id, **wish})
    assert (answer.status_code, answer.json()["code"]) == (status, status)


def test_moving_the_clock(client: httpx.Client, clock: SimulatedClock) -> None:
    answer = client.post("/_control/clock", json={"advance_seconds": 90, "speed": 5})
    assert answer.json() == {"now": "2024-03-12T12:01:30Z", "speed": 5.0}
    for wrong in ({"advance_seconds": -1}, {"speed": "fast"}):
        assert client.post("/_control/clock", json=wrong).status_code == 400
    assert clock() == NOON + 90 * 10**9


def test_truth_of_no_session(client: httpx.Client) -> None:
    assert client.get("/_control/truth/63172c2d3e3d9fdb008322e1").status_code == 404


def test_without_a_sender_there_are_no_webhooks_to_control(world: World) -> None:
    transport = httpx.WSGITransport(create_app(world))
    with httpx.Client(transport=transport, base_url="http://simulator") as client:
        assert client.post("/_control/webhooks/flush").status_code == 409
        assert client.get("/_control/state").json()["webhooks"] is None


def test_a_fixed_clock_cannot_be_moved() -> None:
    transport = httpx.WSGITransport(create_app(World(lambda: NOON)))
    with httpx.Client(transport=transport, base_url="http://simulator") as client:
        assert client.post("/_control/clock", json={"advance_seconds": 1}).status_code == 409


def test_429_names_its_seconds_in_the_message_as_documented_then_all_is_well(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"status": 429, "retry_after": 45, "times": 2})
    for _ in range(2):
        answer = client.get("/v2/rooms")
        assert answer.status_code == 429
        assert answer.json()["message"] == "rate limit exceeded, retry after 45 seconds"
        assert "Retry-After" not in answer.headers
        answers_as_documented("GET", "/analytics/webhooks", 429, answer.json())
    assert client.get("/v2/rooms").status_code == 200


def test_429_with_a_header_when_asked_for(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"status": 429, "retry_after": 2, "header": True})
    assert client.get("/v2/rooms").headers["Retry-After"] == "2"


@pytest.mark.parametrize(("status", "documented"), [(500, "/rooms"), (503, "/analytics/webhooks/replay")])
def test_server_faults_as_documented(client: httpx.Client, status: int, documented: str) -> None:
    client.post("/_control/faults", json={"status": status})
    answer = client.get("/v2/rooms")
    assert answer.status_code == status
    answers_as_documented("GET" if documented == "/rooms" else "POST", documented, status, answer.json())


def test_a_fault_meets_only_what_it_is_meant_for(client: httpx.Client, physics: Room) -> None:
    client.post("/_control/faults", json={"status": 500, "times": None, "path": "/v2/sessions*", "method": "GET"})
    for _ in range(3):
        assert client.get("/v2/sessions").status_code == 500
        assert client.get("/v2/rooms").status_code == 200
        assert client.post("/v2/sessions").status_code == 405
        assert client.get("/_control/health").status_code == 200
    assert client.delete("/_control/faults").json()["answers"] == []
    assert client.get("/v2/sessions").status_code == 200


def test_a_refusal_in_words_of_ones_own(client: httpx.Client, physics: Room) -> None:
    wish = {"status": 400, "message": "Invalid body param", "details": ["name is taken"], "method": "POST"}
    client.post("/_control/faults", json={**wish, "path": "/v2/rooms/{room_id}"})
    assert client.post("/v2/rooms", json={"name": "other"}).status_code == 200
    assert client.post(f"/v2/rooms/{physics.id}/x").status_code == 404
    answer = client.post(f"/v2/rooms/{physics.id}", json={"name": "another"})
    assert answer.json() == {"code": 400, "message": "Invalid body param", "details": ["name is taken"]}
    assert physics.name == "Year 9 Physics, group B"


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("wish", [{"cut": "before"}, {"cut": "middle"}, {"hang": 30}, {"status": 500}], ids=str)
def test_what_was_asked_for_is_done_or_not_whatever_is_answered(
    client: httpx.Client, physics: Room, slept: list[float], wish: dict[str, Any], done: bool
) -> None:
    client.post("/_control/faults", json={**wish, "done": done})
    if "status" in wish:
        assert client.post(f"/v2/rooms/{physics.id}", json={"name": "choir"}).status_code == 500
    else:
        with pytest.raises(CutConnection):
            client.post(f"/v2/rooms/{physics.id}", json={"name": "choir"})
    assert (physics.name == "choir") is done
    assert slept == ([30] if "hang" in wish else [])


def test_a_refusal_does_nothing_and_a_lost_answer_was_given_unless_told_otherwise(client: httpx.Client) -> None:
    for wish in ({"status": 409}, {"cut": "before"}, {"hang": 1}):
        client.post("/_control/faults", json={**wish, "after": 1, "times": 2})
    shown = client.get("/_control/faults").json()["answers"]
    assert [fault["done"] for fault in shown] == [False, True, True]


def test_a_fault_lets_so_many_pass_first(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"status": 409, "after": 2, "times": 2})
    assert [client.get("/v2/rooms").status_code for _ in range(5)] == [200, 200, 409, 409, 200]


def test_what_came_can_be_seen_and_forgotten(client: httpx.Client, physics: Room) -> None:
    client.post("/_control/faults", json={"status": 500})
    client.get("/v2/rooms", params={"name": "x"})
    client.post(f"/v2/rooms/{physics.id}", json={"name": "choir"})
    came = [{"method": "GET", "path": "/v2/rooms"}, {"method": "POST", "path": f"/v2/rooms/{physics.id}"}]
    assert client.get("/_control/requests").json() == {"requests": came}
    assert client.delete("/_control/requests").json() == {"requests": []}


def test_slow_answers_come_late_and_good(client: httpx.Client, slept: list[float]) -> None:
    client.post("/_control/faults", json={"slow": 2.5})
    assert [client.get("/v2/rooms").status_code for _ in range(2)] == [200, 200]
    assert slept == [2.5]


def test_faults_can_be_seen(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"cut": "middle", "path": "/v2/rooms"})
    client.post("/_control/faults", json={"webhooks": {"lose": 0.5}})
    shown = client.get("/_control/faults").json()
    assert [fault["cut"] for fault in shown["answers"]] == ["middle"]
    assert shown["webhooks"] == {"stopped": False, "lose": 0.5, "repeat": 0, "reorder_seconds": 0.0}


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"status": 302},
        {"status": 400, "details": "name"},
        {"cut": "later"},
        {"colour": "red"},
        {"webhooks": {"colour": 1}},
        {"webhooks": 3},
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense(client: httpx.Client, wish: dict[str, Any]) -> None:
    assert client.post("/_control/faults", json=wish).status_code == 400
    assert client.get("/v2/rooms").status_code == 200
