"""Room codes (contract, tag RoomCodes). The only module that writes `RoomCode`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from rooms import hms
from rooms.audit import Target
from rooms.elsewhere import Unsettled
from rooms.hms.resources.room_codes import RoomCode as HmsRoomCode
from rooms.masking import masked
from rooms.mirrors import reading
from rooms.mirrors.pulling import Pulled
from rooms.models import Reading, Room, RoomCode

KIND: Final = Reading.Kind.ROOM_CODES
MIRRORED: Final = [
    "role",
    "enabled",
    "created_at",
    "updated_at",
    "mirrored_at",
    "changed_elsewhere_at",
    "gone_at",
    "received",
]


def reference(code: str) -> str:
    """What a code is called in addresses and in the audit: they are written to logs, and who has the code can join."""
    return salted_hmac("rooms.room_code", code, algorithm="sha256").hexdigest()[:16]


def of_code(code: RoomCode) -> Target:
    return Target("room_code", reference(code.code), str(code), code.room_id)


def of_codes(room: Room, role: str = "") -> Target:
    """The codes of a room, of one role or of all: the target while a code is still to be made."""
    return Target("room_codes", room.pk, f"{role or 'all roles'} in {room}", room.pk)


def settings_of(code: RoomCode) -> dict[str, Any]:
    """What is set for a code."""
    return {"role": code.role, "enabled": code.enabled}


def counts(codes: Iterable[RoomCode]) -> Counter[str]:
    """What is set for the codes of a room: how many of them each role has."""
    return Counter(code.role for code in codes if code.gone_at is None)


def pull(client: hms.Client, *, at: datetime, room: Room, ours: bool = False) -> Pulled:
    """Read all codes of a room and store them; `at`: now. One call. Raises `hms.Error`."""
    with reading.noted(room, KIND, at=at):
        codes = list(client.room_codes.list(room.pk))
        return Pulled(pages=1, objects=write(codes, at=at, room=room, ours=ours, whole=True))


def pull_some(client: hms.Client, *, at: datetime, most: int) -> Pulled:
    """Read the codes of the `most` rooms that were read longest ago, one call a room."""
    return reading.pull_rooms(KIND, lambda room: pull(client, at=at, room=room), most=most)


@transaction.atomic
def write(codes: Iterable[HmsRoomCode], *, at: datetime, room: Room, ours: bool = False, whole: bool = False) -> int:
    """Store codes of a room as just read; how many. `whole`: they are all it has, so what is missing is gone.

    `at`: when they were asked for; what was written since then is newer and stays. `ours`: this is the answer to a
    change of our own. Otherwise what is not as we held it was changed elsewhere, and is marked and noted so.
    """
    # Locked as rooms are (`rooms.mirrors.rooms.write`).
    locked = RoomCode.objects.select_for_update(no_key=True).filter(room=room).order_by("pk")
    known = {code.code: code for code in locked}
    rows = [
        row_of(code, known.get(code.code), room=room, at=at)
        for code in codes
        if not _is_newer(known.get(code.code), at)
    ]
    if not ours:
        _mark(rows, known, at=at, room=room, whole=whole)
    RoomCode.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=MIRRORED)
    if whole:
        held = {row.code for row in rows}
        gone = [code.code for code in known.values() if code.code not in held and not _is_newer(code, at)]
        RoomCode.objects.filter(code__in=gone, gone_at=None).update(gone_at=at)
    return len(rows)


def row_of(code: HmsRoomCode, old: RoomCode | None, *, room: Room, at: datetime) -> RoomCode:
    return RoomCode(
        code=code.code,
        room=room,
        role=code.role[:255],
        enabled=code.enabled,
        created_at=code.created_at or (old.created_at if old else None),
        updated_at=code.updated_at or (old.updated_at if old else None),
        mirrored_at=at,
        received=masked(code.raw),
    )


def _is_newer(old: RoomCode | None, at: datetime) -> bool:
    return old is not None and old.mirrored_at is not None and old.mirrored_at > at


def _mark(rows: list[RoomCode], known: Mapping[str, RoomCode], *, at: datetime, room: Room, whole: bool) -> None:
    """What changed elsewhere: a code enabled or disabled, and, where all are seen, codes that came or went."""
    of_one = Unsettled.of("room_code", now=at)
    for row in rows:
        old = known.get(row.code)
        row.changed_elsewhere_at = old.changed_elsewhere_at if old else None
        if of_one.notice(of_code(row), settings_of(old) if old else None, settings_of(row)):
            row.changed_elsewhere_at = at
    if not whole or any(_is_newer(code, at) for code in known.values()):
        return
    making = Unsettled.of("room_codes", now=at)
    read_before = Reading.objects.filter(room=room, kind=KIND).exclude(read_at=None).exists()
    before, after = counts(known.values()), counts(rows)
    # A role that a request without an answer asks for counts as having none, so that the request can be told undone.
    asked_for = {role for request in making.open if request.target_id == room.pk for role in request.after or {}}
    roles = sorted({*before, *after, *asked_for})
    was, is_now = {role: before[role] for role in roles}, {role: after[role] for role in roles}
    if making.notice(of_codes(room), was if read_before else None, is_now):
        for row in rows:
            if row.code not in known:
                row.changed_elsewhere_at = at
