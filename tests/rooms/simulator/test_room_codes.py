"""Room codes, what they are traded for, stream keys, and the telephone: everything that lets somebody in."""

from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from rooms.simulator.app import SECRET
from rooms.simulator.clock import SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.routes.sip import NEVER_ANSWERS
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import Ask
from tests.rooms.simulator.contract import documented, example_errors

TRUNK = {"username": "u", "password": "p", "address": "trunk.example.com", "from": "+15550100"}


def texts(method: str, path: str, status: int) -> list[str]:
    """The messages that the contract gives for a status."""
    return [error["message"] for error in example_errors(method, path, status)]


def test_a_code_for_every_role_once(ask: Ask, physics: Room, clock: SimulatedClock) -> None:
    made = ask("create_room_codes", room_id=physics.id)["data"]
    assert [code["role"] for code in made] == ["teacher", "co-teacher", "student", "guest"]
    assert all(documented_form(code["code"]) for code in made)
    assert ask("create_room_codes", room_id=physics.id, json={})["data"] == made
    one = ask("create_room_code_for_role", room_id=physics.id, role_name="student")
    listed = ask("list_room_codes", room_id=physics.id, params={"role": "student"})["data"]
    assert [code["code"] for code in listed] == [made[2]["code"], one["code"]]
    clock.advance(60)
    off = ask("update_room_code", json={"code": one["code"], "enabled": False})
    assert (off["enabled"], off["created_at"], off["updated_at"]) == (
        False,
        "2024-03-12T12:00:00Z",
        "2024-03-12T12:01:00Z",
    )
    assert ask("list_room_codes", room_id=physics.id, params={"enabled": "false"})["data"] == [off]
    page = ask("list_room_codes", room_id=physics.id, params={"limit": 3})
    rest = ask("list_room_codes", room_id=physics.id, params={"start": page["last"]})
    assert len(page["data"]) == 3
    assert [code["code"] for code in rest["data"]] == [made[3]["code"], one["code"]]


def documented_form(code: str) -> bool:
    parts = code.split("-")
    return [len(part) for part in parts] == [3, 4, 3] and all(part.isalpha() and part.islower() for part in parts)


def test_codes_follow_the_roles_when_asked_again(ask: Ask, physics: Room) -> None:
    made = ask("create_room_codes", room_id=physics.id)["data"]
    template = physics.template_id
    ask("delete_role", template_id=template, role_name="guest")
    ask("create_or_update_role", template_id=template, role_name="parent", json={})
    again = ask("create_room_codes", room_id=physics.id)["data"]
    assert [code["role"] for code in again] == ["teacher", "co-teacher", "student", "parent"]
    assert again[:3] == made[:3]
    (old,) = ask("list_room_codes", room_id=physics.id, params={"role": "guest"})["data"]
    assert old["enabled"] is False
    refused = ask.refused("update_room_code", 403, json={"code": old["code"], "enabled": True})
    assert refused in texts("POST", "/room-codes/code", 403)


def test_codes_that_cannot_be(ask: Ask, physics: Room, world: World) -> None:
    path = "/room-codes/room/{room_id}"
    assert ask.refused("list_room_codes", 404, room_id=physics.id, params={"role": "pirate"}) in texts("GET", path, 404)
    wrong = ask.refused("create_room_code_for_role", 404, room_id=physics.id, role_name="pirate")
    assert wrong == "Role not found"
    code = ask("create_room_codes", room_id=physics.id)["data"][0]["code"]
    for body in ({"code": code}, {"code": code, "enabled": "yes"}, {"code": code, "enabled": True, "role": "x"}):
        assert ask.refused("update_room_code", 400, json=body) == "Invalid body parameter"
    for _ in range(96):
        ask("create_room_code_for_role", room_id=physics.id, role_name="student")
    ask.refused("create_room_code_for_role", 403, room_id=physics.id, role_name="student")
    physics.enabled = False
    for operation in ("list_room_codes", "create_room_codes", "create_room_code_for_role"):
        assert ask.refused(operation, 403, room_id=physics.id, role_name="student") == "Room is disabled"


def test_a_code_is_traded_for_a_token_without_any_other(
    ask: Ask, connect: Callable[..., httpx.Client], physics: Room
) -> None:
    code = ask("create_room_code_for_role", room_id=physics.id, role_name="teacher")["code"]
    stranger = Ask(connect(bearer=None))
    given = stranger("create_auth_token_by_room_code", json={"code": code, "user_id": "teacher-ingrid"})["token"]
    claims = jwt.decode(given, SECRET, algorithms=["HS256"])
    assert {name: claims[name] for name in ("type", "version", "room_id", "role", "user_id")} == {
        "type": "app",
        "version": 2,
        "room_id": physics.id,
        "role": "teacher",
        "user_id": "teacher-ingrid",
    }
    assert connect(bearer=given).get("/v2/rooms").status_code == 403  # it commands nothing
    for body in ({}, {"code": ""}, {"code": code, "user_id": 7}):
        stranger.refused("create_auth_token_by_room_code", 400, json=body)
    ask("update_room_code", json={"code": code, "enabled": False})
    refused = stranger.refused("create_auth_token_by_room_code", 403, json={"code": code})
    assert refused == "Room code is disabled"
    ask("update_room_code", json={"code": code, "enabled": True})
    physics.enabled = False
    assert stranger.refused("create_auth_token_by_room_code", 403, json={"code": code}) == "Room is disabled"


def test_a_code_joins_a_simulated_peer(ask: Ask, physics: Room, clock: SimulatedClock, world: World) -> None:
    code = ask("create_room_code_for_role", room_id=physics.id, role_name="student")["code"]
    wish = {"code": code, "name": "Amina", "user_id": "student-amina", "seconds": 120}
    begun = ask.client.post("/_control/join", json=wish).json()
    clock.advance(60)
    other = ask.client.post("/_control/join", json={"code": code, "seconds": 120}).json()
    assert other["session_id"] == begun["session_id"]
    session = ask("get_session", session_id=begun["session_id"])
    assert [(peer["name"], peer["role"]) for peer in session["peers"].values()] == [
        ("Amina", "student"),
        ("Guest", "student"),
    ]
    clock.advance(122)
    assert ask("get_session", session_id=begun["session_id"])["active"] is False
    assert [one.present[0][1] - one.present[0][0] for one in world.truth(begun["session_id"])] == [120 * 10**9] * 2
    for wrong, status in (({"code": "x"}, 404), ({"code": code, "seconds": "long"}, 400)):
        assert ask.client.post("/_control/join", json=wrong).status_code == status
    ask("update_room_code", json={"code": code, "enabled": False})
    assert ask.client.post("/_control/join", json={"code": code}).status_code == 403


def test_a_code_whose_role_is_gone_lets_nobody_in_and_is_disabled_when_codes_are_made_again(
    ask: Ask, physics: Room
) -> None:
    """Roles go by being deleted, by another name, and with another template of the room."""
    template = {"template_id": physics.template_id}

    def code(role: str) -> str:
        codes = ask("create_room_codes", room_id=physics.id)["data"]
        return next(str(one["code"]) for one in codes if one["role"] == role)

    renamed, deleted, kept = code("student"), code("guest"), code("teacher")
    ask("create_or_update_role", **template, role_name="student", json={"name": "pupil"})
    ask("delete_role", **template, role_name="guest")
    for one in (renamed, deleted):
        assert ask.refused("create_auth_token_by_room_code", 403, json={"code": one}) == "Role not found"
        assert ask.client.post("/_control/join", json={"code": one}).status_code == 403
    new = code("pupil")
    listed = {one["code"]: one["enabled"] for one in ask("list_room_codes", room_id=physics.id)["data"]}
    assert (listed[renamed], listed[deleted], listed[kept], listed[new]) == (False, False, True, True)
    other = ask("create_template", json={"name": "Exam", "roles": {"examiner": {}}})
    physics.name = "physics"
    ask("create_room", json={"name": "Physics", "template_id": other["id"]})
    assert ask.refused("create_auth_token_by_room_code", 403, json={"code": kept}) == "Role not found"
    assert ask("create_auth_token_by_room_code", json={"code": code("examiner")})["token"]


def test_one_stream_key_at_a_time(ask: Ask, physics: Room) -> None:
    room = {"room_id": physics.id}
    assert ask.refused("get_stream_key", 404, **room) == "No active key found"
    assert ask.refused("disable_stream_key", 404, **room) == "Key not found"
    key = ask("create_stream_key", **room)
    assert ask("get_stream_key", **room) == {"data": [key], "last": key["id"]}
    assert ask.refused("create_stream_key", 400, **room) == "Active key already exists"
    assert ask("disable_stream_key", **room) == {"message": "key disabled successfully"}
    assert ask.status == 201
    fresh = ask("create_stream_key", **room)
    assert (fresh["id"] != key["id"], fresh["key"] != key["key"]) == (True, True)
    physics.enabled = False
    for operation in ("create_stream_key", "get_stream_key", "disable_stream_key"):
        assert ask.refused(operation, 403, **room) == "Room is disabled (not active)"


def test_a_call_brings_somebody_in_by_telephone(
    ask: Ask, connect: Callable[..., httpx.Client], physics: Room, world: World, clock: SimulatedClock
) -> None:
    code = ask("create_room_code_for_role", room_id=physics.id, role_name="guest")["code"]
    trunk = ask("create_sip_trunk", json=TRUNK)["id"]
    assert ask("update_sip_trunk", trunk_id=trunk, json={**TRUNK, "from": "+15550102"}) == {"id": trunk}
    call: dict[str, Any] = {"to": "+15550101", "name": "Alex", "room_code": code, "trunk_id": trunk}
    assert ask("start_sip_call", json=call)["id"]
    clock.advance(1)
    joined = [event["data"] for _, event in world.events(world.begun()[0].id) if event["type"] == "peer.join.success"]
    assert [(one["user_name"], one["type"], one["role"]) for one in joined] == [("Alex", "sip", "guest")]
    path = "/sip/outbound/call"
    for name in ("to", "room_code", "trunk_id"):
        refused = ask.refused("start_sip_call", 400, json={**call, name: ""})
        assert refused in texts("POST", path, 400)
    ask.refused("start_sip_call", 400, json={**call, "trunk_id": "none"})
    ask.refused("start_sip_call", 400, json={**call, "room_code": "none"})
    assert ask.refused("start_sip_call", 408, json={**call, "to": NEVER_ANSWERS}) == "timed out"
    given = ask("create_auth_token_by_room_code", json={"code": code})["token"]
    peer = Ask(connect(bearer=given))
    assert peer("send_sip_dtmf", json={"digits": ["0", "*", "d"]}) == {}
    assert peer.refused("send_sip_dtmf", 400, json={}) == "digits are mandatory"
    assert peer.refused("send_sip_dtmf", 400, json={"digits": ["10"]}) == "invalid digit"
    ask("update_room_code", json={"code": code, "enabled": False})
    ask.refused("start_sip_call", 403, json=call)


@pytest.mark.parametrize("operation", ["create_sip_trunk", "update_sip_trunk", "start_sip_call"])
def test_an_account_that_is_not_let_into_the_bridge(ask: Ask, world: World, operation: str) -> None:
    world.sip = False
    ask.refused(operation, 403, trunk_id="x", json=TRUNK)
    assert "403" in documented("POST", "/sip/outbound/call")["responses"]
