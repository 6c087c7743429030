"""A warning that may be due with every request, logged once a minute with how often it was due."""

import threading
import time
from typing import Final

import structlog

EVERY: Final = 60.0  # seconds

logger = structlog.get_logger(__name__)


class Complaint:
    """One thing that is wrong. A storm of refused requests must not become a storm of log lines."""

    def __init__(self, event: str, *, every: float = EVERY) -> None:
        self.event = event
        self.every = every
        self._lock = threading.Lock()
        self._due_at = float("-inf")
        self._times = 0

    def say(self, **fields: object) -> None:
        """Log the warning with `fields` and `times` since the last line, unless it was said just now."""
        with self._lock:
            self._times += 1
            now = time.monotonic()
            if now < self._due_at:
                return
            times, self._times = self._times, 0
            self._due_at = now + self.every
        logger.warning(self.event, times=times, **fields)
