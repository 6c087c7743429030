"""Telling a worker that something waits, without ever making a webhook wait for it.

Publishing to a broker takes a fraction of a millisecond when all is well and seconds when it is not. So the request
only leaves the room's name here; a thread of this process publishes, at most once a room and `GAP`, because one task
drains the whole room. While the broker is down the names are held (a set: one entry a room) and tried again at
growing pauses. What is lost with the process is found by the sweep: a nudge is never needed, only quicker.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from webhooks.complaints import Complaint

GAP: Final = 0.25  # seconds between two nudges of one room
PAUSES: Final = (1.0, 2.0, 5.0, 10.0)  # seconds to leave a broker alone that could not be reached

_unreachable = Complaint("broker unreachable: deliveries wait for the sweep")


class Nudges:
    """Rooms to nudge. `publish(room_id)` sends one task and raises when it cannot; `sleep` waits so many seconds."""

    def __init__(
        self,
        publish: Callable[[str], object],
        *,
        gap: float = GAP,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._publish = publish
        self._gap = gap
        self._pauses = pauses
        self._sleep = sleep
        self._rooms: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, room_id: str) -> None:
        """Have a worker look into the room soon. Returns at once."""
        with self._lock:
            self._rooms.add(room_id)
            # Started with the first nudge, so that it lives in the process that serves requests, not in its parent.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nudges", daemon=True)
                self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        failures = 0
        while True:
            self._wake.wait()
            self._wake.clear()
            failures = 0 if self._drain() else failures + 1
            if failures:
                self._wake.set()  # what is held is tried again without a new webhook
                self._sleep(self._pauses[min(failures, len(self._pauses)) - 1])
            else:
                self._sleep(self._gap)

    def _drain(self) -> bool:
        """Publish what is held; False, keeping the rest, at the first that cannot be."""
        with self._lock:
            rooms, self._rooms = self._rooms, set()
        while rooms:
            room_id = rooms.pop()
            try:
                self._publish(room_id)
            except Exception as problem:  # noqa: BLE001 - each transport raises errors of its own
                _unreachable.say(problem=type(problem).__name__)
                with self._lock:
                    self._rooms |= rooms | {room_id}
                return False
        return True
