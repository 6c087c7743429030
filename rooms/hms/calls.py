"""One call to 100ms: token, pace, time limit, retries, and the answer read as JSON."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

import httpx
import msgspec

from rooms.hms.errors import (
    ConnectionFailed,
    ErrorAnswer,
    RateLimited,
    ServerFailed,
    TimedOut,
    UnreadableAnswer,
    error_answer,
)
from rooms.hms.pace import PATIENCE, Pace, wait_before_retry

Query = Iterable[tuple[str, str]]


class Bearers(Protocol):
    """Where the token of a call comes from (`rooms.hms.tokens`); threads share it."""

    def current(self) -> str:
        """A token that should be taken."""

    def forget(self, token: str) -> None:
        """That one was refused: the next `current` is another."""


class Explains(Protocol):
    """Reads an answer of 400 and above (`rooms.hms.errors.error_answer`)."""

    def __call__(
        self, call: str, response: httpx.Response, *, now: float, with_cursor: bool, sent: object
    ) -> ErrorAnswer: ...


class Stats:
    """What a client has done so far; threads may share it.

    `requests` HTTP requests sent, `retries` those of them that repeated a call, `seconds_in_http` from
    sending a request to holding its whole answer, `seconds_waited` for the pace and between tries.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0
        self.seconds_in_http = 0.0
        self.seconds_waited = 0.0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return (
            f"<Stats requests={self.requests} retries={self.retries} "
            f"seconds_in_http={self.seconds_in_http:.3f} seconds_waited={self.seconds_waited:.3f}>"
        )

    def add(
        self, *, requests: int = 0, retries: int = 0, seconds_in_http: float = 0, seconds_waited: float = 0
    ) -> None:
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.seconds_in_http += seconds_in_http
            self.seconds_waited += seconds_waited


class Calls:
    """Sends calls for the resources.

    Without `tokens` nothing says who asks, which the auth host wants; `address` is its URL, and "" is the one
    the `http` client was made for. Another API than that of 100ms brings its name, for the messages of errors, and its
    own way to `explain` a refusal; all else is the same (`analytics.api_video`).

    Only calls that are safe to repeat are tried again, `retries` times at most and within `patience` seconds
    from the first try on: on 429, on 5xx and when the connection fails. The loop is our own and not stamina's: stamina
    can neither take its sleep and clock from the caller, nor give up at once when the wait that 100ms asks
    for is longer than we mean to sit out.
    """

    def __init__(
        self,
        http: httpx.Client,
        tokens: Bearers | None,
        pace: Pace,
        stats: Stats,
        *,
        address: str = "",
        name: str = "",
        explain: Explains = error_answer,
        retries: int,
        patience: float = PATIENCE,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._pace = pace
        self._stats = stats
        self._address = address.rstrip("/")
        self._name = f"{name} " if name else ""
        self._explain = explain
        self._retries = retries
        self._patience = patience
        self._clock = clock
        self._sleep = sleep

    def now(self) -> float:
        """Unix seconds by the client's clock."""
        return self._clock()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: object = None,
        repeatable: bool,
        with_cursor: bool = False,
        array: bool = False,
        token: str | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The JSON object that 100ms answers, or the `array`; an empty one for an answer without a body.

        `repeatable`: may the call be sent again when nobody knows whether 100ms acted on it? `with_cursor`:
        the query continues a list, so a refusal may mean that the cursor expired. `token` replaces the
        management token, `timeout` the client's seconds. Raises any `rooms.hms.Error`.
        """
        request = self._http.build_request(
            method,
            self._address + path,
            params=list(query),
            content=None if body is None else msgspec.json.encode(body, enc_hook=_plain),
            headers={} if body is None else {"Content-Type": "application/json"},
            timeout=httpx.USE_CLIENT_DEFAULT if timeout is None else timeout,
        )
        name = f"{self._name}{method} {path}"
        tries, spent = 0, 0.0
        while True:
            tries += 1
            began = self._clock()
            try:
                response = self._once(request, name, token)
                if response.status_code >= 400:
                    raise self._explain(name, response, now=self._clock(), with_cursor=with_cursor, sent=body)
                return _read(response, name, list if array else dict)
            except (ConnectionFailed, RateLimited, ServerFailed) as error:
                wait = wait_before_retry(tries, error.retry_after)
                # What a silent 100ms took counts as well: whoever waits for us waits for both.
                spent += max(0.0, self._clock() - began) + wait
                if not repeatable or tries > self._retries or spent > self._patience:
                    raise
            self._rest(wait)
            self._stats.add(retries=1)

    def _once(self, request: httpx.Request, name: str, token: str | None) -> httpx.Response:
        response = self._send(request, name, token)
        if response.status_code == 401 and token is None and self._tokens is not None:
            # The token may have been refused for its age or a changed secret. Nothing was done, so any call
            # may be repeated. Not on 403, as the official SDK does: that is also the answer to an unknown id.
            self._stats.add(retries=1)
            response = self._send(request, name, token)
        return response

    def _send(self, request: httpx.Request, name: str, token: str | None) -> httpx.Response:
        self._rest(self._pace.turn())
        own = self._tokens.current() if token is None and self._tokens is not None else None
        if own or token:
            request.headers["Authorization"] = f"Bearer {own or token}"
        began = time.perf_counter()
        try:
            response = self._http.send(request)
        except httpx.TimeoutException as error:
            raise TimedOut(f"{name}: no answer in time") from error
        except httpx.DecodingError as error:
            raise UnreadableAnswer(f"{name}: the answer's compression is broken") from error
        except httpx.TransportError as error:
            raise ConnectionFailed(f"{name}: {str(error) or type(error).__name__}") from error
        finally:
            self._stats.add(requests=1, seconds_in_http=time.perf_counter() - began)
        if response.status_code == 401 and own is not None and self._tokens is not None:
            self._tokens.forget(own)
        return response

    def _rest(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)
            self._stats.add(seconds_waited=seconds)


def path(*segments: str) -> str:
    """A path of the API, each segment escaped: an id from outside cannot lead to another endpoint.

    Raises ValueError for an empty or dotted segment, which would name another resource.
    """
    if any(segment in ("", ".", "..") for segment in segments):
        raise ValueError(f"not a path of the API: {'/'.join(segments)}")
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def _plain(value: object) -> object:
    """Whatever maps or lists, as what JSON knows."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"cannot be sent as JSON: {type(value).__name__}")


def _read(response: httpx.Response, name: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
    if response.status_code >= 300:
        # Followed, it would hand the token to whatever host it names.
        raise UnreadableAnswer(f"{name}: a redirect ({response.status_code}); is the API address right?")
    if not response.content:
        return kind()
    try:
        answer = msgspec.json.decode(response.content)
        if b"\\u0000" in response.content:
            answer = _without_nul(answer)
    except RecursionError as error:
        raise UnreadableAnswer(f"{name}: JSON nested too deep to be read") from error
    except msgspec.DecodeError as error:
        kind = response.headers.get("content-type", "no content type")
        raise UnreadableAnswer(f"{name}: not JSON but {kind}, {len(response.content)} bytes") from error
    if not isinstance(answer, kind):
        expected = "a list" if kind is list else "an object"
        raise UnreadableAnswer(f"{name}: expected {expected}, got {type(answer).__name__}")
    return answer


def _without_nul(value: Any) -> Any:
    """NUL, which somebody who joins may put into a name and PostgreSQL takes nowhere, becomes U+FFFD."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(inner) for name, inner in value.items()}
    return [_without_nul(inner) for inner in value] if isinstance(value, list) else value
