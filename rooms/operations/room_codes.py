"""Changes to room codes (contract, tag RoomCodes), who may hand them out, and tokens made from them.

To make a code twice makes two. So whoever makes one reads first: what an earlier try without an answer left behind is
found then, and nothing more is made.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jwt
from django.db import transaction
from django.utils import timezone

from rooms import audit, hms
from rooms.access import roles_handed_out
from rooms.actors import Actor, Machine, NotPermitted, name_of
from rooms.audit import change, of_room
from rooms.connection import client
from rooms.mirrors import reading
from rooms.mirrors import room_codes as mirror
from rooms.models import HandedOutRole, Room, RoomCode
from rooms.operations.marking import operation


@dataclass(frozen=True, slots=True)
class Made:
    """The codes there are now. `new` is False when they were there already and 100ms was asked for none."""

    codes: list[RoomCode]
    new: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A token with which one peer may join; `ends_at` None when neither 100ms nor the token itself says."""

    text: str = field(repr=False)
    ends_at: datetime | None


@operation("operate")
def create_all(*, actor: Actor, room: Room) -> Made:
    """A code for each role that has none; 100ms disables those of deleted roles then.

    Raises `BeingChanged`, `NotRead` when 100ms could not be read first (nothing was asked for then), else `hms.Error`.
    """
    with reading.alone(room, mirror.KIND):
        with reading.before_a_change():
            codes = _read(room)
            roles = _roles(room)
        missing = [role for role in roles if role not in mirror.counts(codes)]
        left_over = [code for code in codes if code.enabled and code.role not in roles]
        if not missing and not left_over:
            return Made(codes, new=False)
        before, after = dict.fromkeys(missing, 0), dict.fromkeys(missing, 1)
        with (
            _watched(room),
            change(actor, "room_codes.create", mirror.of_codes(room), before=before, after=after) as under_way,
        ):
            answer = client().room_codes.create(room.pk)
            under_way.done()
            mirror.write(answer, at=timezone.now(), room=room, ours=True)
        try:
            # The answer leaves out the codes that it disabled.
            mirror.pull(client(patience=0), at=timezone.now(), room=room, ours=True)
        except hms.Error:
            reading.forget(room, mirror.KIND)
        return Made(_codes(room), new=True)


@operation("hand out")
def create_for_role(*, actor: Actor, room: Room, role: str) -> Made:
    """A code for one role, unless one that works is there. Errors as `create_all`.

    Teachers make one only for a role they may hand out that has no code at all: one that ops disabled stays so.
    """
    allowed = None if isinstance(actor, Machine) else roles_handed_out(actor, room)
    if allowed is not None and role not in allowed:
        raise NotPermitted(f"{name_of(actor)} may not hand out codes of the role {role} in room {room.pk}")
    with reading.alone(room, mirror.KIND):
        with reading.before_a_change():
            codes = [code for code in _read(room) if code.role == role]
        working = [code for code in codes if code.enabled]
        if working or (codes and allowed is not None):
            return Made(working, new=False)
        had = len(codes)
        target = mirror.of_codes(room, role)
        with (
            _watched(room),
            change(actor, "room_codes.create", target, before={role: had}, after={role: had + 1}) as under_way,
        ):
            answer = client().room_codes.create_for_role(room.pk, role)
            under_way.done()
            mirror.write([answer], at=timezone.now(), room=room, ours=True)
        return Made([RoomCode.objects.get(pk=answer.code)], new=True)


@operation("operate")
def enable(*, actor: Actor, code: RoomCode) -> RoomCode:
    """People can join with it again. Refused (Forbidden) when its role or room is gone."""
    return _set(actor, "room_code.enable", code, enabled=True)


@operation("operate")
def disable(*, actor: Actor, code: RoomCode) -> RoomCode:
    """Nobody can join with it any more; who is in the room stays."""
    return _set(actor, "room_code.disable", code, enabled=False)


@operation("operate")
@transaction.atomic
def let_hand_out(*, actor: Actor, room: Room, roles: Iterable[str]) -> None:
    """Teachers of the room may see and hand out codes of these roles, and of no others."""
    held = HandedOutRole.objects.filter(room=room)
    before, after = sorted(held.values_list("role", flat=True)), sorted(set(roles))
    if before == after:
        return
    held.exclude(role__in=after).delete()
    HandedOutRole.objects.bulk_create([HandedOutRole(room=room, role=role) for role in after if role not in before])
    audit.note(actor, "room_codes.hand_out", of_room(room), before={"roles": before}, after={"roles": after})


@operation("operate")
def reveal_token(*, actor: Actor, code: RoomCode, user_id: str = "") -> Token:
    """A token made from a code, for support: whoever has it joins as the code's role, named `user_id` if given.

    It is in no log, no error and no table; that it was made is in the audit before anybody sees it.
    """
    answer = client().auth.token(code.code, user_id=user_id or None)
    ends_at = answer.expires_at or _end_of(answer.token)
    audit.note(actor, "room_code.reveal_token", mirror.of_code(code), after={"user_id": user_id, "ends_at": ends_at})
    return Token(answer.token, ends_at)


def _set(actor: Actor, action: str, code: RoomCode, *, enabled: bool) -> RoomCode:
    before, after = {"enabled": code.enabled}, {"enabled": enabled}
    with (
        _watched(code.room),
        change(actor, action, mirror.of_code(code), before=before, after=after) as under_way,
    ):
        answer = client().room_codes.update(code.code, enabled=enabled)
        under_way.done()
        mirror.write([answer], at=timezone.now(), room=code.room, ours=True)
    return RoomCode.objects.get(pk=code.pk)


@contextmanager
def _watched(room: Room) -> Iterator[None]:
    """After anything but a plain yes, the next one to look reads again."""
    try:
        yield
    except hms.Error:
        reading.forget(room, mirror.KIND)
        raise


def _read(room: Room) -> list[RoomCode]:
    mirror.pull(client(patience=0), at=timezone.now(), room=room)
    return _codes(room)


def _codes(room: Room) -> list[RoomCode]:
    return list(room.codes.filter(gone_at=None))


def _roles(room: Room) -> list[str]:
    """The roles of the room's template as 100ms has them now: our copy may not know of one just made."""
    asked = client(patience=0)
    template_id = room.template_id or asked.rooms.get(room.pk).template_id
    return sorted(asked.templates.get(template_id).roles)


def _end_of(token: str) -> datetime | None:
    """When a token ends by its own word. We only read it; to check it is 100ms's business."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None  # only that it is a text is certain (contract, RoomCodeToken)
