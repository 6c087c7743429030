"""Whose turn it is: when the polls, or the recordings, of a session are read next. What their pulls share.

A turn is claimed by a conditional UPDATE, so two workers never take the same one; a crash frees it after `LEASE`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet

from analytics.models import Session
from analytics.models.turn import Turn
from analytics.pulling import HORIZON, LEASE, Clock, end_of, wait_after
from analytics.queries import LONGEST_SESSION

T = TypeVar("T", bound=Turn)


def ended(now: datetime) -> Q:
    """Sessions that ended within what 100ms remembers, those included whose end nobody told."""
    return Q(ended_at__isnull=False, ended_at__gt=now - HORIZON) | Q(
        ended_at=None, started_at__lt=now - LONGEST_SESSION, started_at__gt=now - HORIZON
    )


def follow(model: type[T], sessions: QuerySet[Session], *, soon: timedelta, now: datetime) -> int:
    """Put these sessions on the due list, unless they are there: `soon` after their end, or now; how many were new."""
    known = model._default_manager.values("session_id")
    rows = [
        model(session_id=session.pk, room_id=session.room_id, due_at=now if end is None else end + soon)
        for session in sessions.exclude(pk__in=known)
        for end in [end_of(session, now)]
    ]
    model._default_manager.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def claim_due(model: type[T], *, now: datetime, session_id: str | None = None, newest: bool = False) -> str | None:
    """Take one session that is due, the longest due first or the newest, or this one if it is."""
    due = model._default_manager.filter(due_at__lte=now)
    if session_id is not None:
        due = due.filter(pk=session_id)
    pks: list[str] = list(due.order_by("-due_at" if newest else "due_at").values_list("pk", flat=True)[:20])
    for pk in pks:
        if model._default_manager.filter(pk=pk, due_at__lte=now).update(due_at=now + LEASE) == 1:
            return pk
    return None


@dataclass
class Reading:
    """What came of a turn: `done` says when the next is due, None for never; else `problem` is why it must be read
    again."""

    began: datetime
    problem: Exception | None = None
    is_done: bool = False
    due_at: datetime | None = None

    def done(self, due_at: datetime | None) -> None:
        self.is_done, self.due_at = True, due_at


@contextmanager
def taken(turn: Turn, *, clock: Clock) -> Iterator[Reading]:
    """A turn while it is read. What goes wrong puts it off, and so does a reading that is not done in the end."""
    reading = Reading(clock())
    try:
        yield reading
    except Exception as problem:
        _put_off(turn, clock(), problem)
        raise
    if not reading.is_done:
        _put_off(turn, clock(), reading.problem)
        return
    turn.failures, turn.pulled_at, turn.due_at = 0, reading.began, reading.due_at
    turn.final_at = reading.began if reading.due_at is None else None
    turn.save(update_fields=["failures", "pulled_at", "due_at", "final_at"])
    # Who has asked since it began may know of what came after it was read.
    asked_since = type(turn)._default_manager.filter(pk=turn.pk, asked_at__gt=reading.began)
    asked_since.update(due_at=clock(), final_at=None)


def _put_off(turn: Turn, now: datetime, problem: Exception | None) -> None:
    turn.failures += 1
    turn.due_at = now + wait_after(turn.failures, getattr(problem, "retry_after", None))
    turn.save(update_fields=["failures", "due_at"])


def keep(turn: Turn, now: datetime) -> None:
    """It goes on being ours: the reading takes its time."""
    type(turn)._default_manager.filter(pk=turn.pk).update(due_at=now + LEASE)
