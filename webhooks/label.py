"""What the outside of a delivery says: just enough of the body to find it and to batch it by room.

Never fails and never judges: `analytics.envelope.parse` does that later. What cannot be read, or does not fit its
column, is left empty, so that every body can be stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from analytics.envelope import is_id


@dataclass(frozen=True, slots=True)
class Label:
    event_id: str = ""
    event_type: str = ""
    room_id: str = ""
    is_replay: bool = False


UNREADABLE = Label()


def read(body: bytes) -> Label:
    """The label of a body; all empty when it is no JSON object.

    The room is looked for in `data` first, then at the top, as `parse` does. Where a replay is flagged is not
    documented (EVENTS, envelope), so both places count.
    """
    payload = _object(body)
    if payload is None:
        return UNREADABLE
    data = _data(payload)
    return Label(
        event_id=_fitting(payload.get("id")),
        event_type=_fitting(payload.get("type")),
        room_id=_fitting(data.get("room_id") or payload.get("room_id")),
        is_replay=_true(payload.get("is_replay")) or _true(data.get("is_replay")),
    )


def is_no_event(body: bytes) -> bool:
    """Is it nothing at all, or an object that speaks of no room or is built like no event: a test, or sent by mistake?

    An event has a type and data (EVENTS, Envelope). What has one of them is an event that broke, and is not waved by.
    """
    if not body.strip():
        return True
    payload = _object(body)
    if payload is None:
        return False
    speaks_of_a_room = bool(_data(payload).get("room_id") or payload.get("room_id"))
    return not speaks_of_a_room or not payload.keys() & {"type", "data"}


def _object(body: bytes) -> Mapping[str, object] | None:
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return payload if isinstance(payload, dict) else None


def _data(payload: Mapping[str, object]) -> Mapping[str, object]:
    data = payload.get("data")
    return data if isinstance(data, dict) else {}


def _fitting(value: object) -> str:
    """The text if an event could have it; so it fits its column, and can stand in an address."""
    return value if isinstance(value, str) and is_id(value) else ""


def _true(value: object) -> bool:
    return value is True or value == "true"
