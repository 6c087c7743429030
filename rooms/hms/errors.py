"""What can go wrong between us and 100ms.

    Error
    ├── ConnectionFailed         no answer: refused, cut, unknown host
    │   └── TimedOut             no answer in time
    ├── ErrorAnswer              an answer that says no; see its attributes
    │   ├── Refused              4xx: asking again the same way will not help
    │   │   ├── BadRequest       400
    │   │   │   └── CursorExpired   a page cursor that 100ms no longer takes (400, 404 or 410)
    │   │   ├── Unauthorized     401, also with a fresh token: the keys are wrong
    │   │   ├── Forbidden        403, also what 100ms says to an id it never made
    │   │   ├── NotFound         404
    │   │   ├── CallTimedOut     408, nobody took a telephone call in time
    │   │   ├── Conflict         409
    │   │   └── RateLimited      429, `retry_after` says for how long if 100ms said so
    │   └── ServerFailed         5xx
    └── UnreadableAnswer         not JSON, or not the shape the contract gives

No message carries a token, a secret, a query or a body we sent: a call is named by its method and path, and what
100ms says is cleared of secrets (`rooms.hms.secrets`). All of them can be pickled, for task queues send them
between processes.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec

from rooms.hms.secrets import without_secrets


class Error(Exception):
    """Anything that went wrong while talking to 100ms."""

    retry_after: float | None = None
    """Seconds 100ms asked us to wait; None when it named none."""


class ConnectionFailed(Error):
    """No whole answer came: the host is unknown, refuses, or hung up in the middle."""


class TimedOut(ConnectionFailed):
    """Nothing came for as long as the client was told to wait. A change may have happened all the same."""


class UnreadableAnswer(Error):
    """100ms answered something that is not JSON or lacks what the contract requires."""


class ErrorAnswer(Error):
    """An answer that says no (contract, schema Error).

    `call` is the method and path, `status` the HTTP status, `code` the body's own repeat of it, `message` and
    `details` 100ms's words, `request_id` the id to give to their support ("" when there was none),
    `retry_after` seconds or None.
    """

    def __init__(
        self,
        call: str,
        status: int,
        code: int,
        message: str,
        details: tuple[str, ...] = (),
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(call, status, code, message, details, request_id, retry_after)
        self.call = call
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        text = f"{self.call} answered {self.status}: {self.message}"
        return f"{text} ({'; '.join(self.details)})" if self.details else text


class Refused(ErrorAnswer):
    """4xx."""


class BadRequest(Refused):
    """400."""


class CursorExpired(BadRequest):
    """The cursor we continued from is no longer taken; begin the list again without one.

    How 100ms answers a cursor past its 24 h is not documented (contract, pagination style cursor-snapshot),
    so 400, 404 and 410 to a request that carried a cursor are all read this way. Should the reason have been
    another one, the fresh start meets it again and gets the plain error.
    """


class Unauthorized(Refused):
    """401 to a fresh token as well: the access key or the secret is wrong, or the clock is far off."""


class Forbidden(Refused):
    """403."""


class NotFound(Refused):
    """404."""


class CallTimedOut(Refused):
    """408: 100ms dialled and nobody took the call (contract, start_sip_call)."""


class Conflict(Refused):
    """409: it runs already, or the name belongs to another."""


class RateLimited(Refused):
    """429."""


class ServerFailed(ErrorAnswer):
    """5xx."""


_BY_STATUS: dict[int, type[Refused]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    408: CallTimedOut,
    409: Conflict,
    429: RateLimited,
}
_EXPIRED = frozenset({400, 404, 410})
_WAIT_IN_WORDS = re.compile(r"retry after (\d+(?:\.\d+)?) ?s", re.IGNORECASE)


def error_answer(
    call: str, response: httpx.Response, *, now: float, with_cursor: bool = False, sent: object = None
) -> ErrorAnswer:
    """The error that a 4xx or 5xx answer stands for; its body may be anything.

    `now` is in Unix seconds; `sent` is the body of the request, whose secrets the answer may quote.
    """
    status = response.status_code
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, RecursionError):
        body = None  # a proxy's HTML page, or the 5xx body that no page documents: the status says enough
    body = body if isinstance(body, dict) else {}
    code, message, details = body.get("code"), body.get("message"), body.get("details")
    text = without_secrets(str(message or response.reason_phrase or "no reason given"), sent)
    kind = kind_of(status)
    if with_cursor and status in _EXPIRED:
        kind = CursorExpired
    return kind(
        call,
        status,
        code if isinstance(code, int) else status,
        text,
        tuple(without_secrets(detail, sent) for detail in _texts(details)),
        response.headers.get("x-request-id", ""),
        retry_after(response.headers.get("retry-after", ""), text, now=now),
    )


def kind_of(status: int) -> type[ErrorAnswer]:
    """Which of the errors a status of 400 and above stands for."""
    return ServerFailed if status >= 500 else _BY_STATUS.get(status, Refused)


def retry_after(header: str, message: str, *, now: float) -> float | None:
    """Seconds to wait: the header's number or date, else the number in 100ms's words, else None.

    The contract documents the words ("rate limit exceeded, retry after 45 seconds") and no header.
    """
    if header.strip().isdecimal():
        return float(header)
    if header:
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            until = None  # neither form of RFC 9110: the message may still tell
        if until is not None:
            until = until if until.tzinfo else until.replace(tzinfo=UTC)
            return max(0.0, (until - datetime.fromtimestamp(now, UTC)).total_seconds())
    found = _WAIT_IN_WORDS.search(message)
    return float(found[1]) if found else None


def _texts(details: object) -> Iterable[str]:
    """`details` is a list of strings where it is documented, and missing elsewhere."""
    if isinstance(details, list):
        return map(str, details)
    return [str(details)] if details else []
