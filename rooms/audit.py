"""The book of changes. Who asked for what, and what came of it; the only module that writes `AuditEntry`.

`change(…)` goes around a change of 100ms and writes two entries; `note(…)` writes one, for what is done at once: a
secret shown, students' data taken out, access given. Each entry holds the digest of the one before; `broken()` proves
the chain.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import isfinite
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone
from structlog.contextvars import get_contextvars

from rooms import hms
from rooms.actors import Actor, Machine, name_of
from rooms.masking import masked, masked_text
from rooms.models import AuditEntry, Room

Outcome = AuditEntry.Outcome

_LOCK: Final = 7_082_025  # any number, the same in every process
_FIELDS: Final = (
    "id", "at", "change", "actor", "action", "outcome", "target_kind", "target_id", "target_name", "room_id", "before",
    "after", "problem", "request_id", "previous_digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """What is changed: `kind` a noun of 100ms ("room", "template", "poll", …), its id ("" before it has one)."""

    kind: str
    id: str = ""
    name: str = ""
    room_id: str = ""


def of_room(room: Room) -> Target:
    return Target("room", room.pk, str(room), room.pk)


@dataclass(slots=True)
class Change:
    """A change under way. The operation calls `done` as soon as 100ms has confirmed it."""

    actor: Actor
    action: str
    target: Target
    before: Any
    after: Any
    id: UUID = field(default_factory=uuid4)
    confirmed: bool = False

    def done(self, *, target: Target | None = None, after: Any = None) -> None:
        """100ms has said yes: what the target is now called, and how it stands, where that differs from the request."""
        self.confirmed = True
        self.target = target or self.target
        self.after = self.after if after is None else after


@contextmanager
def change(actor: Actor, action: str, target: Target, *, before: Any = None, after: Any = None) -> Iterator[Change]:
    """Goes around a change: "requested" before it, then "succeeded", "failed", or "no answer".

    `before` and `after`: the settings that change, as JSON; secrets in them are masked here. Errors pass through. A
    change that 100ms confirmed stays "succeeded" even when we then fail to copy it: the next mirror mends the copy.
    """
    under_way = Change(actor, action, target, before, after)
    _write(under_way, Outcome.REQUESTED)
    try:
        yield under_way
    except Exception as problem:
        outcome = Outcome.SUCCEEDED if under_way.confirmed else outcome_of(problem)
        _write(under_way, outcome, problem=str(problem) or type(problem).__name__)
        raise
    _write(under_way, Outcome.SUCCEEDED)


def note(
    actor: Actor, action: str, target: Target, *, before: Any = None, after: Any = None, problem: str = ""
) -> AuditEntry:
    """One entry for what is done at once, in the transaction of what it tells of where there is one."""
    return _write(Change(actor, action, target, before, after), Outcome.SUCCEEDED, problem=problem)


def note_once(actor: Actor, action: str, target: Target, *, within: timedelta, after: Any = None) -> AuditEntry | None:
    """As `note`, unless the actor's same act on the same target was noted less than so long ago; None then.

    For what a machine does many times over while a person does it once: a player that asks for a film piece by piece.
    """
    with transaction.atomic():
        _turn()
        since = timezone.now() - within
        known = AuditEntry.objects.filter(
            actor=name_of(actor), action=action, target_kind=target.kind, target_id=_text(target.id, 128), at__gt=since
        )
        return None if known.exists() else note(actor, action, target, after=after)


def settle(request: AuditEntry, *, happened: bool, target: Target) -> AuditEntry:
    """Write what a later look at 100ms showed of a change that got no answer (`rooms.elsewhere`).

    It stays the change of who asked for it, whoever looked. Of two who look at once the second finds it written.
    """
    asker = Machine(request.actor)
    found = Change(asker, request.action, target, request.before, request.after, id=request.change)
    text = "100ms has it" if happened else "100ms does not have it"
    outcome = Outcome.SUCCEEDED if happened else Outcome.FAILED
    with transaction.atomic():
        _turn()
        known = AuditEntry.objects.filter(change=request.change, outcome__in=(Outcome.SUCCEEDED, Outcome.FAILED))
        problem = f"No answer came; {text} by now."
        return known.first() or _write(found, outcome, problem=problem, request_id=request.request_id)


def outcome_of(problem: Exception) -> AuditEntry.Outcome:
    """What an error tells of the change: nothing done, or nobody knows.

    Without a whole answer, and after a 5xx, 100ms may have made the change all the same.
    """
    unsure = hms.ConnectionFailed | hms.ServerFailed | hms.UnreadableAnswer
    return Outcome.UNSURE if isinstance(problem, unsure) else Outcome.FAILED


def broken() -> str:
    """Where the chain first breaks, in words; "" when it is whole."""
    expected = ""
    for number, entry in enumerate(AuditEntry.objects.order_by("id").iterator(chunk_size=2000), start=1):
        if entry.id != number:
            return f"entry {number} is missing: the next one there is {entry.id}"
        if entry.previous_digest != expected:
            return f"entry {entry.id} does not follow the one before it"
        if entry.digest != digest(entry):
            return f"entry {entry.id} was changed after it was written"
        expected = entry.digest
    return ""


def digest(entry: AuditEntry) -> str:
    """SHA-256 over all that the entry says and the digest of the one before it, as JSON with sorted keys."""
    said = {name: getattr(entry, name) for name in _FIELDS}
    said["at"], said["change"] = entry.at.isoformat(), str(entry.change)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


@transaction.atomic
def _write(change: Change, outcome: AuditEntry.Outcome, *, problem: str = "", request_id: str = "") -> AuditEntry:
    _turn()
    last = AuditEntry.objects.order_by("-id").first()
    entry = AuditEntry(
        id=last.id + 1 if last else 1,
        at=timezone.now(),
        change=change.id,
        actor=name_of(change.actor),
        action=change.action,
        outcome=outcome,
        target_kind=change.target.kind,
        target_id=_text(change.target.id, 128),
        target_name=_text(change.target.name, 255),
        room_id=_text(change.target.room_id, 64),
        before=_json(change.before),
        after=_json(change.after),
        problem=_text(masked_text(problem), 2000),
        request_id=_text(request_id or str(get_contextvars().get("request_id", "")), 64),
        previous_digest=last.digest if last else "",
    )
    entry.digest = digest(entry)
    entry.save()
    return entry


def _turn() -> None:
    """One writer at a time, until the transaction ends; on SQLite the immediate transaction is that lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _text(text: str, longest: int) -> str:
    return text.replace("\x00", "")[:longest]


def _json(value: Any) -> Any:
    """As the database will give it back: masked, plain JSON, and without the one character PostgreSQL refuses."""
    return None if value is None else json.loads(json.dumps(_plain(masked(value))))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # PostgreSQL gives 1e16 back as a whole number, and has no -0.0
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    return str(value).replace("\x00", "")
