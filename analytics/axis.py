"""The time axis of a timeline: where an instant is drawn, and where the labels stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from analytics.instants import clock

UNITS: Final = 20_000  # path data is whole numbers in a viewBox this wide, stretched to the lane


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under a grid line. `minor` ones are left out on a phone."""

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
    session_end: int
    is_live: bool
    zone: tzinfo
    step: int  # between grid lines, microseconds
    ticks: tuple[Tick, ...] = ()

    @property
    def span(self) -> int:
        return self.end - self.start

    def x(self, at: int) -> float:
        """Where `at` is, 0..1; instants off the axis stick to its ends."""
        return round(min(max(0.0, (at - self.start) / self.span), 1.0), 5)

    def units(self, at: int) -> int:
        return min(max(0, (at - self.start) * UNITS // self.span), UNITS)

    def clock(self, at: int, *, seconds: bool = False) -> str:
        return clock(at, self.zone, seconds=seconds)
