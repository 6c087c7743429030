"""What was asked of the API, so that a test or a demo can see what reached 100ms and what did not."""

import threading
from collections import deque
from typing import Any, NamedTuple

import orjson

from rooms.simulator.exchange import Request

KEPT = 1000


class Received(NamedTuple):
    """One request: `path` as it was sent, without the query; `body` is None where it was none or no JSON."""

    method: str
    path: str
    body: Any


class Requests:
    """The last requests to the API, oldest first, those too that a fault befell. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: deque[Received] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, request: Request) -> None:
        """Keep one."""
        try:
            body = orjson.loads(request.body) if request.body else None
        except orjson.JSONDecodeError:
            body = None
        with self._lock:
            self._kept.append(Received(request.method, request.path, body))

    def all(self) -> list[Received]:
        """Those since the last `clear`."""
        with self._lock:
            return list(self._kept)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._kept.clear()
