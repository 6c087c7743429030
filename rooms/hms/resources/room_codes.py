"""Room codes: short words that stand for one room and one role (contract, tag RoomCodes)."""

from collections.abc import Iterator

from rooms.hms.limits import check, fields, flag, text
from rooms.hms.resources.base import Moment, Object, Resource, operation, query, read, read_list

_CODE = fields({"code": text(), "enabled": flag}, required=("code", "enabled"))


class RoomCode(Object, frozen=True, kw_only=True):
    """A code. Whoever has it can join, so it is kept out of `repr`. It never ends; a room has 100 at most."""

    code: str
    room_id: str
    role: str
    enabled: bool
    created_at: Moment | None = None
    updated_at: Moment | None = None

    def __repr__(self) -> str:
        return f"<RoomCode of {self.role} in {self.room_id}>"


class RoomCodes(Resource):
    """`client.room_codes`. A disabled room answers Forbidden ("Room is disabled")."""

    @operation("list_room_codes")
    def list(
        self, room_id: str, *, role: str | None = None, enabled: bool | None = None, limit: int = 100
    ) -> Iterator[RoomCode]:
        """The room's codes, page by page as they are used. Raises NotFound for an unknown room or role."""
        # The sample's `last` is empty though items exist, and codes have no id: what a cursor looks like is
        # unknown. A room has 100 codes at most, so the first page of 100 is all of them either way.
        asked = query(role=role, enabled=enabled)
        return self._list(RoomCode, "room-codes", "room", room_id, query=asked, limit=limit)

    @operation("create_room_codes")
    def create(self, room_id: str) -> tuple[RoomCode, ...]:
        """One code for each role. Run it again after roles change: codes of deleted roles are disabled then.

        Sent once: whether a repeat makes further codes for roles that have one is not stated.
        """
        return read_list(RoomCode, self._post("room-codes", "room", room_id, body={}, repeatable=False))

    @operation("create_room_code_for_role")
    def create_for_role(self, room_id: str, role: str) -> RoomCode:
        """A code for one role. Raises NotFound for an unknown room or role. Sent once: a repeat makes another."""
        return read(RoomCode, self._post("room-codes", "room", room_id, "role", role, body={}, repeatable=False))

    @operation("update_room_code")
    def update(self, code: str, *, enabled: bool) -> RoomCode:
        """Enable or disable a code. Raises NotFound, or Forbidden when its role or room is gone.

        Safe to repeat: it sets what it says.
        """
        # Nothing else may be in the body: unknown fields are refused.
        asked = {"code": code, "enabled": enabled}
        check(asked, _CODE)
        return read(RoomCode, self._post("room-codes", "code", body=asked, repeatable=True))
