"""Writing our copy of the rooms. The only module that does."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from rooms.models import Room

MIRRORED = [
    "name",
    "description",
    "template_id",
    "template_name",
    "region",
    "enabled",
    "large_room",
    "size",
    "max_duration_seconds",
    "created_at",
    "updated_at",
    "mirrored_at",
    "received",
]


def ensure(names: Mapping[str, str]) -> None:
    """Make sure every room that an event names has a row, with the label the event gave (EVENTS trap 11).

    `names`: room id → label, "" when the event has none. A room already mirrored keeps its own name.
    """
    known = dict(Room.objects.filter(pk__in=names).values_list("pk", "name"))
    Room.objects.bulk_create(
        [Room(id=room_id, name=name) for room_id, name in names.items() if room_id not in known],
        ignore_conflicts=True,  # another worker may see the same new room first
    )
    for room_id, name in names.items():
        if name and known.get(room_id) == "":
            Room.objects.filter(pk=room_id, name="", mirrored_at=None).update(name=name)


def write(rooms: Iterable[Room], *, at: datetime) -> int:
    """Store rooms as just read from 100ms; how many."""
    rows = list(rooms)
    for row in rows:
        row.mirrored_at = at
    Room.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=MIRRORED)
    return len(rows)
