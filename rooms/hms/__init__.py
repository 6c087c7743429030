"""The 100ms API in Python: tokens, errors, pages, retries and typed objects, in 100ms's own words.

Imports httpx, msgspec, PyJWT and the standard library; never Django, and nothing of the rest of Rollcall. Its
facts come from the contract, `tests/contract/100ms-openapi.yaml`.
"""

from rooms.hms.client import Client, operations
from rooms.hms.errors import (
    BadRequest,
    CallTimedOut,
    Conflict,
    ConnectionFailed,
    CursorExpired,
    Error,
    ErrorAnswer,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    TimedOut,
    Unauthorized,
    UnreadableAnswer,
)

__all__ = [
    "BadRequest",
    "CallTimedOut",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "CursorExpired",
    "Error",
    "ErrorAnswer",
    "Forbidden",
    "NotFound",
    "RateLimited",
    "Refused",
    "ServerFailed",
    "TimedOut",
    "Unauthorized",
    "UnreadableAnswer",
    "operations",
]
