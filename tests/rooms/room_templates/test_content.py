"""One form for what says the same: permissions and flags left out, empty things, the two names of a secret."""

from typing import Any

import pytest

from rooms.room_templates.content import canonical, content_of, flat

ROLE = {"name": "host", "permissions": {"endRoom": True}, "maxPeerCount": 0}


def content(**parts: Any) -> dict[str, Any]:
    return {"name": "Class", "roles": {"host": ROLE}, **parts}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"default": False}),
        ({}, {"settings": {"retry": {}, "recording": None}}),
        ({}, {"destinations": {"rtmpDestinations": {}}}),
        ({}, {"recordings": []}),
        (
            {"recordings": [{"name": "a", "role": "host"}]},
            {"recordings": [{"name": "a", "role": "host", "trackRecording": {"enabled": False}}]},
        ),
        (
            {"settings": {"recording": {"upload": {"credentials": {"key": "k", "secretKey": "s"}}}}},
            {"settings": {"recording": {"upload": {"credentials": {"key": "k", "secret": "s"}}}}},
        ),
        ({}, {"roles": {"host": {**ROLE, "permissions": {"endRoom": True, "mute": False, "hlsStreaming": True}}}}),
        ({}, {"roles": {"host": {**ROLE, "publishParams": {"allowed": [], "simulcast": {"video": {}}}}}}),
    ],
)
def test_what_says_the_same_compares_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert canonical(content(**one)) == canonical(content(**other))
    assert flat(content(**one)) == flat(content(**other))


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Lesson"},
        {"default": True},
        {"settings": {"region": "in"}},
        {"settings": {"roomState": {"messageInterval": 0}}},
        {"roles": {"host": {**ROLE, "permissions": {"endRoom": True, "hlsStreaming": False}}}},
        {"roles": {"host": {**ROLE, "maxPeerCount": -1}}},
        {"roles": {"host": ROLE, "guest": {}}},
        {"destinations": {"rtmpDestinations": {"tv": {}}}},
        {"plugins": {"whiteboard": {"permissions": {"admin": ["host"]}}}},
    ],
)
def test_what_says_something_else_does_not(other: dict[str, Any]) -> None:
    assert canonical(content()) != canonical(content(**other))
    assert flat(content()) != flat(content(**other))


def test_a_content_is_what_is_set_and_is_a_copy() -> None:
    received = {"id": "1", "createdAt": "2024-01-01T00:00:00Z", "plugins": None, **content()}

    found = content_of(received)
    found["roles"]["host"]["name"] = "changed"

    assert sorted(found) == ["name", "roles"]
    assert ROLE["name"] == "host"


def test_settings_by_name_tell_a_missing_role_from_one_nobody_asked_about() -> None:
    assert flat(content())["roles"] == ["host"]
    assert flat(content(roles={}))["roles"] == []
