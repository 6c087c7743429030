"""The management token that every call carries (contract, security scheme managementToken)."""

import threading
import uuid
from collections.abc import Callable

import jwt

LIFE = 24 * 3600
"""Seconds a token lives: the usual life the contract names."""

EARLY = 300
"""Seconds before its end that a token is replaced, so that none dies on the way."""

BACKDATED = 10
"""Seconds `iat` and `nbf` lie in the past, against a server clock that is a little behind ours."""


class Tokens:
    """Makes management tokens and reuses each until near its end. Threads may share one.

    `clock` gives Unix seconds.
    """

    def __init__(self, access_key: str, secret: str, clock: Callable[[], float]) -> None:
        if not access_key or not secret:
            raise ValueError("100ms needs an access key and a secret")
        self._access_key = access_key
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._replace_at = 0.0

    def __repr__(self) -> str:
        return "<Tokens>"

    def current(self) -> str:
        """A token with at least `EARLY` seconds to live."""
        with self._lock:
            now = self._clock()
            if now >= self._replace_at:
                self._token = self._sign(int(now))
                self._replace_at = now + LIFE - EARLY
            return self._token

    def forget(self, token: str) -> None:
        """Stop using a token that 100ms refused. Of many threads refused at once, one makes the next."""
        with self._lock:
            if token == self._token:
                self._replace_at = 0.0

    def _sign(self, now: int) -> str:
        claims = {
            "access_key": self._access_key,
            "type": "management",
            "version": 2,
            "jti": str(uuid.uuid4()),
            "iat": now - BACKDATED,
            "nbf": now - BACKDATED,
            "exp": now + LIFE,
        }
        return jwt.encode(claims, self._secret, algorithm="HS256")
