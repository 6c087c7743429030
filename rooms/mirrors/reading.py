"""What 100ms tells room by room only: when it was last read, whose turn it is, and what went wrong.

Not a mirror of its own: `room_codes` and `stream_keys` share it. The only module that writes `Reading`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import randrange
from typing import Any, Final

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from rooms import hms
from rooms.connection import NotConfigured
from rooms.masking import masked_text
from rooms.mirrors.pulling import Pulled
from rooms.models import Reading, Room

Kind = Reading.Kind

FRESH_FOR: Final = timedelta(seconds=60)
# After a try that failed, pages show the copy for so long without asking again: each try may cost a whole time-out.
REST: Final = timedelta(seconds=15)
# Longer than a look and a change can take together; a process that died within them holds nobody up for longer.
CLAIMED_FOR: Final = timedelta(minutes=2)
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FORGOTTEN: Final = datetime(2001, 1, 1, tzinfo=UTC)  # what was asked before is only `forget`'s mark


@contextmanager
def noted(room: Room, kind: Reading.Kind, *, at: datetime) -> Iterator[None]:
    """Goes around the reading of one room; errors are kept in words and pass through."""
    before = of(room, kind)
    try:
        yield
    except (hms.Error, NotConfigured) as problem:
        _note(room, kind, before, at, problem=words_of(problem))
        raise
    _note(room, kind, before, at, read_at=at, problem="")


def _note(room: Room, kind: Reading.Kind, before: Reading | None, at: datetime, **told: Any) -> None:
    """What was forgotten since `before` stays due: the answer may be from before the change."""
    _, made = Reading.objects.get_or_create(room=room, kind=kind, defaults={"asked_at": at, **told})
    if made:
        return
    mine = Reading.objects.filter(room=room, kind=kind)
    mine.update(**told)
    forgotten_since = Q(asked_at__lt=_FORGOTTEN) & ~Q(asked_at=before.asked_at if before else None)
    mine.exclude(forgotten_since).update(asked_at=at)


def of(room: Room, kind: Reading.Kind) -> Reading | None:
    return Reading.objects.filter(room=room, kind=kind).first()


def is_due(reading: Reading | None, *, now: datetime) -> bool:
    """Is the copy too old for somebody who looks at it now?"""
    return reading is None or reading.asked_at < now - (REST if reading.problem else FRESH_FOR)


def forget(room: Room, kind: Reading.Kind) -> None:
    """The copy may be wrong from now on: whoever looks next reads again, and the schedule comes to it first."""
    # A moment of its own each time, by which whoever is reading just now sees it.
    mark = _LONG_AGO + timedelta(microseconds=randrange(1, 10**12))
    Reading.objects.filter(room=room, kind=kind).update(asked_at=mark)


def longest_unread(kind: Reading.Kind, *, most: int) -> list[Room]:
    """The rooms whose turn it is, those never asked first. Of disabled rooms 100ms tells neither codes nor keys."""
    asked = Reading.objects.filter(room=OuterRef("pk"), kind=kind)
    rooms = Room.objects.filter(enabled=True, gone_at=None).exclude(mirrored_at=None)
    return list(
        rooms.annotate(asked_at=Subquery(asked.values("asked_at")[:1])).order_by(
            F("asked_at").asc(nulls_first=True), "pk"
        )[:most]
    )


class BeingChanged(ValueError):
    """Somebody else, or the same press of a button twice, is at it."""

    def __init__(self) -> None:
        super().__init__("The same is being changed in this room at this moment. Look again in a few seconds")


@contextmanager
def alone(room: Room, kind: Reading.Kind) -> Iterator[None]:
    """Goes around a look and the change that follows from it: one at a time in a room. Raises `BeingChanged`."""
    now = timezone.now()
    Reading.objects.get_or_create(room=room, kind=kind, defaults={"asked_at": _LONG_AGO})
    claim = now + CLAIMED_FOR
    mine = Reading.objects.filter(room=room, kind=kind)
    if not mine.filter(Q(claimed_until=None) | Q(claimed_until__lt=now)).update(claimed_until=claim):
        raise BeingChanged
    try:
        yield
    finally:
        mine.filter(claimed_until=claim).update(claimed_until=None)


def pull_rooms(kind: Reading.Kind, pull: Callable[[Room], Pulled], *, most: int) -> Pulled:
    """`pull` what hangs on the `most` rooms that were read longest ago.

    A room that is closed, or an account without stream keys, is told on the room's own page and is no failure here.
    When 100ms does not answer or asks to wait, the others wait for the next run: each would cost a whole time-out.
    """
    pulled = Pulled()
    for room in longest_unread(kind, most=most):
        try:
            one = pull(room)
        except (hms.Forbidden, hms.NotFound):
            continue
        except hms.Error as problem:
            pulled.problems.append(f"{kind} of {room.pk}: {problem}")
            if not isinstance(problem, hms.BadRequest | hms.UnreadableAnswer):
                break
            continue
        pulled.pages += one.pages
        pulled.objects += one.objects
    return pulled


class NotRead(ValueError):
    """100ms could not be read before a change, so nothing was asked of it."""

    def __init__(self) -> None:
        super().__init__(
            "100ms could not be read just now. Nothing was made or changed: without knowing what is there already, "
            "there might soon be two. Try again in a minute"
        )


@contextmanager
def before_a_change() -> Iterator[None]:
    """Goes around the look before what 100ms would do twice when asked twice.

    No answer becomes `NotRead`; a refusal passes, for it would meet the change as well.
    """
    try:
        yield
    except (hms.ConnectionFailed, hms.ServerFailed, hms.UnreadableAnswer) as problem:
        raise NotRead from problem


def words_of(problem: Exception) -> str:
    """Why 100ms could not be read, for who looks at the copy. No secrets."""
    match problem:
        case hms.ConnectionFailed():
            return "100ms did not answer"
        case hms.ServerFailed():
            return f"100ms failed ({problem.status})"
        case hms.RateLimited():
            return "100ms asks us to wait"
        case hms.Unauthorized():
            return "100ms does not take our keys"
        case hms.ErrorAnswer():
            return masked_text(f"100ms answered {problem.status}: {problem.message}")
    return masked_text(str(problem))
