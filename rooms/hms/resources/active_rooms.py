"""Active rooms: the sessions that run now (contract, tag ActiveRooms)."""

from typing import Any

from rooms.hms.errors import UnreadableAnswer
from rooms.hms.resources.base import Moment, Object, Resource, query, read


class Track(Object, frozen=True, kw_only=True):
    """What a peer publishes: `type` audio or video, `source` regular or screen, `mute` as it is now."""

    id: str
    type: str
    mute: bool
    source: str = "regular"
    stream_id: str = ""
    description: str = ""
    started_at: Moment | None = None


class Peer(Object, frozen=True, kw_only=True):
    """A connected peer. `metadata` is text, by convention JSON; `tracks` by track id, from `peer` only."""

    id: str
    name: str = ""
    user_id: str = ""
    metadata: str = ""
    role: str = ""
    joined_at: Moment | None = None
    tracks: dict[str, Track] = {}


class RunningSession(Object, frozen=True, kw_only=True):
    """The session of an active room; `peers` are ids here."""

    id: str
    created_at: Moment
    peers: tuple[str, ...] = ()


class ActiveRoom(Object, frozen=True, kw_only=True):
    """A room and the session that runs in it."""

    id: str
    session: RunningSession
    name: str = ""
    customer_id: str = ""


class ActiveRooms(Resource):
    """`client.active_rooms`.

    What 100ms says of a room without a running session is not documented; the contract assumes 404.
    """

    def get(self, room_id: str) -> ActiveRoom:
        """The room's running session. Raises NotFound when there is none."""
        return read(ActiveRoom, self._get("active-rooms", room_id))

    def peers(self, room_id: str, *, user_id: str | None = None, role: str | None = None) -> dict[str, Peer]:
        """The connected peers by peer id, without their tracks; {} when none matches."""
        answer = self._get("active-rooms", room_id, "peers", query=query(user_id=user_id, role=role))
        found: Any = answer.get("peers") or {}
        if not isinstance(found, dict):
            raise UnreadableAnswer(f"peers: expected an object, got {type(found).__name__}")
        return {peer_id: read(Peer, peer) for peer_id, peer in found.items()}

    def peer(self, room_id: str, peer_id: str) -> Peer:
        """A connected peer with its tracks. Raises NotFound when it is not connected."""
        return read(Peer, self._get("active-rooms", room_id, "peers", peer_id))
