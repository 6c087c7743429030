"""Durations in words, the same everywhere: on pages, in the sentences read aloud, in notes and moments.

Lengths are microseconds (see `analytics.instants`). "47 min" is what people say; the exact value ("47 min 12 s")
stands in the sum that a figure opens and in its title.
"""

from __future__ import annotations

from typing import Final

from analytics.instants import MINUTE, SECOND

_HOURS_FROM: Final = 100  # "90 min" reads as a length of a lesson; from here on hours read better


def words(micros: int) -> str:
    """A length as people say it: "8 s", "42 min", "90 min", "2 h", "2 h 5 min"; 0 is "0 s"."""
    whole = seconds(micros)
    if whole < 60:
        return f"{whole} s"
    minutes = (whole + 30) // 60
    if minutes < _HOURS_FROM:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def exact(micros: int) -> str:
    """A length to the second: "8 s", "2 min 06 s", "1 h 30 min 00 s"."""
    minutes, rest = divmod(seconds(micros), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"


def minutes(micros: int) -> int:
    """Whole minutes, half a minute rounding up, never less than one: for "came 8 min late"."""
    return max(1, (max(0, micros) + MINUTE // 2) // MINUTE)


def seconds(micros: int) -> int:
    """Whole seconds, half a second rounding up."""
    return (max(0, micros) + SECOND // 2) // SECOND
