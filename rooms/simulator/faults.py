"""Faults on demand: answers that fail, come late or never end, and webhooks that get lost, doubled or disordered."""

import re
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from rooms.simulator.checks import list_of, text
from rooms.simulator.refusals import bad_body

STATUSES = (400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504)


@dataclass(slots=True)
class AnswerFault:
    """Befalls the next `times` requests to the API (None: all) whose path fits `path` and whose method is `method`.

    In a path `*` is any text and `{anything}` one segment, as the contract writes it. `after` lets so many fitting
    requests pass first.

    `status` refuses with it: in the words of `message` and `details`, else in those of 100ms; with `retry_after` the
    message names so many seconds, and with `header` a Retry-After header does too. `cut` closes the connection,
    `before` the answer or in the `middle` of it; `hang` says nothing for so many seconds and closes it then.
    `slow` waits so many seconds first; alone, the answer is good.

    `done` says whether 100ms does all the same what it was asked for: a refusal means no and a lost answer yes, unless
    told otherwise.
    """

    path: str = "/v2/*"
    method: str | None = None
    times: int | None = 1
    after: int = 0
    status: int | None = None
    message: str | None = None
    details: list[str] = field(default_factory=list)
    retry_after: int | None = None
    header: bool = False
    cut: str | None = None
    hang: float = 0.0
    slow: float = 0.0
    done: bool | None = None

    def __post_init__(self) -> None:
        if self.status not in (None, *STATUSES):
            raise bad_body(f"status must be one of {', '.join(map(str, STATUSES))}")
        if self.cut not in (None, "before", "middle"):
            raise bad_body("cut must be before or middle")
        list_of(text())("details", self.details)
        if self.status is None and self.cut is None and not self.hang and not self.slow:
            raise bad_body("a fault needs status, cut, hang or slow")
        if self.done is None:
            self.done = self.status is None

    def fits(self, method: str, path: str) -> bool:
        """Whether it is meant for such a request."""
        parts = re.split(r"(\*|\{\w+\})", self.path)
        pattern = "".join(".*" if one == "*" else "[^/]+" if one[:1] == "{" else re.escape(one) for one in parts)
        return self.method in (None, method) and re.fullmatch(pattern, path) is not None


@dataclass(slots=True)
class WebhookFaults:
    """`stopped` holds all back until it is false again; `lose` is the share (0 to 1) that never goes out;
    `repeat` sends each so many times more; `reorder_seconds` delays each by up to so much."""

    stopped: bool = False
    lose: float = 0.0
    repeat: int = 0
    reorder_seconds: float = 0.0


@dataclass(slots=True)
class Faults:
    """What is wrong at the moment. Safe to use from several threads."""

    answers: list[AnswerFault] = field(default_factory=list)
    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, wish: dict[str, Any]) -> None:
        """A fault as `POST /_control/faults` takes it. Raises Refused (400) for what it cannot read."""
        webhooks = wish.get("webhooks")
        try:
            if webhooks is not None:
                names = {one.name for one in fields(WebhookFaults)}
                if not isinstance(webhooks, dict) or not set(webhooks) <= names:
                    raise bad_body(f"webhooks takes {', '.join(sorted(names))}")
                with self._lock:
                    self.webhooks = WebhookFaults(**{**asdict(self.webhooks), **webhooks})
            else:
                fault = AnswerFault(**wish)
                with self._lock:
                    self.answers.append(fault)
        except TypeError as problem:
            raise bad_body(str(problem)) from problem

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self.answers.clear()
            self.webhooks = WebhookFaults()

    def befalls(self, method: str, path: str) -> AnswerFault | None:
        """The first fault that fits a request and is due; it is used up by this."""
        with self._lock:
            for fault in self.answers:
                if fault.fits(method, path):
                    if fault.after:
                        fault.after -= 1
                        continue
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times < 1:
                            self.answers.remove(fault)
                    return fault
        return None

    def as_object(self) -> dict[str, Any]:
        """For the control endpoints."""
        with self._lock:
            return {"answers": [asdict(one) for one in self.answers], "webhooks": asdict(self.webhooks)}
