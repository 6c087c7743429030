"""Section Rooms, held against the contract."""

from typing import Any

import httpx
import pytest

from rooms.simulator.clock import SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.world import World
from tests.rooms.simulator.contract import answers_as_documented, example_errors


def test_reading_a_room(client: httpx.Client, physics: Room) -> None:
    answer = client.get(f"/v2/rooms/{physics.id}")
    assert answer.status_code == 200
    answers_as_documented("GET", "/rooms/{room_id}", 200, answer.json())
    assert answer.json()["name"] == "Year 9 Physics, group B"
    assert answer.json()["updated_at"] == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_room_that_is_none(client: httpx.Client, method: str) -> None:
    answer = client.request(method, "/v2/rooms/631b2654f771854d9bf633df", json={} if method == "POST" else None)
    assert answer.status_code == 404
    answers_as_documented(method, "/rooms/{room_id}", 404, answer.json())


def test_a_new_room_and_the_same_name_again(client: httpx.Client, clock: SimulatedClock) -> None:
    made = client.post("/v2/rooms", json={"name": "choir.one", "description": "Altos", "region": "in"})
    answers_as_documented("POST", "/rooms", 200, made.json())
    clock.advance(60)
    again = client.post("/v2/rooms", json={"name": "CHOIR.one", "size": 40})
    assert again.json()["id"] == made.json()["id"]
    assert (again.json()["description"], again.json()["region"], again.json()["size"]) == ("Altos", "in", 40)
    assert again.json()["updated_at"] == "2024-03-12T12:01:00Z"
    assert again.json()["created_at"] == "2024-03-12T12:00:00Z"


def test_a_room_without_a_name_gets_one(client: httpx.Client) -> None:
    first, second = (client.post("/v2/rooms").json() for _ in range(2))
    assert len(first["name"]) == 36
    assert first["id"] != second["id"]


def test_a_room_follows_the_template_asked_for(client: httpx.Client, world: World) -> None:
    lecture = world.add_template("Lecture")
    assert client.post("/v2/rooms", json={"template_id": lecture.id}).json()["template"] == "Lecture"
    default = client.post("/v2/rooms", json={"name": "other"}).json()
    assert default["template"] == "Class"
    assert client.post("/v2/rooms", json={"name": "other", "template_id": lecture.id}).json()["template"] == "Lecture"


def test_changing_a_room(client: httpx.Client, physics: Room) -> None:
    change = {
        "enabled": False,
        "name": "physics-b",
        "max_duration_seconds": 10_000,
        "recording_info": {"enabled": True, "upload_info": {"type": "s3", "location": "school"}},
        "polls": ["655bffeecd34739a72637305"],
        "webhook": {"url": "https://example.com/hook", "headers": {"my-header": "v"}},
        "region": "auto",
    }
    answer = client.post(f"/v2/rooms/{physics.id}", json=change)
    answers_as_documented("POST", "/rooms/{room_id}", 200, answer.json())
    changed = answer.json()
    assert (changed["enabled"], changed["name"], changed["region"]) == (False, "physics-b", "eu")
    assert changed["recording_source_template"] is False
    assert changed["polls"] == ["655bffeecd34739a72637305"]
    assert client.get(f"/v2/rooms/{physics.id}").json() == changed


def test_a_name_that_another_room_has(client: httpx.Client, physics: Room) -> None:
    client.post("/v2/rooms", json={"name": "taken"})
    answer = client.post(f"/v2/rooms/{physics.id}", json={"name": "Taken"})
    assert answer.status_code == 400
    answers_as_documented("POST", "/rooms/{room_id}", 400, answer.json())


REFUSED: list[tuple[dict[str, Any], dict[str, Any]]] = list(
    zip(
        [
            {"recording_info": {"upload_info": {"type": "s3"}}},
            {"recording_info": {"upload_info": {"type": "floppy", "location": "a"}}},
            {"template": "Class"},
            {"region": "mars"},
            {"template_id": "631b2654f771854d9bf633df"},
            {"max_duration_seconds": 119},
            {"max_duration_seconds": 43_201},
            {"size": 20_001, "large_room": True},
            {"size": 2501},
        ],
        example_errors("POST", "/rooms", 400),
        strict=True,
    )
)


@pytest.mark.parametrize(("body", "error"), REFUSED)
def test_every_documented_refusal_of_a_new_room(
    client: httpx.Client, body: dict[str, Any], error: dict[str, Any]
) -> None:
    answer = client.post("/v2/rooms", json=body)
    assert (answer.status_code, answer.json()) == (400, error)
    answers_as_documented("POST", "/rooms", 400, answer.json())


@pytest.mark.parametrize(
    "body", [{"name": "with spaces"}, {"size": "many"}, {"size": True}, {"size": -1}, {"webhook": {}}], ids=str
)
def test_what_else_no_room_can_be(client: httpx.Client, body: dict[str, Any]) -> None:
    answer = client.post("/v2/rooms", json=body)
    assert answer.status_code == 400
    answers_as_documented("POST", "/rooms", 400, answer.json())


@pytest.mark.parametrize("content", ["{", "[]", '"room"'])
def test_a_body_that_is_no_object(client: httpx.Client, content: str) -> None:
    answer = client.post("/v2/rooms", content=content)
    assert (answer.status_code, answer.json()) == (400, {"code": 400, "message": "invalid input"})


def test_listing_newest_first_page_by_page(client: httpx.Client, world: World) -> None:
    rooms = [world.add_room(f"Room {number}") for number in range(23)]
    seen: list[str] = []
    start = ""
    for _ in range(3):
        answer = client.get("/v2/rooms", params={"limit": 10, "start": start})
        answers_as_documented("GET", "/rooms", 200, answer.json())
        seen += [room["id"] for room in answer.json()["data"]]
        start = answer.json()["last"]
    assert seen == [room.id for room in reversed(rooms)]
    assert client.get("/v2/rooms", params={"start": start}).json() == {"limit": 10, "data": None, "last": ""}


def test_the_filters_of_the_list(client: httpx.Client, world: World, physics: Room) -> None:
    hall = world.add_room("Lecture hall 2", "Lecture")
    client.post(f"/v2/rooms/{physics.id}", json={"enabled": False})

    def names(**params: str) -> list[str]:
        answer = client.get("/v2/rooms", params=params)
        answers_as_documented("GET", "/rooms", 200, answer.json())
        return [room["name"] for room in answer.json()["data"] or []]

    assert names() == ["Lecture hall 2"]  # `enabled` is true unless told otherwise
    assert names(enabled="false") == ["Year 9 Physics, group B"]
    assert names(name="Lecture hall 2") == ["Lecture hall 2"]
    assert names(name="Lecture hall") == []
    assert names(template_id=hall.template_id) == ["Lecture hall 2"]
    created = hall.as_object()["created_at"]
    assert names(after=created, before=created) == ["Lecture hall 2"]
    assert names(after="2025-01-01T00:00:00.000Z") == []
    assert names(before="2023-01-01T00:00:00.000Z") == []


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "9"},
        {"limit": "101"},
        {"limit": "ten"},
        {"start": "nobody"},
        {"enabled": "1"},
        {"after": "yesterday"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/rooms", "/sessions"])
def test_a_query_that_cannot_be_read(client: httpx.Client, path: str, params: dict[str, str]) -> None:
    if path == "/sessions" and "enabled" in params:
        params = {"active": params["enabled"]}
    answer = client.get("/v2" + path, params=params)
    assert answer.status_code == 400
    answers_as_documented("GET", path, 400, answer.json())


def test_templates(client: httpx.Client, world: World) -> None:
    world.add_template("Lecture")
    listed = client.get("/v2/templates")
    answers_as_documented("GET", "/templates", 200, listed.json())
    names = [template["name"] for template in listed.json()["data"]]
    assert names == ["Lecture", "Class"]
    one = client.get(f"/v2/templates/{listed.json()['data'][0]['id']}")
    answers_as_documented("GET", "/templates/{template_id}", 200, one.json())
    assert set(one.json()["roles"]) == {"teacher", "co-teacher", "speaker", "audience"}
    missing = client.get("/v2/templates/63188115d11d6db790c73c60")
    assert missing.status_code == 404
    answers_as_documented("GET", "/templates/{template_id}", 404, missing.json())
