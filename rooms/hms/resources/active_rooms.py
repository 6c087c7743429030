"""Active rooms: the sessions that run now, and acting in them (contract, tag ActiveRooms)."""

from typing import Any

from rooms.hms.errors import UnreadableAnswer
from rooms.hms.limits import check, fields, flag, text
from rooms.hms.resources.base import Ack, Moment, Object, Resource, body, operation, query, read

# An empty peer_id or role counts as absent, and then the message would go to everybody: refused as `text` does.
_RECEIVERS = {"peer_id": text(), "role": text()}
_MESSAGE = fields({**_RECEIVERS, "message": text(empty=True), "type": text(empty=True)}, required=("message",))
_REMOVE = fields({**_RECEIVERS, "reason": text(empty=True)})
_END = fields({"reason": text(empty=True), "lock": flag})
_PEER = fields({"name": text(empty=True), "role": text(), "metadata": text(empty=True)})


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

    @operation("get_active_room")
    def get(self, room_id: str) -> ActiveRoom:
        """The room's running session. Raises NotFound when there is none."""
        return read(ActiveRoom, self._get("active-rooms", room_id))

    @operation("list_peers")
    def peers(self, room_id: str, *, user_id: str | None = None, role: str | None = None) -> dict[str, Peer]:
        """The connected peers by peer id, without their tracks; {} when none matches."""
        answer = self._get("active-rooms", room_id, "peers", query=query(user_id=user_id, role=role))
        found: Any = answer.get("peers") or {}
        if not isinstance(found, dict):
            raise UnreadableAnswer(f"peers: expected an object, got {type(found).__name__}")
        return {peer_id: read(Peer, peer) for peer_id, peer in found.items()}

    @operation("get_peer")
    def peer(self, room_id: str, peer_id: str) -> Peer:
        """A connected peer with its tracks. Raises NotFound when it is not connected."""
        return read(Peer, self._get("active-rooms", room_id, "peers", peer_id))

    @operation("update_peer")
    def update_peer(
        self,
        room_id: str,
        peer_id: str,
        *,
        name: str | None = None,
        role: str | None = None,
        metadata: str | None = None,
    ) -> Peer:
        """Change a connected peer. Raises NotFound when it is not connected, BadRequest for an unknown role.

        Safe to repeat: it sets what it says.
        """
        # The collection types metadata as an object, docs and SDK as text: text, so JSON must be written first.
        asked = body(name=name, role=role, metadata=metadata)
        check(asked, _PEER)
        return read(Peer, self._post("active-rooms", room_id, "peers", peer_id, body=asked, repeatable=True))

    @operation("send_message")
    def send_message(
        self,
        room_id: str,
        message: str,
        *,
        peer_id: str | None = None,
        role: str | None = None,
        type: str | None = None,
    ) -> Ack:
        """Send a text to one peer, else to all of a role, else to everybody. `type` is a free label such as chat.

        Raises NotFound when nothing runs. Sent once: a repeat would be read twice.
        """
        # The Node SDK spells it peerId; docs and collection say peer_id.
        asked = body(message=message, peer_id=peer_id, role=role, type=type)
        check(asked, _MESSAGE)
        return read(Ack, self._post("active-rooms", room_id, "send-message", body=asked, repeatable=False))

    @operation("remove_peers")
    def remove_peers(
        self, room_id: str, *, peer_id: str | None = None, role: str | None = None, reason: str | None = None
    ) -> Ack:
        """Disconnect one peer, or else all of a role; it happens in the background. Raises NotFound.

        Who gets to see the `reason` is unclear: the docs say the other connected peers. Removing one peer is
        safe to repeat, for who comes back is a new peer; removing a role is sent once, for a repeat would catch
        those who came in between.
        """
        asked = body(peer_id=peer_id, role=role, reason=reason)
        check(asked, _REMOVE)
        if peer_id is None and role is None:
            raise ValueError("peer_id or role is required")
        answer = self._post("active-rooms", room_id, "remove-peers", body=asked, repeatable=peer_id is not None)
        return read(Ack, answer)

    @operation("end_active_room")
    def end(self, room_id: str, *, reason: str | None = None, lock: bool | None = None) -> Ack:
        """End the running session, in the background; `lock` also disables the room. Raises NotFound.

        Sent once: a repeat could end the session that began in between.
        """
        asked = body(reason=reason, lock=lock)
        check(asked, _END)
        return read(Ack, self._post("active-rooms", room_id, "end-room", body=asked, repeatable=False))
