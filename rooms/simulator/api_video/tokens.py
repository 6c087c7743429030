"""Who may ask: the key itself, or a token got with it."""

import base64
import binascii
import threading
from collections.abc import Callable
from typing import Any, Final

from rooms.simulator.api_video.library import name_of

LIFE: Final = 3600  # seconds


class Passes:
    """Access tokens live an hour by `clock` (Unix seconds); a refresh token is good once."""

    def __init__(self, key: str, clock: Callable[[], float]) -> None:
        self.key = key
        self._clock = clock
        self._lock = threading.Lock()
        self._made = 0
        self._ends: dict[str, float] = {}
        self._refreshing: set[str] = set()

    def issue(self, key: object) -> dict[str, Any] | None:
        """Contract, schema AccessToken, for the right key."""
        with self._lock:
            return self._new() if key == self.key else None

    def trade(self, refresh: object) -> dict[str, Any] | None:
        """The same for a refresh token that was not used yet."""
        with self._lock:
            if refresh not in self._refreshing:
                return None
            self._refreshing.discard(str(refresh))
            return self._new()

    def allows(self, authorization: str) -> bool:
        """Basic with the key as user name, or Bearer with a token that is alive."""
        scheme, _, text = authorization.partition(" ")
        if scheme == "Basic":
            try:
                return base64.b64decode(text, validate=True).decode() == f"{self.key}:"
            except (binascii.Error, UnicodeDecodeError):
                return False
        return scheme == "Bearer" and self._ends.get(text, 0) > self._clock()

    def _new(self) -> dict[str, Any]:
        self._made += 1
        access, refresh = (f"{name_of(kind, self.key, self._made)}" for kind in ("access-", "def502"))
        self._ends[access] = self._clock() + LIFE
        self._refreshing.add(refresh)
        return {"token_type": "Bearer", "access_token": access, "expires_in": LIFE, "refresh_token": refresh}
