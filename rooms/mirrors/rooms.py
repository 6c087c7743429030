"""Rooms (contract, tag Rooms). The only module that writes `Room`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from rooms import audit, hms
from rooms.actors import ELSEWHERE
from rooms.audit import of_room
from rooms.differences import Difference, differences
from rooms.elsewhere import Unsettled
from rooms.hms.resources.base import read
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.masking import MASK, masked, masked_text
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
# Rooms that the lists left out are asked for one by one; were it more, something else would be wrong.
ASKED_FOR_AT_ONCE: Final = 20


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


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is set for a room in 100ms and not held here: headers or a query of its webhook, keys of its storage."""

    webhook: bool
    storage: bool


def secrets_of(room: Room) -> Secrets:
    """Which secrets the room had when it was last read."""
    webhook = room.received.get("webhook") or {}
    recording = room.received.get("recording_info") or room.received.get("recording") or {}
    return Secrets(bool(webhook.get("headers")) or MASK in room.webhook_url, bool(recording.get("upload_info")))


def compare(client: hms.Client, room: Room) -> list[Difference]:
    """Where 100ms has the room otherwise than we hold it, by the names of `SET`; nothing is written."""
    return differences(settings_of(room), settings_of(row_of(client.rooms.get(room.pk), room)))


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
    if not pulled.problems:
        _seek(client, pulled, at)
    return pulled


def _seek(client: hms.Client, pulled: Pulled, at: datetime) -> None:
    """Ask by id for rooms that the lists no longer had. One may have gone from one list to the other meanwhile."""
    missed = Room.objects.filter(mirrored_at__lt=at, gone_at=None).order_by("mirrored_at")[:ASKED_FOR_AT_ONCE]
    for room in missed:
        try:
            _take(pulled, [client.rooms.get(room.pk).raw], at)
        except (hms.NotFound, hms.Forbidden):
            gone(room, at=at)


def locked(room: Room, *, at: datetime, reason: str) -> None:
    """100ms has said that it locks the room. It does so in the background, so a look now could tell the old state."""
    held = Room.objects.filter(pk=room.pk)
    held.update(enabled=False, disabled_reason=reason[:255])
    held.exclude(mirrored_at=None).update(mirrored_at=at)  # what was asked before now is older


def gone(room: Room, *, at: datetime) -> None:
    """100ms has the room no more. What happened in it stays."""
    with transaction.atomic():
        if Room.objects.filter(pk=room.pk, gone_at=None).update(gone_at=at):
            audit.note(ELSEWHERE, "room.delete", of_room(room), before=settings_of(room))


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
def write(rooms: Iterable[HmsRoom], *, at: datetime, ours: bool = False, reason: str = "") -> int:
    """Store rooms as just read from 100ms; how many.

    `at`: when they were asked for; what was written since then is newer and stays. `ours`: this is the answer to a
    change of our own, which disabled the room for `reason`, if any. Otherwise a room that is not as we held it was
    changed elsewhere, and is marked and noted so.
    """
    asked = {room.id: room for room in rooms}
    # Locked, so that what an operation writes meanwhile is not lost to what was read before it; without the key, so
    # that rows which name the room, of codes say, can be made meanwhile.
    locked = Room.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk")
    known = {room.pk: room for room in locked}
    unsettled = None if ours else Unsettled.of("room", now=at)
    looked_at = Room.objects.filter(mirrored_at__lt=at).aggregate(last=Max("mirrored_at"))["last"]
    rows = []
    for room in asked.values():
        old = known.get(room.id)
        if old is not None and _is_newer(old, room, at, ours=ours):
            continue
        row = row_of(room, old)
        row.mirrored_at = at
        if unsettled is None:
            row.changed_elsewhere_at = None
            row.disabled_reason = "" if row.enabled else reason[:255] or row.disabled_reason
        else:
            reason_given = _reason(unsettled, row)
            before = settings_of(old) if old and old.mirrored_at else None
            if unsettled.notice(of_room(row), before, settings_of(row), is_new=_made_since(looked_at, row)):
                row.changed_elsewhere_at = at
            if not row.enabled and (old is None or old.enabled):
                row.disabled_reason = reason_given
        rows.append(row)
    Room.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=MIRRORED)
    _link_polls(rows)
    return len(rows)


def _made_since(looked_at: datetime | None, room: Room) -> bool:
    """Was it made after we last read any room? What was there at the very first look is nobody's doing."""
    return looked_at is not None and room.created_at is not None and room.created_at > looked_at


def _is_newer(old: Room, room: HmsRoom, at: datetime, *, ours: bool) -> bool:
    """Was the row written after this was said? Of two changes of ours at once, 100ms knows which came last."""
    if ours:
        return old.updated_at is not None and room.updated_at is not None and room.updated_at < old.updated_at
    return old.mirrored_at is not None and old.mirrored_at > at


def _reason(unsettled: Unsettled, room: Room) -> str:
    """Why we wanted the room disabled, if we did so and got no answer."""
    for request in unsettled.open:
        if request.action == "room.disable" and request.target_id == room.pk and isinstance(request.after, dict):
            return str(request.after.get("reason", ""))[:255]
    return ""


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
        said = set(room.raw) | ({"recording_enabled"} if _says_recording(room) else set())
        said |= {"webhook_url"} if "webhook" in room.raw else set()
        said |= {"template_name"} if "template" in room.raw else set()
        for name in MIRRORED:
            if name not in said and name not in ("mirrored_at", "received", "changed_elsewhere_at", "disabled_reason"):
                setattr(row, name, getattr(old, name))
        row.gone_at = None
        if row.template_id != old.template_id and "template" not in room.raw:
            row.template_name = ""  # the name of the template it had
    return row


def _says_recording(room: HmsRoom) -> bool:
    """An answer without the setting still tells it by naming the template as its source."""
    return bool({"recording_info", "recording"} & set(room.raw)) or room.recording_source_template is True


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
