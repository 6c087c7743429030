"""What the API says of an object, as events (DESIGN, rule 1).

A session is cut into itself and its peers: a class of 500 in which one person leaves costs two new events, not 501.
"""

from collections.abc import Mapping
from typing import Any

from analytics import instants
from analytics.envelope import Envelope, snapshot


def of_session(raw: Mapping[str, Any]) -> list[Envelope]:
    """The events of one session object as received (contract, schema Session).

    `peers` is a map in every sample and an array on the object's page: both are read. Raises `Malformed` when the
    object lacks its id or its room.
    """
    session_id, room_id = raw.get("id"), raw.get("room_id")
    changed = _instant(raw.get("updated_at")) or _instant(raw.get("created_at")) or 0
    session = {key: value for key, value in raw.items() if key not in {"peers", "id"}}
    events = [snapshot("session", {**session, "session_id": session_id}, emitted_at=changed)]
    peers = raw.get("peers") or {}
    for peer in peers.values() if isinstance(peers, Mapping) else peers:
        named = {key: value for key, value in peer.items() if key not in {"id", "name"}}
        events.append(
            snapshot(
                "peer",
                {
                    **named,
                    "room_id": room_id,
                    "session_id": session_id,
                    "peer_id": peer.get("id"),
                    "user_name": peer.get("name", ""),
                },
                emitted_at=changed,
            )
        )
    return events


def _instant(value: Any) -> int | None:
    return instants.parse(value) if isinstance(value, str) else None
