"""Faults on demand: answers that fail, come late or never end, and webhooks that get lost, doubled or disordered."""

import threading
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from rooms.simulator.refusals import bad_body


@dataclass(slots=True)
class AnswerFault:
    """Befalls the next `times` requests to the API (None: all) whose path matches `path` (`*` is any text).

    `status` answers 429, 500, 502, 503 or 504, a 429 naming `retry_after` seconds in its message and, with `header`,
    in a Retry-After header too. `cut` closes the connection, `before` the answer or in the `middle` of it.
    `slow` waits so many seconds first; alone, the answer is good.
    """

    path: str = "/v2/*"
    method: str | None = None
    times: int | None = 1
    status: int | None = None
    retry_after: int | None = None
    header: bool = False
    cut: str | None = None
    slow: float = 0.0

    def __post_init__(self) -> None:
        if self.status not in (None, 429, 500, 502, 503, 504):
            raise bad_body("status must be 429, 500, 502, 503 or 504")
        if self.cut not in (None, "before", "middle"):
            raise bad_body("cut must be before or middle")
        if self.status is None and self.cut is None and not self.slow:
            raise bad_body("a fault needs status, cut or slow")


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
        """The first fault that fits a request; it is used up by this."""
        with self._lock:
            for fault in self.answers:
                if fault.method in (None, method) and fnmatchcase(path, fault.path):
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
