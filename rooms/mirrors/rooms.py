"""Rooms (contract, tag Rooms). The only module that writes `Room`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from rooms import hms
from rooms.audit import of_room
from rooms.elsewhere import Unsettled
from rooms.hms.resources.base import read
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.masking import masked, masked_text
from rooms.mirrors.pulling import Pulled
from rooms.models import Poll, Room

MIRRORED = [
    "name",
    "description",
    "template_id",
    "template_name",
    "region",
    "enabled",
    "disabled_reason",
    "large_room",
    "size",
    "max_duration_seconds",
    "recording_enabled",
    "webhook_url",
    "created_at",
    "updated_at",
    "mirrored_at",
    "changed_elsewhere_at",
    "gone_at",
    "received",
]
SET = [
    "name",
    "description",
    "template_id",
    "region",
    "enabled",
    "large_room",
    "size",
    "max_duration_seconds",
    "recording_enabled",
    "webhook_url",
]
"""The columns that somebody sets; forms, operations, audit entries and comparisons call them so."""


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


def settings_of(room: Room) -> dict[str, Any]:
    """What is set for a room, as JSON by the names of `SET`."""
    return {name: getattr(room, name) for name in SET}


def pull(client: hms.Client, *, at: datetime, room_id: str | None = None) -> Pulled:
    """Read the rooms (or one) and store them; `at`: now.

    Sources disagree whether leaving out `enabled` lists every room (contract, list_rooms), so both kinds are asked for.
    """
    pulled = Pulled()
    if room_id is not None:
        _take(pulled, [client.rooms.get(room_id).raw], at)
        return pulled
    for enabled in (True, False):
        for page in client.rooms.raw_pages(enabled=enabled):
            _take(pulled, page.items, at)
    return pulled


def _take(pulled: Pulled, received: Iterable[Mapping[str, Any]], at: datetime) -> None:
    rooms = []
    for raw in received:
        try:
            rooms.append(read(HmsRoom, raw))
        except hms.UnreadableAnswer as problem:
            pulled.problems.append(f"room {raw.get('id')!r}: {problem}")
    pulled.pages += 1
    pulled.objects += write(rooms, at=at)


@transaction.atomic
def write(rooms: Iterable[HmsRoom], *, at: datetime, ours: bool = False) -> int:
    """Store rooms as just read from 100ms; how many.

    `at`: when they were asked for; what was written since then is newer and stays. `ours`: this is the answer to a
    change of our own. Otherwise a room that is not as we held it was changed elsewhere, and is marked and noted so.
    """
    asked = list(rooms)
    known = Room.objects.in_bulk([room.id for room in asked])
    unsettled = None if ours else Unsettled.of("room", now=at)
    rows = []
    for room in asked:
        old = known.get(room.id)
        if old is not None and old.mirrored_at is not None and old.mirrored_at > at:
            continue
        row = row_of(room, old)
        row.mirrored_at = at
        if unsettled is None:
            row.changed_elsewhere_at = None
        elif unsettled.notice(of_room(row), settings_of(old) if old and old.mirrored_at else None, settings_of(row)):
            row.changed_elsewhere_at = at
        rows.append(row)
    Room.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=MIRRORED)
    _link_polls(rows)
    return len(rows)


def row_of(room: HmsRoom, old: Room | None = None) -> Room:
    """A row from what 100ms says. What an answer leaves out is as it was: answers to a list say less than others."""
    row = Room(
        id=room.id,
        name=room.name[:255],
        description=room.description,
        template_id=room.template_id[:64],
        template_name=room.template[:255],
        region=room.region[:32],
        enabled=room.enabled,
        large_room=room.large_room,
        size=room.size,
        max_duration_seconds=room.max_duration_seconds,
        recording_enabled=_recording(room),
        webhook_url=masked_text(str((room.webhook or {}).get("url") or "")),
        created_at=room.created_at,
        updated_at=room.updated_at,
        received=masked(room.raw),
    )
    if old is not None:
        row.changed_elsewhere_at = old.changed_elsewhere_at
        row.disabled_reason = "" if row.enabled else old.disabled_reason
        said = set(room.raw) | ({"recording_enabled"} if {"recording_info", "recording"} & set(room.raw) else set())
        said |= {"webhook_url"} if "webhook" in room.raw else set()
        said |= {"template_name"} if "template" in room.raw else set()
        for name in MIRRORED:
            if name not in said and name not in ("mirrored_at", "received", "changed_elsewhere_at", "disabled_reason"):
                setattr(row, name, getattr(old, name))
        row.gone_at = None
    return row


def _recording(room: HmsRoom) -> bool | None:
    """Whether the room itself says that it records; its template may say so too, and 100ms names whose word it is."""
    held = room.recording_info or room.recording
    if not held or room.recording_source_template:
        return None
    return bool(held.get("enabled"))


def _link_polls(rows: Sequence[Room]) -> None:
    """The polls a room names: known from now on, if they were not before."""
    named = {row.pk: [str(poll) for poll in row.received.get("polls") or ()] for row in rows if "polls" in row.received}
    if not named:
        return
    wanted = {(room_id, poll_id) for room_id, polls in named.items() for poll_id in polls}
    links = Room.polls.through.objects
    held = set(links.filter(room_id__in=named).values_list("room_id", "poll_id"))
    if wanted - held:
        Poll.objects.bulk_create([Poll(id=poll_id) for _, poll_id in sorted(wanted)], ignore_conflicts=True)
        links.bulk_create(
            [Room.polls.through(room_id=room_id, poll_id=poll_id) for room_id, poll_id in sorted(wanted - held)],
            ignore_conflicts=True,
        )
    for room_id, poll_id in held - wanted:
        links.filter(room_id=room_id, poll_id=poll_id).delete()
