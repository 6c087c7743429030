"""Mirrors rooms: what 100ms has set, read page by page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from rooms import hms, mirror
from rooms.hms.resources.base import read
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.models import Room

HIDDEN: Final = "hidden"
# Where a room object carries what opens other doors: headers of its webhook, keys of its storage.
SECRET_KEYS: Final = frozenset({"headers", "credentials", "secret", "access_key", "secret_key"})


@dataclass
class Mirrored:
    """What was read. `problems`: rooms that 100ms gave in a shape we cannot read, in words."""

    pages: int = 0
    rooms: int = 0
    problems: list[str] = field(default_factory=list)

    def take(self, received: Iterable[Mapping[str, Any]], at: datetime) -> None:
        rows = []
        for raw in received:
            try:
                rows.append(_row(read(HmsRoom, raw)))
            except hms.UnreadableAnswer as problem:
                self.problems.append(f"room {raw.get('id')!r}: {problem}")
        self.pages += 1
        self.rooms += mirror.write(rows, at=at)


def mirror_rooms(client: hms.Client, *, at: datetime, room_id: str | None = None) -> Mirrored:
    """Read the rooms (or one) and store them.

    Sources disagree whether leaving out `enabled` lists every room (contract, list_rooms), so both kinds are asked for.
    """
    mirrored = Mirrored()
    if room_id is not None:
        mirrored.take([client.rooms.get(room_id).raw], at)
        return mirrored
    for enabled in (True, False):
        for page in client.rooms.raw_pages(enabled=enabled):
            mirrored.take(page.items, at)
    return mirrored


def _row(room: HmsRoom) -> Room:
    return Room(
        id=room.id,
        name=room.name[:255],
        description=room.description,
        template_id=room.template_id,
        template_name=room.template[:255],
        region=room.region,
        enabled=room.enabled,
        large_room=room.large_room,
        size=room.size,
        max_duration_seconds=room.max_duration_seconds,
        created_at=room.created_at,
        updated_at=room.updated_at,
        received=without_secrets(room.raw),
    )


def without_secrets(value: Any) -> Any:
    """A copy in which the values under `SECRET_KEYS` are hidden: the mirror is not the place to keep them."""
    if isinstance(value, dict):
        return {key: HIDDEN if key in SECRET_KEYS and item else without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value
