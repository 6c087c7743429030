"""The management token (contract, security scheme managementToken)."""

import threading
import uuid

import httpx
import pytest

from rooms.hms import Client, Unauthorized
from tests.rooms.hms.far_side import ACCESS_KEY, NOON, SECRET, FarSide, Time, client_of, refuses, says

ROOM = says(200, {"id": "r1", "name": "a", "enabled": True})


def test_the_token_says_what_the_contract_asks() -> None:
    far_side = FarSide(ROOM)
    with client_of(far_side) as client:
        client.rooms.get("r1")
    [claims] = far_side.claims()
    assert {key: claims[key] for key in ("access_key", "type", "version")} == {
        "access_key": ACCESS_KEY,
        "type": "management",
        "version": 2,
    }
    assert str(uuid.UUID(claims["jti"])) == claims["jti"]
    assert claims["iat"] == claims["nbf"] == NOON - 10
    assert claims["exp"] == NOON + 24 * 3600
    assert set(claims) == {"access_key", "type", "version", "jti", "iat", "nbf", "exp"}


def test_one_token_serves_many_calls_until_shortly_before_its_end() -> None:
    far_side, time = FarSide(ROOM), Time()
    with client_of(far_side, time) as client:
        client.rooms.get("r1")
        time.now = NOON + 24 * 3600 - 301
        client.rooms.get("r1")
        time.now = NOON + 24 * 3600 - 300
        client.rooms.get("r1")
    first, second, third = far_side.tokens
    assert first == second != third
    assert far_side.claims()[2]["exp"] == time.now + 24 * 3600


def test_a_refused_token_is_replaced_once() -> None:
    far_side = FarSide(refuses(401), ROOM)
    with client_of(far_side) as client:
        assert client.rooms.get("r1").id == "r1"
        client.rooms.get("r1")
    old, new, later = far_side.tokens
    assert old != new == later


def test_keys_that_are_wrong_are_said_to_be_so_after_one_more_try() -> None:
    far_side, time = FarSide(says(401, {"code": 401, "message": "Token validation error"})), Time()
    with client_of(far_side, time) as client, pytest.raises(Unauthorized, match="Token validation error"):
        client.rooms.get("r1")
    assert len(set(far_side.tokens)) == len(far_side.tokens) == 2
    assert time.slept == []


def test_a_forbidden_call_keeps_its_token() -> None:
    far_side = FarSide(refuses(403), ROOM)
    with client_of(far_side) as client:
        with pytest.raises(Exception, match="403"):
            client.rooms.get("r1")
        client.rooms.get("r1")
    assert len(set(far_side.tokens)) == 1


def test_threads_refused_together_make_one_new_token() -> None:
    together = threading.Barrier(8, timeout=60)
    refused: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"]
        if not refused or token == refused[0]:
            refused.append(token)
            together.wait()
            return refuses(401)
        return says(200, {"id": "r1", "name": "a", "enabled": True})

    far_side = FarSide(answer)
    with client_of(far_side) as client:
        threads = [threading.Thread(target=client.rooms.get, args=("r1",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert len(far_side.requests) == 16
    assert len(set(far_side.tokens)) == 2


@pytest.mark.parametrize("keys", [{"access_key": "", "secret": SECRET}, {"access_key": "a", "secret": ""}])
def test_a_client_without_keys_is_refused_at_once(keys: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="access key and a secret"):
        Client(**keys)  # type: ignore[arg-type]
