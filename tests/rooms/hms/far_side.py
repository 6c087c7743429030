"""A 100ms of a few lines: it answers what a test lays out, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import jwt

from rooms.hms import Client

ACCESS_KEY = "access-key-of-the-workspace"
SECRET = "the-secret-of-the-workspace-0123456789-0123456789"
NOON = 1_700_000_000.0

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def says(status: int, body: object = None, **headers: str) -> httpx.Response:
    """An answer with a JSON body; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def refuses(status: int, message: str = "no", **headers: str) -> httpx.Response:
    return says(status, {"code": status, "message": message}, **headers)


class FarSide(httpx.BaseTransport):
    """Gives the answers in order; the last one for ever. An exception is a connection that fails."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            # A copy: who asks again may change the request at hand.
            self.requests.append(
                httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            )
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A response object is used up by being read, so each request gets one of its own.
            return httpx.Response(answer.status_code, content=answer.content, headers=_kept(answer))
        return answer(request)

    @property
    def asked(self) -> list[str]:
        """Method, path and query of every request."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    @property
    def tokens(self) -> list[str]:
        return [request.headers["authorization"].removeprefix("Bearer ") for request in self.requests]

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]

    def claims(self) -> list[dict[str, Any]]:
        """What every token says, its signature checked; times are left to the tests, for the clock is theirs."""
        unchecked = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        return [
            jwt.decode(token, SECRET, algorithms=["HS256"], options=unchecked)  # type: ignore[arg-type]
            for token in self.tokens
        ]


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def client_of(far_side: httpx.BaseTransport, time: Time | None = None, **options: Any) -> Client:
    time = time or Time()
    settings: dict[str, Any] = {
        "access_key": ACCESS_KEY,
        "secret": SECRET,
        "transport": far_side,
        "requests_per_second": float("inf"),
        "clock": time.clock,
        "sleep": time.sleep,
    }
    return Client(**{**settings, **options})


def _kept(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.items() if name != "content-length"]
