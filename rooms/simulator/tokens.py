"""Checks management tokens as the contract's securitySchemes describe them, and issues auth tokens for peers."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
from jwt.types import Options

from rooms.simulator.refusals import Refused

_LIFE = 86_400  # seconds that an auth token is good for

_CLAIMS = ["access_key", "type", "version", "jti", "iat", "nbf", "exp"]


class Tokens:
    """`clock` gives Unix seconds of real time: a client signs by its own clock, whatever the world's says."""

    def __init__(self, access_key: str, secret: str, clock: Callable[[], float]) -> None:
        self._access_key = access_key
        self._secret = secret
        self._clock = clock
        self._seen: dict[str, dict[str, Any]] = {}  # tokens whose signature was good

    def issue(self, room_id: str, role: str, user_id: str) -> str:
        """An auth (app) token with which one peer joins a room."""
        now = int(self._clock())
        times = {"iat": now, "nbf": now, "exp": now + _LIFE}
        who = {"room_id": room_id, "role": role, "user_id": user_id}
        claims = {"access_key": self._access_key, "type": "app", "version": 2, "jti": str(uuid4()), **who, **times}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def check(self, authorization: str) -> None:
        """Raises Refused: 401 without a valid token, 403 for a peer's (`type` app), which commands nothing."""
        claims = self._valid(authorization)
        if claims["type"] == "app":
            raise Refused(403, "user does not have required permission")
        if claims["type"] != "management" or claims["version"] != 2:
            raise _invalid("invalid token type or version")

    def check_peer(self, authorization: str) -> None:
        """Raises Refused: 401 without a valid token, 403 for any that is not a peer's."""
        if self._valid(authorization)["type"] != "app":
            raise Refused(403, "user does not have required permission")

    def _valid(self, authorization: str) -> dict[str, Any]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _invalid("not found")
        claims = self._seen.get(token) or self._decode(token)
        now = self._clock()
        if claims["exp"] <= now:
            raise _invalid("token is expired")
        if claims["nbf"] > now or claims["iat"] > now:
            raise _invalid("token is not valid yet")
        if claims["access_key"] != self._access_key:
            raise _invalid("access key not found")
        return claims

    def _decode(self, token: str) -> dict[str, Any]:
        options: Options = {"require": _CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"], options=options)
        except jwt.MissingRequiredClaimError as problem:
            raise _invalid(f"claim {problem.claim} is missing") from problem
        except jwt.InvalidTokenError as problem:
            raise _invalid("signature is invalid") from problem
        if not all(isinstance(claims[name], int | float) for name in ("iat", "nbf", "exp")):
            raise _invalid("times must be Unix seconds")
        if len(self._seen) >= 1000:
            self._seen.clear()
        self._seen[token] = claims
        return claims


def _invalid(detail: str) -> Refused:
    return Refused(401, "Token validation error", detail)
