"""All operations of the contract: each has one route and no route is more, and all refuse as documented."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from rooms.simulator.app import api_routes
from rooms.simulator.codes import Entrances
from rooms.simulator.room import Room
from rooms.simulator.tokens import Tokens
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import Ask, token
from tests.rooms.simulator.contract import documented, operations

pytestmark = pytest.mark.slow  # all 84 operations: for the whole run

NOBODY = {
    **dict.fromkeys(("room_id", "session_id", "asset_id", "recording_id", "stream_id", "poll_id"), "0" * 24),
    **dict.fromkeys(("template_id", "result_id", "response_id"), "0" * 24),
    "peer_id": "0" * 36,
    "role_name": "pirate",
    "trunk_id": "none",
    "workflow_id": "none",
    "question_id": "9",
    "option_id": "9",
}

RTMP = {"rtmp_urls": ["rtmp://x/y"]}
TRUNK = {"username": "u", "password": "p", "address": "trunk.example.com", "from": "+15550100"}

# Good bodies, where an empty one is none.
BODIES: dict[str, Any] = {
    "update_room_code": {"code": "abc-defg-hij", "enabled": False},
    "create_auth_token_by_room_code": {"code": "abc-defg-hij"},
    "send_message": {"message": "hi"},
    "remove_peers": {"role": "student"},
    "start_external_stream": RTMP,
    "send_timed_metadata": {"payload": "x", "duration": 5},
    "update_template": {"roles": {}, "settings": {}},
    "configure_recordings": [],
    "create_sip_trunk": TRUNK,
    "update_sip_trunk": TRUNK,
    "start_sip_call": {"to": "+15550101", "room_code": "abc-defg-hij", "trunk_id": "none"},
    "send_sip_dtmf": {"digits": ["1"]},
}

# What is refused with 400, where a body that is no object is not.
WRONG: dict[str, dict[str, Any]] = {
    "list_rooms": {"params": {"limit": 1}},
    "list_room_codes": {"params": {"enabled": "maybe"}},
    "list_sessions": {"params": {"limit": 1}},
    "list_analytics_events": {},
    "list_webhook_events": {"params": {"page": 0}},
    "replay_webhook_events": {"json": {"status": "lost"}},
    "get_peer_stats": {},
    "update_poll_question": {"json": {"type": "essay"}},
    "update_poll_option": {"json": {"index": 0}},
    "configure_recordings": {"json": {}},
    "start_external_stream": {"json": {}},
}

# Answered otherwise or by a state of its own; proved where that state is made.
ELSEWHERE = {
    ("create_auth_token_by_room_code", 403),
    ("create_stream_key", 400),
    ("get_peer_stats", 404),
}


def having(status: int) -> list[str]:
    """The operations that document a status."""
    return [
        name
        for name, (method, path) in operations().items()
        if str(status) in documented(method, path)["responses"] and (name, status) not in ELSEWHERE
    ]


def test_every_operation_has_exactly_one_route_and_the_reverse(world: World) -> None:
    routes = api_routes(world, Entrances(world), Tokens("k", "s", lambda: 0.0), None)
    served = sorted((method, path) for method, path, _ in routes)
    assert len(operations()) == 84
    assert served == sorted(
        (method, ("/auth/v2" if path == "/token" else "/v2") + path) for method, path in operations().values()
    )


def test_nobody_without_a_token(connect: Callable[..., httpx.Client]) -> None:
    ask = Ask(connect(bearer=None))
    for name in having(401):
        ask.refused(name, 401, **NOBODY, json=BODIES.get(name, {}))


def test_a_peers_token_commands_nothing(connect: Callable[..., httpx.Client]) -> None:
    peer, manager = Ask(connect(bearer=token(type="app"))), Ask(connect())
    for name in having(403):
        ask = manager if name == "send_sip_dtmf" else peer
        assert ask.refused(name, 403, **NOBODY, json=BODIES.get(name, {})) == ("user does not have required permission")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_their_faults(ask: Ask, status: int) -> None:
    ask.client.post("/_control/faults", json={"status": status, "retry_after": 45, "path": "*", "times": None})
    for name in having(status):
        ask.refused(name, status, **NOBODY, json=BODIES.get(name, {}))


def test_what_is_nowhere(ask: Ask) -> None:
    for name in having(404):
        if not name.startswith("start_"):  # an unknown room answers 403 there, as public tests saw
            ask.refused(name, 404, **NOBODY, json=BODIES.get(name, {}))


def test_what_cannot_be_read(ask: Ask, world: World, physics: Room) -> None:
    poll = ask("create_poll", json={"questions": [{"text": "?", "options": [{"text": "A"}]}]})
    known = {"room_id": physics.id, "template_id": physics.template_id, "poll_id": poll["id"]}
    trunk = ask("create_sip_trunk", json=TRUNK)
    known |= {"question_id": "1", "option_id": "1", "trunk_id": trunk["id"]}
    for name in having(400):
        if "active-rooms" not in operations()[name][1] and name != "send_timed_metadata":
            ask_wrong = WRONG.get(name, {"json": [3]})
            if name != "send_sip_dtmf":
                ask.refused(name, 400, **{**NOBODY, **known}, **ask_wrong)
