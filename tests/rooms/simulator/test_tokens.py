"""Who may speak to the API: the contract's management token and nothing else."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.rooms.simulator.conftest import token
from tests.rooms.simulator.contract import answers_as_documented

Connect = Callable[..., httpx.Client]

PATHS = [
    ("GET", "/rooms"),
    ("POST", "/rooms"),
    ("GET", "/rooms/{room_id}"),
    ("POST", "/rooms/{room_id}"),
    ("GET", "/sessions"),
    ("GET", "/sessions/{session_id}"),
    ("GET", "/active-rooms/{room_id}"),
    ("GET", "/active-rooms/{room_id}/peers"),
    ("GET", "/active-rooms/{room_id}/peers/{peer_id}"),
    ("GET", "/analytics/events"),
    ("GET", "/templates"),
    ("GET", "/templates/{template_id}"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_a_token_every_route_answers_401_as_documented(connect: Connect, method: str, path: str) -> None:
    answer = connect(bearer=None).request(method, "/v2" + path)
    assert answer.status_code == 401
    assert answer.json() == {"code": 401, "message": "Token validation error", "details": ["not found"]}
    answers_as_documented(method, path, 401, answer.json())


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_the_token_of_a_peer_commands_nothing(connect: Connect, method: str, path: str) -> None:
    answer = connect(token(type="app", room_id="r", role="student")).request(method, "/v2" + path)
    assert answer.status_code == 403
    answers_as_documented(method, path, 403, answer.json())


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 1},
        {"nbf": int(time.time()) + 7 * 24 * 3600},  # from when tests are collected, which may be long before this one
        {"iat": int(time.time()) + 7 * 24 * 3600},
        {"access_key": "somebody-else"},
        {"type": "room"},
        {"version": 1},
        {"exp": None},
        {"nbf": None},
        {"jti": None},
        {"exp": "tomorrow"},
        {"secret": "another-secret-0123456789-0123456789-0123456789"},
    ],
    ids=lambda claims: "-".join(claims),  # not the moments: each worker of a parallel run must find the same names
)
def test_a_token_that_is_not_quite_right_answers_401(connect: Connect, claims: dict[str, Any]) -> None:
    answer = connect(token(**claims)).get("/v2/rooms")
    assert answer.status_code == 401
    answers_as_documented("GET", "/rooms", 401, answer.json())
    assert answer.json()["message"] == "Token validation error"


def test_what_is_no_token_at_all_answers_401(connect: Connect) -> None:
    assert connect("not.a.token").get("/v2/rooms").status_code == 401


def test_a_good_token_is_good_again(connect: Connect) -> None:
    client = connect()
    assert [client.get("/v2/rooms").status_code for _ in range(2)] == [200, 200]


def test_an_unknown_path_and_an_unknown_method_are_refused(client: httpx.Client) -> None:
    assert client.get("/v2/no-such-thing").status_code == 404
    assert client.delete("/v2/rooms").status_code == 405
