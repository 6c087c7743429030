"""One shape for what arrives by either channel.

`parse` reads the envelope of EVENTS ("Envelope"): `version, id, timestamp, type, data`, with `room_id` in `data`
(a webhook may carry it at the top level too). Keys we do not know stay in `payload`; nothing is dropped.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from analytics import instants
from analytics.models import Event

Channel = Event.Channel

LONGEST = {"id": 64, "type": 64, "room_id": 64, "session_id": 64, "peer_id": 64}


class Malformed(ValueError):
    """What arrived is no event. Names the field and the remedy."""

    def __init__(self, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {remedy}")
        self.field = field
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as we keep it. `emitted_at` is an instant: microseconds since 1970 UTC."""

    id: str
    type: str
    channel: str
    room_id: str
    session_id: str
    peer_id: str
    emitted_at: int
    payload: Mapping[str, Any]

    @property
    def data(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = self.payload["data"]
        return data


def parse(received: bytes | Mapping[str, Any], channel: str) -> Envelope:
    """Read one event.

    Raises `Malformed` when it is not JSON, not an object, or lacks id, type, timestamp, data or a room.
    """
    payload = _decoded(received)
    data = payload.get("data")
    if not isinstance(data, Mapping):
        raise Malformed("data", "expected an object with the event's own fields")
    return Envelope(
        id=_text(payload, "id"),
        type=_text(payload, "type"),
        channel=channel,
        room_id=_text({"room_id": data.get("room_id") or payload.get("room_id")}, "room_id"),
        session_id=_text(data, "session_id", required=False),
        peer_id=_text(data, "peer_id", required=False),
        emitted_at=_moment(payload),
        payload=payload,
    )


def snapshot(kind: str, content: Mapping[str, Any], *, emitted_at: int) -> Envelope:
    """What the API says of an object, as an event of type `snapshot.<kind>`.

    Its id is the digest of the content, so an unchanged object is the same event and costs nothing.
    `content` must hold `room_id`, and `session_id`/`peer_id` where the object has them.
    """
    canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.blake2b(canonical, digest_size=20, person=kind.encode()[:16]).hexdigest()
    return parse(
        {
            "version": "snapshot",
            "id": f"{kind}-{digest}",
            "type": f"snapshot.{kind}",
            "timestamp": instants.to_rfc3339(emitted_at),
            "data": content,
        },
        Channel.SNAPSHOT,
    )


def _decoded(received: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(received, Mapping):
        return received
    try:
        decoded = orjson.loads(received)
    except orjson.JSONDecodeError as problem:
        raise Malformed("body", f"not JSON ({problem}); expected one 100ms event object") from problem
    if not isinstance(decoded, dict):
        raise Malformed("body", f"expected a JSON object, got {type(decoded).__name__}")
    return decoded


def _text(source: Mapping[str, Any], field: str, *, required: bool = True) -> str:
    value = source.get(field)
    if value is None or value == "":
        if required:
            raise Malformed(field, "missing; every 100ms event names it")
        return ""
    if not isinstance(value, str):
        raise Malformed(field, f"expected text, got {type(value).__name__}")
    if len(value) > LONGEST[field]:
        raise Malformed(field, f"longer than {LONGEST[field]} characters")
    if "\x00" in value:
        raise Malformed(field, "holds a NUL character")
    return value


def _moment(payload: Mapping[str, Any]) -> int:
    value = payload.get("timestamp")
    if not isinstance(value, str):
        raise Malformed("timestamp", "expected RFC 3339 text such as 2026-11-12T07:00:00Z")
    try:
        moment = instants.parse(value)
    except ValueError as problem:
        raise Malformed("timestamp", str(problem)) from problem
    if moment is None:
        raise Malformed("timestamp", "the zero time stands for “none”; an event has a moment")
    return moment
