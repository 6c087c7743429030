"""Instants: one whole number for one moment.

An instant is an `int`, microseconds since 1970-01-01T00:00:00Z. It is aware by construction, exact, fast to
compare and add, and JSON's own kind of number. 100ms writes times with 0 to 9 fraction digits and writes "none"
as the year 1 (EVENTS traps 17 and 18); both are settled here, once, for everybody. So is what no clock of 100ms can
have shown: a time before `FIRST` or from `LAST` on would stretch pages over centuries and break in zones at the edge.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

MILLISECOND: Final = 1_000
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NONE: Final = "0001-01-01T00:00:00"

FIRST: Final = (datetime(2015, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
LAST: Final = (datetime(2100, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


def from_datetime(value: datetime) -> int:
    """The instant of an aware datetime; ValueError for a naive one, whose moment nobody knows."""
    if value.tzinfo is None:
        raise ValueError(f"naive datetime: {value!r}")
    return (value - _EPOCH) // _MICROSECOND


def to_datetime(instant: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


def parse(text: str) -> int | None:
    """The instant of an RFC 3339 text, or None for the year 1, which 100ms writes for "no time".

    Takes 0 to 9 fraction digits, cut (not rounded) to microseconds, and "Z" or an offset. ValueError names the
    text when it is not such a time, has no zone, or lies outside `FIRST` to `LAST`. (EVENTS traps 17 and 18)
    """
    try:
        # fromisoformat also takes weeks, bare dates and decimal commas; 100ms writes none of them.
        if text[4] + text[7] + text[13] + text[16] != "--::" or text[10] not in "T " or text[19] not in ".Z+-":
            raise ValueError(text)
        whole = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except (ValueError, IndexError, TypeError):  # TypeError: it names no zone, so nobody knows its moment
        raise ValueError(f"not an RFC 3339 time: {text!r}") from None
    if FIRST <= whole < LAST:
        return whole
    if text.startswith(_NONE):
        return None
    raise ValueError(f"not a time from 2015 to 2099: {text!r}")


def sequence(text: str) -> str:
    """The nine fraction digits of an RFC 3339 text, which order events within one microsecond (EVENTS trap 17)."""
    digits = text[20:].rstrip("Z").split("+")[0].split("-")[0] if text[19:20] == "." else ""
    return digits.ljust(9, "0")


def to_rfc3339(instant: int) -> str:
    """RFC 3339 in UTC with milliseconds, cut and not rounded: "2026-11-12T07:00:01.816Z"."""
    return f"{to_datetime(instant).isoformat(timespec='milliseconds')[:-6]}Z"


def clock(instant: int, zone: tzinfo, *, seconds: bool = False) -> str:
    """The time of day as a clock on the wall in `zone` shows it: "10:22", or "10:22:58" with seconds."""
    return to_datetime(instant).astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")
