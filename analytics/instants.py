"""Instants: one whole number for one moment.

An instant is an `int`, microseconds since 1970-01-01T00:00:00Z. It is aware by construction, exact, fast to
compare and add, and JSON's own kind of number. 100ms writes times with 0 to 9 fraction digits and writes "none"
as the year 1 (EVENTS traps 17 and 18); both are settled here, once, for everybody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

MILLISECOND: Final = 1_000
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_NONE: Final = "0001-01-01T00:00:00"
_SCALE: Final = (0, 100_000, 10_000, 1_000, 100, 10, 1, 1, 1, 1)


def from_datetime(value: datetime) -> int:
    """The instant of an aware datetime; ValueError for a naive one, whose moment nobody knows."""
    if value.tzinfo is None:
        raise ValueError(f"naive datetime: {value!r}")
    return (value - _EPOCH) // _MICROSECOND


def to_datetime(instant: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


@lru_cache(maxsize=512)
def _day(text: str) -> int:
    """Microseconds up to midnight UTC of "2026-11-12"; ValueError when there is no such day."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError(text)
    return (date(int(text[:4]), int(text[5:7]), int(text[8:])).toordinal() - _EPOCH_DAY) * DAY


@lru_cache(maxsize=8192)
def _time(text: str) -> int:
    """Microseconds since midnight of "07:00:01"; ValueError when the clock has no such time."""
    if len(text) != 8 or text[2] != ":" or text[5] != ":":
        raise ValueError(text)
    digits = text[:2] + text[3:5] + text[6:]
    hours, minutes, seconds = int(text[:2]), int(text[3:5]), int(text[6:])
    if not digits.isdecimal() or hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(text)
    return ((hours * 60 + minutes) * 60 + seconds) * SECOND


@lru_cache(maxsize=64)
def _offset(text: str) -> int:
    """Microseconds east of UTC of "Z" or "+03:00"; ValueError otherwise."""
    if text in {"Z", "z"}:
        return 0
    if len(text) != 6 or text[0] not in "+-" or text[3] != ":":
        raise ValueError(text)
    away = (int(text[1:3]) * 60 + int(text[4:])) * MINUTE
    return away if text[0] == "+" else -away


def parse(text: str) -> int | None:
    """The instant of an RFC 3339 text, or None for the year 1, which 100ms writes for "no time".

    Takes 0 to 9 fraction digits, cut (not rounded) to microseconds, and "Z" or an offset. ValueError names the
    text when it is not such a time or has no zone. (EVENTS traps 17 and 18)
    """
    try:
        if text[10] not in "Tt ":
            raise ValueError(text)
        whole = _day(text[:10]) + _time(text[11:19])
        rest = text[19:]
        if rest[0] == ".":
            end = len(rest) - 1 if rest[-1] in "Zz" else len(rest) - 6
            digits = rest[1:end]
            if not 1 <= len(digits) <= 9 or not digits.isdecimal():
                raise ValueError(text)
            whole += int(digits[:6]) * _SCALE[len(digits)]
            rest = rest[end:]
        whole -= _offset(rest)
    except (ValueError, IndexError, TypeError):
        raise ValueError(f"not an RFC 3339 time: {text!r}") from None
    if text[:19] == _NONE:
        return None
    return whole


def sequence(text: str) -> str:
    """The nine fraction digits of an RFC 3339 text, which order events within one microsecond (EVENTS trap 17)."""
    digits = text[20:].rstrip("Zz").split("+")[0].split("-")[0] if text[19:20] == "." else ""
    return digits.ljust(9, "0")


def to_rfc3339(instant: int) -> str:
    """RFC 3339 in UTC with milliseconds, cut and not rounded: "2026-11-12T07:00:01.816Z"."""
    return f"{to_datetime(instant).isoformat(timespec='milliseconds')[:-6]}Z"


def clock(instant: int, zone: tzinfo, *, seconds: bool = False) -> str:
    """The time of day as a clock on the wall in `zone` shows it: "10:22", or "10:22:58" with seconds."""
    return to_datetime(instant).astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")
