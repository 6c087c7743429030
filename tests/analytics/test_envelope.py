"""What `parse` takes for an event, by the same rules for both channels."""

import json
from typing import Any

import orjson
import pytest

from analytics import instants
from analytics.envelope import LONGEST, Channel, Malformed, is_id, parse, snapshot
from analytics.storing import document
from tests.conftest import payload


def joined(**data: object) -> dict[str, Any]:
    body = payload("webhooks/peer.join.success")
    body["data"] |= data
    return body


def nested(levels: int) -> object:
    value: object = "innermost"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


def both(body: dict[str, Any]) -> list[tuple[bytes | dict[str, Any], str]]:
    """The same event by webhook, as bytes, and from the API, decoded."""
    return [(json.dumps(body).encode(), Channel.WEBHOOK), (body, Channel.ANALYTICS)]


@pytest.mark.parametrize(
    "value",
    [
        "a/b", "..", ".", "a b", " ", "a\x1fb", "a\x00b", "a\nb", "a?b", "a#b", "%2F", "<b>", "é", "٣", "a\\b",
        "i" * (LONGEST + 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["id", "type", "room_id", "session_id", "peer_id"])
def test_an_id_that_could_not_stand_in_an_address_is_refused_by_name(field: str, value: str) -> None:
    body = joined() | {field: value} if field in {"id", "type"} else joined(**{field: value})
    for received, channel in both(body):
        with pytest.raises(Malformed) as refusal:
            parse(received, channel)
        assert refusal.value.field == field
        assert "letters, digits" in refusal.value.remedy or f"longer than {LONGEST}" in refusal.value.remedy
    assert not is_id(value)


@pytest.mark.parametrize(
    "value", ["6540c3d70f240f9ebc69dcf9", "09f96631-6596-4f30-a112-1925ddf5227f", "a_b.c:d-e", "...", "i" * LONGEST]
)
def test_ids_of_every_kind_that_100ms_makes_are_taken(value: str) -> None:
    for received, channel in both(joined(room_id=value, session_id=value, peer_id=value) | {"id": value}):
        event = parse(received, channel)
        assert (event.id, event.room_id, event.session_id, event.peer_id) == (value,) * 4
    assert is_id(value)


def test_an_event_may_name_neither_session_nor_peer() -> None:
    event = parse(joined(session_id=None, peer_id=""), Channel.WEBHOOK)
    assert (event.session_id, event.peer_id) == ("", "")


@pytest.mark.parametrize(
    "timestamp",
    ["9999-12-31T23:30:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T01:00:00+14:00", "1970-01-01T00:00:00Z"],
)
def test_an_event_of_no_time_of_100ms_is_refused(timestamp: str) -> None:
    for received, channel in both(joined() | {"timestamp": timestamp}):
        with pytest.raises(Malformed, match="timestamp: not a time from 2015 to 2099"):
            parse(received, channel)


@pytest.mark.parametrize("levels", [99, 150, 300, 900])
def test_what_nests_too_deep_is_refused_by_both_channels(levels: int) -> None:
    for received, channel in both(joined(deep=nested(levels))):
        with pytest.raises(Malformed, match="body: nested deeper than 100 levels"):
            parse(received, channel)


def test_what_nests_deep_but_not_too_deep_is_taken() -> None:
    # The event itself and its data are two of the levels.
    for received, channel in both(joined(deep=nested(98), wide=[{}] * 200)):
        assert parse(received, channel).data["deep"] == nested(98)


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, 2**64, 2**70, -(2**64), 10**40])
def test_a_huge_number_is_read_alike_by_both_channels(number: int) -> None:
    webhook, analytics = (parse(received, channel) for received, channel in both(joined(big=number)))
    assert webhook.data == analytics.data
    assert analytics.data["big"] == pytest.approx(number)
    assert orjson.loads(document(analytics)) == orjson.loads(document(webhook))


def test_half_a_character_is_refused() -> None:
    for received, channel in both(joined(user_name="\ud83d")):
        with pytest.raises(Malformed, match="body: not JSON"):
            parse(received, channel)


def test_an_object_of_the_api_follows_the_same_rules() -> None:
    content = {"room_id": "r", "session_id": "s"}
    at = instants.FIRST
    assert snapshot("session", content | {"big": 2**70}, emitted_at=at).data["big"] == pytest.approx(2**70)
    with pytest.raises(Malformed, match="body: nested deeper than 100 levels"):
        snapshot("session", content | {"deep": nested(300)}, emitted_at=at)
    with pytest.raises(Malformed, match="session_id: expected letters"):
        snapshot("session", content | {"session_id": "a/b"}, emitted_at=at)
