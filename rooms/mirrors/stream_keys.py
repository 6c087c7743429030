"""Stream keys (contract, tag StreamKeys), without the keys. The only module that writes `StreamKey`."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from rooms import hms
from rooms.audit import Target
from rooms.elsewhere import Unsettled
from rooms.hms.resources.stream_keys import StreamKey as HmsStreamKey
from rooms.masking import MASK, masked
from rooms.mirrors import reading
from rooms.mirrors.pulling import Pulled
from rooms.models import Reading, Room, StreamKey

KIND: Final = Reading.Kind.STREAM_KEY
MIRRORED: Final = [
    "url",
    "enabled",
    "created_at",
    "updated_at",
    "mirrored_at",
    "changed_elsewhere_at",
    "gone_at",
    "received",
]


def of_key(room: Room) -> Target:
    """The stream key of a room: 100ms knows one that works at most, and has no address for the others."""
    return Target("stream_key", room.pk, f"stream key of {room}", room.pk)


def active(room: Room) -> StreamKey | None:
    """The key that works, as last read."""
    return room.stream_keys.filter(enabled=True, gone_at=None).first()


def settings_of(key: StreamKey | None) -> dict[str, Any]:
    """What is set for a room: whether a key works, and which."""
    return {"enabled": key is not None, "id": key.pk if key else ""}


def pull(client: hms.Client, *, at: datetime, room: Room) -> Pulled:
    """Read a room's key and store all of it but the key; `at`: now. One call. Raises `hms.Error`."""
    with reading.noted(room, KIND, at=at):
        key = read(client, room)
        write(key, at=at, room=room)
        return Pulled(pages=1, objects=1 if key else 0)


def read(client: hms.Client, room: Room) -> HmsStreamKey | None:
    """The active key with the key itself in it; None when the room has none. Raises `hms.Error`."""
    try:
        return client.stream_keys.get(room.pk)
    except hms.NotFound:
        # Also what an unknown room answers; the mirror of rooms tells whether it is gone.
        return None


def pull_some(client: hms.Client, *, at: datetime, most: int) -> Pulled:
    """Read the keys of the `most` rooms that were read longest ago, one call a room."""
    return reading.pull_rooms(KIND, lambda room: pull(client, at=at, room=room), most=most)


@transaction.atomic
def write(key: HmsStreamKey | None, *, at: datetime, room: Room, ours: bool = False) -> None:
    """Store the one active key of a room as just read, None for no such; others of the room no longer work.

    `at`: when it was asked for; what was written since then is newer and stays. `ours`: this is the answer to a
    change of our own. Otherwise a key that came or went was made or disabled elsewhere, and is marked and noted so.
    """
    # Locked as rooms are (`rooms.mirrors.rooms.write`).
    known = list(room.stream_keys.select_for_update(no_key=True).order_by("pk"))
    if any(one.mirrored_at is not None and one.mirrored_at > at for one in known):
        return
    row = row_of(key, room=room, at=at) if key else None
    if not ours:
        old = active(room)
        read_before = Reading.objects.filter(room=room, kind=KIND).exclude(read_at=None).exists()
        unsettled = Unsettled.of("stream_key", now=at)
        changed = unsettled.notice(of_key(room), settings_of(old) if read_before else None, settings_of(row))
        if row:
            row.changed_elsewhere_at = at if changed else (old.changed_elsewhere_at if old else None)
    if row:
        StreamKey.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=MIRRORED)
    others = room.stream_keys.filter(enabled=True).exclude(pk=row.pk if row else "")
    # A first key may have come meanwhile: where there was none, there was nothing to lock.
    others.filter(Q(mirrored_at=None) | Q(mirrored_at__lte=at)).update(enabled=False, updated_at=at, mirrored_at=at)


def row_of(key: HmsStreamKey, *, room: Room, at: datetime) -> StreamKey:
    return StreamKey(
        id=key.id,
        room=room,
        # An address that ends in the key is known from other services of this kind.
        url=key.url.replace(key.key, MASK) if key.key else key.url,
        enabled=key.enabled,
        created_at=key.created_at,
        updated_at=key.updated_at,
        mirrored_at=at,
        received=masked(key.raw),
    )
