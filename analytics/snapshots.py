"""What the API says of an object, as events (DESIGN, rule 1).

A session is cut into itself and its peers: a class of 500 in which one person leaves costs two new events, not 501.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from analytics.envelope import Envelope, parse, snapshot
from analytics.projections.batch import readable


def of_session(raw: Mapping[str, Any]) -> list[Envelope]:
    """The events of one session object as received (contract, schema Session).

    `peers` is a map in every sample and an array on the object's page: both are read. Raises `Malformed` when the
    object lacks its id or its room.
    """
    session_id, room_id = raw.get("id"), raw.get("room_id")
    changed = readable(raw.get("updated_at")) or readable(raw.get("created_at")) or 0
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


def again(event: Envelope) -> Envelope:
    """The same content told once more, as an event of its own: its id adds the moment to the content's."""
    moment = event.payload["timestamp"]
    event_id = f"{event.id}-{hashlib.blake2b(moment.encode(), digest_size=4).hexdigest()}"
    return parse({**event.payload, "id": event_id}, event.channel)


def content_id(event_id: str) -> str:
    """The id that the content alone gives, of either kind of event."""
    return "-".join(event_id.split("-")[:2])
