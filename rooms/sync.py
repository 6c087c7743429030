"""Mirrors rooms: what 100ms has set, read page by page."""

from datetime import datetime
from typing import Any, Final

from rooms import hms, mirror
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.models import Room

HIDDEN: Final = "hidden"
# Where a room object carries what opens other doors: headers of its webhook, keys of its storage.
SECRET_KEYS: Final = frozenset({"headers", "credentials", "secret", "access_key", "secret_key"})


def mirror_rooms(client: hms.Client, *, at: datetime, room_id: str | None = None) -> tuple[int, int]:
    """Read the rooms (or one) and store them; gives (pages, rooms).

    Sources disagree whether leaving out `enabled` lists every room (contract, list_rooms), so both kinds are asked for.
    """
    if room_id is not None:
        return 1, mirror.write([_row(client.rooms.get(room_id))], at=at)
    pages = rooms = 0
    for enabled in (True, False):
        for page in client.rooms.pages(enabled=enabled):
            pages += 1
            rooms += mirror.write([_row(room) for room in page.items], at=at)
    return pages, rooms


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
