"""One shape for what arrives by either channel.

`parse` reads the envelope of EVENTS ("Envelope"): `version, id, timestamp, type, data`, with `room_id` in `data`
(a webhook may carry it at the top level too). Keys we do not know stay in `payload`; nothing is dropped.
"""

import hashlib
import json
import string
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, NamedTuple

import msgspec
import orjson

from analytics import instants
from analytics.models import Event

Channel = Event.Channel

# Published bodies go six levels deep; past a few hundred neither our JSON writer nor the database follows.
DEEPEST: Final = 100
LONGEST: Final = 64  # of an id or a type; 100ms's own have 36 at most

# Ids become parts of addresses, of ours and of the API's: what would need escaping there is no id of 100ms.
_PLAIN: Final = (string.ascii_letters + string.digits + "_.:-").encode()
_DOTS: Final = frozenset({".", ".."})  # in an address: here, and one up

_Id = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Malformed(ValueError):
    """What arrived is no event. Names the field and the remedy."""

    def __init__(self, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {remedy}")
        self.field = field
        self.remedy = remedy


class Envelope(NamedTuple):
    """An event as we keep it. `emitted_at` is an instant: microseconds since 1970 UTC.

    A tuple, for hundreds of thousands of them are made in a minute.
    """

    id: str
    type: str
    channel: str
    room_id: str
    session_id: str
    peer_id: str
    emitted_at: int
    payload: Mapping[str, Any]
    data: Mapping[str, Any]
    raw: bytes | None = None  # the JSON text it was read from, where there was one


class _Identity(msgspec.Struct):
    room_id: _Id | None = None
    session_id: _Id | None = None
    peer_id: _Id | None = None


class _Head(msgspec.Struct):
    """What every event must have; all else in it is let pass."""

    id: _Id
    type: _Id
    timestamp: str
    data: _Identity
    room_id: _Id | None = None


def parse(received: bytes | Mapping[str, Any], channel: str) -> Envelope:
    """Read one event, from either channel by the same rules.

    Raises `Malformed` when it is not JSON, not an object, nested too deep, or lacks id, type, timestamp, data or a
    room; when an id could not stand in an address; when its timestamp is of no time of 100ms.
    """
    if isinstance(received, bytes):
        payload, raw = _decoded(received), received
    else:
        payload, raw = _written(received)
    # Counting brackets costs next to nothing and clears every ordinary event.
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _too_deep(payload):
        raise _deep()
    try:
        head = msgspec.convert(payload, _Head)
        identity = head.data
        emitted_at = instants.parse(head.timestamp)
    except (msgspec.ValidationError, ValueError) as problem:
        raise _explained(payload, problem) from problem
    room_id = identity.room_id or head.room_id
    ids = (head.id, head.type, room_id or "", identity.session_id or "", identity.peer_id or "")
    if not head.id or not head.type or not room_id or emitted_at is None or not _all_plain(ids):
        raise _explained(payload)
    return Envelope(ids[0], ids[1], channel, *ids[2:], emitted_at, payload, payload["data"], raw)


def is_id(text: str) -> bool:
    """Is it what `parse` takes for an id or a type: 1 to `LONGEST` letters, digits, `_ . : -`, and no mere dots?"""
    return 0 < len(text) <= LONGEST and _all_plain((text,))


def snapshot(kind: str, content: Mapping[str, Any], *, emitted_at: int) -> Envelope:
    """What the API says of an object, as an event of type `snapshot.<kind>`.

    Its id is the digest of the content, so an unchanged object is the same event and costs nothing.
    `content` must hold `room_id`, and `session_id`/`peer_id` where the object has them.
    """
    try:
        canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        content = _narrowed(content)
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


def _written(received: Mapping[str, Any]) -> tuple[Mapping[str, Any], bytes]:
    """The object and its JSON text."""
    try:
        return received, orjson.dumps(received)
    except TypeError:
        payload = _narrowed(received)
        return payload, orjson.dumps(payload)


def _narrowed(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object as it would have come by webhook, when it holds what our JSON writer does not write.

    The client of the API reads deeper than we write, and whole numbers of any size; orjson reads large ones as floats.
    """
    if _too_deep(content):
        raise _deep()
    return _decoded(json.dumps(content).encode())


def _decoded(received: bytes) -> Mapping[str, Any]:
    try:
        decoded = orjson.loads(received)
    except orjson.JSONDecodeError as problem:
        raise Malformed("body", f"not JSON ({problem}); expected one 100ms event object") from problem
    if not isinstance(decoded, dict):
        raise Malformed("body", f"expected a JSON object, got {type(decoded).__name__}")
    return decoded


def _too_deep(payload: Mapping[str, Any]) -> bool:
    """Does it nest more than `DEEPEST` levels? Level by level, for a call a level would itself be too deep."""
    level: list[object] = [payload]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
    return any(isinstance(inner, dict | list) for inner in level)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _deep() -> Malformed:
    return Malformed("body", f"nested deeper than {DEEPEST} levels")


def _all_plain(ids: tuple[str, ...]) -> bool:
    joined = "".join(ids)  # all at once, and without a regex, for every event comes by here
    return joined.isascii() and not joined.encode().translate(None, _PLAIN) and _DOTS.isdisjoint(ids)


def _explained(payload: Mapping[str, Any], problem: Exception | None = None) -> Malformed:
    """Which field is wrong, and what to do about it."""
    data = payload.get("data")
    if not isinstance(data, Mapping):
        return Malformed("data", "expected an object with the event's own fields")
    room = data if data.get("room_id") else payload
    for source, field, required in (
        (payload, "id", True),
        (payload, "type", True),
        (room, "room_id", True),
        (data, "session_id", False),
        (data, "peer_id", False),
    ):
        value = source.get(field)
        if value is None or value == "":
            if required:
                return Malformed(field, "missing; every 100ms event names it")
        elif not isinstance(value, str):
            return Malformed(field, f"expected text, got {type(value).__name__}")
        elif len(value) > LONGEST:
            return Malformed(field, f"longer than {LONGEST} characters")
        elif not is_id(value):
            return Malformed(field, f"expected letters, digits and _ . : - only, got {value!r}")
    timestamp = payload.get("timestamp")
    if not isinstance(timestamp, str):
        return Malformed("timestamp", "expected RFC 3339 text such as 2026-11-12T07:00:00Z")
    return Malformed("timestamp", str(problem) if problem else "the zero time stands for “none”; an event has a moment")
