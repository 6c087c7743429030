"""The time axis of a timeline: where an instant is drawn, and where the labels stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from analytics.activity import Frame, Person
from analytics.instants import HOUR, MINUTE, SECOND, clock, to_datetime

UNITS: Final = 20_000  # path data is whole numbers in a viewBox this wide, stretched to the lane

_STEPS: Final = [
    *(n * SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12, 24)),
]
_SHORTEST: Final = 10 * SECOND  # a session of no length still has an axis
_REACH: Final = 12 * HOUR  # a session lasts 12 h at most (EVENTS trap 23); what is told further off has a wrong clock
_BEFORE: Final = 0.03  # of the length: 90 s of 50 minutes, room for a mark at any length
_AFTER: Final = 0.04  # two minutes of 50
_EDGE: Final = 0.012  # a label nearer to the edge would be cut

# How far labels must stand apart, as a share of the axis, on the narrowest desktop (500 px) and on a phone (358 px).
_APART: Final = 0.075
_APART_SECONDS: Final = 0.125  # "10:00:02" is wider
_APART_PHONE: Final = 0.14
_APART_PHONE_SECONDS: Final = 0.22


@dataclass(frozen=True, slots=True)
class Tick:
    """A label above a grid line. `minor` ones are left out on a phone."""

    at: int
    x: float  # 0..1
    label: str  # "10:05", or "10:00:02" on an axis of seconds
    minor: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """From `start` to `end`; the session runs from `session_start` to `session_end`, what follows is hatched.

    `x` and `width` give fractions 0..1 for elements placed in percent, `units` whole numbers 0..UNITS for path data.
    """

    start: int
    end: int
    session_start: int
    session_end: int  # the session's end, or now
    is_live: bool
    zone: tzinfo
    step: int  # between grid lines, microseconds
    ticks: tuple[Tick, ...] = ()

    @property
    def span(self) -> int:
        return self.end - self.start

    def x(self, at: int) -> float:
        """Where `at` is, 0..1; instants off the axis stick to its ends."""
        if at <= self.start:
            return 0.0
        return 1.0 if at >= self.end else round((at - self.start) / (self.end - self.start), 5)

    def width(self, start: int, end: int) -> float:
        return round(self.x(end) - self.x(start), 5)

    def units(self, at: int) -> int:
        return min(max(0, (at - self.start) * UNITS // self.span), UNITS)

    def clock(self, at: int, *, seconds: bool = False) -> str:
        return clock(at, self.zone, seconds=seconds)


def axis_of(frame: Frame, people: Iterable[Person], zone: tzinfo) -> Axis:
    """The axis of a session: all of it and of everybody in it, with room for marks at both ends.

    That of a running session ends on a whole step, so that a page redrawn every few seconds stands still and
    moves on only once a step.
    """
    start, until = frame.started_at, frame.until
    for person in people:
        first, last = person.first_joined_at, person.last_left_at
        if frame.started_at - _REACH <= first and last <= frame.until + _REACH:
            start, until = min(start, first), max(until, last)
    length = max(until - start, _SHORTEST)
    end = start + int(length * (1 + _AFTER))
    if frame.is_live:
        step = _step(length)
        end = start - -(end - start) // step * step
    begin = start - int((end - start) / (1 + _AFTER) * _BEFORE)
    bare = Axis(begin, end, frame.started_at, frame.until, frame.is_live, zone, _step(end - begin))
    return replace(bare, ticks=tuple(_ticks(bare, end if frame.is_live else start + length)))


def _step(span: int) -> int:
    """The smallest step whose labels cannot collide."""
    for step in _STEPS:
        if step >= span * (_APART if step >= MINUTE else _APART_SECONDS):
            return step
    return _STEPS[-1]


def _ticks(axis: Axis, last: int) -> Iterator[Tick]:
    """Labels at round times of the viewer's clock, up to `last`."""
    fine = axis.step < MINUTE
    apart = _APART_PHONE_SECONDS if fine else _APART_PHONE
    every = next(n for n in (1, 2, 3, 4, 6) if n * axis.step >= axis.span * apart or n == 6)
    shift = to_datetime(axis.start).astimezone(axis.zone).utcoffset()
    east = int(shift.total_seconds()) * SECOND if shift else 0
    number = -(-(axis.start + east) // axis.step)
    first_shown: int | None = None
    while (at := number * axis.step - east) <= last:
        x = axis.x(at)
        if _EDGE <= x <= 1 - _EDGE:
            first_shown = number if first_shown is None else first_shown
            yield Tick(at, x, axis.clock(at, seconds=fine), minor=bool((number - first_shown) % every))
        number += 1
