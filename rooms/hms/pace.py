"""How fast we ask, and how long we wait before asking again."""

import random
import threading
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds one call may spend waiting between tries; a longer wish of 100ms is for the caller to plan for."""

FIRST_WAIT = 0.5
LONGEST_WAIT = 8.0


class Pace:
    """A token bucket that threads share: `per_second` calls, with a burst of one second's worth after a rest.

    100ms documents no limit for most endpoints (contract, x-rate-limits); this keeps a long pull from finding
    out. `float("inf")` means no limit. `clock` gives seconds.
    """

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        if not per_second > 0:
            raise ValueError("requests_per_second must be more than 0")
        self._per_second = per_second
        self._burst = max(1.0, per_second)
        self._clock = clock
        self._lock = threading.Lock()
        self._left = self._burst
        self._seen_at = clock()

    def turn(self) -> float:
        """Take the next turn and return the seconds until it comes; 0 when it is now."""
        if self._per_second == float("inf"):
            return 0.0
        with self._lock:
            now = self._clock()
            # A clock set back must not hand out a wait of hours.
            gone = max(0.0, now - self._seen_at)
            self._seen_at = now
            self._left = min(self._burst, self._left + gone * self._per_second) - 1
            return max(0.0, -self._left / self._per_second)


def wait_before_retry(tries: int, retry_after: float | None) -> float:
    """Seconds to wait after `tries` failed tries.

    What 100ms asked for and a little more, else doubling from `FIRST_WAIT` to `LONGEST_WAIT` with jitter. The
    jitter keeps workers that failed together from coming back together.
    """
    if retry_after is not None:
        return retry_after + random.uniform(0, 0.5)
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (tries - 1)) * random.uniform(0.5, 1)
