"""Room codes and stream keys: what lets people and encoders into a room."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rooms.simulator.clock import in_nanoseconds, in_seconds
from rooms.simulator.identifiers import object_id, uuid
from rooms.simulator.refusals import Refused
from rooms.simulator.room import Room

if TYPE_CHECKING:
    from rooms.simulator.world import World

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST = 100  # codes of a room


@dataclass(slots=True)
class RoomCode:
    """Stands for a room and a role; never expires. `updated` changes with `enabled`."""

    code: str
    room_id: str
    role: str
    created: int
    updated: int
    enabled: bool = True

    @property
    def id(self) -> str:
        """Codes have no id: the code itself is the cursor of their list."""
        return self.code

    def as_object(self) -> dict[str, Any]:
        """The code object."""
        return {
            "code": self.code,
            "room_id": self.room_id,
            "role": self.role,
            "enabled": self.enabled,
            "created_at": in_seconds(self.created),
            "updated_at": in_seconds(self.updated),
        }


@dataclass(slots=True)
class StreamKey:
    """Lets an encoder push into a room; at most one of a room is enabled."""

    id: str
    key: str
    room: Room
    created: int
    updated: int
    enabled: bool = True

    def as_object(self) -> dict[str, Any]:
        """The key object."""
        return {
            "id": self.id,
            "url": "rtmp://ingest.example.com/live",
            "key": self.key,
            "room_id": self.room.id,
            "customer_id": self.room.workspace.account_id,
            "app_id": self.room.workspace.app_id,
            "enabled": self.enabled,
            "created_at": in_nanoseconds(self.created),
            "updated_at": in_nanoseconds(self.updated),
        }


class Entrances:
    """All codes and keys of a world. Who changes something holds the world's lock."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._codes: dict[str, RoomCode] = {}
        self._keys: list[StreamKey] = []

    # Codes

    def codes(self, room: Room) -> list[RoomCode]:
        """All codes of a room, oldest first."""
        return [one for one in list(self._codes.values()) if one.room_id == room.id]

    def code(self, code: object) -> RoomCode:
        """Raises Refused (404) when there is none."""
        found = self._codes.get(code) if isinstance(code, str) else None
        if found is None:
            raise Refused(404, "Code not found")
        return found

    def admitted(self, given: object) -> tuple[RoomCode, Room]:
        """The code somebody wants in with, and the room it lets into.

        Raises Refused: 404 for a code that is none, 403 for one that is disabled, whose room is, or whose role is gone
        (by another name, or with the room's template; no source gives the words).
        """
        try:
            code = self.code(given)
            room = self._world.room(code.room_id)
        except Refused as refusal:
            raise Refused(404, "Room code not found") from refusal
        if not code.enabled:
            raise Refused(403, "Room code is disabled")
        if not room.enabled:
            raise Refused(403, "Room is disabled")
        if code.role not in self._world.template(room.template_id).roles:
            raise Refused(403, "Role not found")
        return code, room

    def add_code(self, room: Room, role: str) -> RoomCode:
        """One more code for a role of the room's template.

        Raises Refused: 404 for a role that is none, 403 for the hundred-and-first (no source gives that answer).
        """
        if role not in self._world.template(room.template_id).roles:
            raise Refused(404, "Role not found")
        if len(self.codes(room)) >= MOST:
            raise Refused(403, f"Room has {MOST} codes")
        now = self._world.now()
        code = RoomCode(self._fresh(room, role), room.id, role, now, now)
        self._codes[code.code] = code
        return code

    def add_codes(self, room: Room) -> list[RoomCode]:
        """One code per role: roles that have one keep it, codes of roles that are gone are disabled."""
        roles = self._world.template(room.template_id).roles
        for code in self.codes(room):
            if code.role not in roles and code.enabled:
                self.switch(code, on=False)
        have = {code.role: code for code in reversed(self.codes(room))}
        return [have.get(role) or self.add_code(room, role) for role in roles]

    def switch(self, code: RoomCode, *, on: bool) -> None:
        """Enable or disable. Raises Refused (403) for one whose role or room is gone."""
        room = self._world.rooms.get(code.room_id)
        if on and (room is None or code.role not in self._world.template(room.template_id).roles):
            raise Refused(403, "Code can not be enabled (role/room does not exist)")
        if code.enabled is not on:
            code.enabled, code.updated = on, self._world.now()

    def _fresh(self, room: Room, role: str) -> str:
        attempt = 0
        while True:
            digits = int(uuid(room.id, role, len(self._codes), attempt).replace("-", ""), 16)
            letters = ""
            for _ in range(10):
                digits, letter = divmod(digits, len(_LETTERS))
                letters += _LETTERS[letter]
            code = f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"
            if code not in self._codes:
                return code
            attempt += 1

    # Keys

    def every_key(self) -> list[StreamKey]:
        """All of all rooms, oldest first, those too that work no longer."""
        return list(self._keys)

    def key(self, room: Room) -> StreamKey | None:
        """The one that works now."""
        return next((one for one in self._keys if one.room is room and one.enabled), None)

    def add_key(self, room: Room) -> StreamKey:
        """Raises Refused (400) while there is one."""
        if self.key(room) is not None:
            raise Refused(400, "Active key already exists")
        now = self._world.now()
        secret = uuid("stream key", room.id, len(self._keys)).replace("-", "")
        key = StreamKey(object_id(now, "stream key", room.id, len(self._keys)), f"sk-{secret}", room, now, now)
        self._keys.append(key)
        return key

    def disable_key(self, room: Room) -> None:
        """Raises Refused (404) when there is none."""
        key = self.key(room)
        if key is None:
            raise Refused(404, "Key not found")
        key.enabled, key.updated = False, self._world.now()
