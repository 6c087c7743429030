"""The clock every part of the simulator reads: a callable that gives Unix nanoseconds, and its text forms.

100ms writes instants in three grains: whole seconds (a webhook's `timestamp`), milliseconds (session and
room objects) and nanoseconds without trailing zeros (analytics events, times inside `data`): EVENTS trap 17.
A coarser text is always cut, never rounded, from the same instant.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

Clock = Callable[[], int]

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

NEVER = "0001-01-01T00:00:00Z"  # how 100ms writes "no value": EVENTS trap 18


class SimulatedClock:
    """Runs from `start` (Unix nanoseconds; now if absent) at `speed` times the pace of real time.

    `advance` jumps ahead, `speed` may change while it runs. It never runs backwards: where the machine sets its own
    clock back it stands still until that has caught up, or what happens meanwhile would be told of as past.
    """

    def __init__(self, start: int | None = None, *, speed: float = 1.0, real: Clock = time.time_ns) -> None:
        self._lock = threading.Lock()
        self._real = real
        self._anchor = real()
        self._value = self._anchor if start is None else start
        self._speed = speed
        self._latest = self._value

    def __call__(self) -> int:
        with self._lock:
            return self._now()

    def _now(self) -> int:
        self._latest = max(self._latest, self._value + int((self._real() - self._anchor) * self._speed))
        return self._latest

    @property
    def speed(self) -> float:
        """Simulated seconds a real second."""
        return self._speed

    def run_at(self, speed: float) -> None:
        """Change the pace from now on; 0 stands still.

        Raises ValueError for a pace below zero.
        """
        if speed < 0:
            raise ValueError("a clock does not run backwards")
        with self._lock:
            self._value, self._anchor = self._now(), self._real()
            self._speed = speed

    def advance(self, seconds: float) -> None:
        """Jump ahead.

        Raises ValueError for a jump back.
        """
        if seconds < 0:
            raise ValueError("a clock does not run backwards")
        with self._lock:
            self._value += int(seconds * SECOND)


@lru_cache(maxsize=8192)
def _second(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def in_seconds(instant: int) -> str:
    """`2023-04-18T08:00:02Z`."""
    return _second(instant // SECOND) + "Z"


def in_milliseconds(instant: int) -> str:
    """`2023-04-18T08:00:02.044Z`, as session objects have it: trailing zeros dropped."""
    seconds, rest = divmod(instant, SECOND)
    fraction = f"{rest // 1_000_000:03d}".rstrip("0")
    return f"{_second(seconds)}.{fraction}Z" if fraction else f"{_second(seconds)}Z"


def in_nanoseconds(instant: int) -> str:
    """`2023-04-18T08:00:02.044848646Z`: 0 to 9 digits, trailing zeros dropped."""
    seconds, rest = divmod(instant, SECOND)
    fraction = f"{rest:09d}".rstrip("0")
    return f"{_second(seconds)}.{fraction}Z" if fraction else f"{_second(seconds)}Z"


def instant_of(text: str) -> int:
    """Unix nanoseconds of an RFC 3339 text; digits past the microsecond are cut.

    Raises ValueError when it is none, or names no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no zone in {text!r}")
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds * 1000
