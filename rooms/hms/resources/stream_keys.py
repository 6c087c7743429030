"""Stream keys: RTMP credentials to send a stream into a room (contract, tag StreamKeys)."""

from rooms.hms.errors import NotFound
from rooms.hms.resources.base import Ack, Moment, Object, Resource, operation, read, read_list


class StreamKey(Object, frozen=True, kw_only=True):
    """A key, `key`, and the address it goes to, `url`. A room has one active key at most."""

    id: str
    room_id: str
    key: str
    url: str
    enabled: bool
    customer_id: str = ""
    app_id: str = ""
    created_at: Moment | None = None
    updated_at: Moment | None = None


class StreamKeys(Resource):
    """`client.stream_keys`. 100ms must have switched the feature on for the account.

    What it answers otherwise is not documented; the contract assumes 403, which a disabled room gives as well.
    """

    @operation("create_stream_key")
    def create(self, room_id: str) -> StreamKey:
        """A new key. Raises BadRequest ("Active key already exists"), NotFound or Forbidden.

        Sent once: a repeat is refused though the first made the key. After TimedOut, `get` tells.
        """
        return read(StreamKey, self._post("stream-keys", "room", room_id, body={}, repeatable=False))

    @operation("get_stream_key")
    def get(self, room_id: str) -> StreamKey:
        """The room's active key. Raises NotFound when it has none."""
        keys = read_list(StreamKey, self._get("stream-keys", "room", room_id))
        active = [key for key in keys if key.enabled]
        if not active:
            # The address answers a list; should it come empty instead of the documented 404, it says the same.
            raise NotFound(f"GET /stream-keys/room/{room_id}", 404, 404, "No active key found")
        return active[0]

    @operation("disable_stream_key")
    def disable(self, room_id: str) -> Ack:
        """Disable the active key. Raises NotFound when the room has none.

        Sent once: a repeat could meet, and disable, the key that somebody made in between.
        """
        # Documented as "201 OK", the only 201: any 2xx is taken.
        return read(Ack, self._post("stream-keys", "room", room_id, "disable", body={}, repeatable=False))
