"""The list of webhook deliveries and the replays of it (EVENTS traps 6 and 7)."""

import threading
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rooms.simulator.clock import in_seconds
from rooms.simulator.occurrence import Occurrence
from rooms.simulator.room import Room

NAMES = (
    "session.open.success",
    "session.close.success",
    "peer.join.success",
    "peer.leave.success",
    "recording.success",
    "recording.failed",
    "transcription.success",
    "beam.started.success",
    "beam.stopped.success",
    "beam.recording.success",
    "hls.recording.success",
    "stream.recording.success",
)
"""The types the list knows; of the others it tells nothing."""

_IDS = ("session_id", "peer_id", "user_id")
_KEPT = 200_000  # tries remembered


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try at delivering a webhook, at Unix nanoseconds; `error` is None when it was taken."""

    at: int
    room: Room
    event: Occurrence
    url: str
    error: str | None

    def as_object(self) -> dict[str, Any]:
        """As the list shows it: the outcome, and only a few ids of the event."""
        failed = {} if self.error is None else {"error_reason": self.error}
        return {
            "event_id": self.event.id,
            "event_name": f"reporter.webhook.delivery.{'failed' if failed else 'success'}",
            "room_id": self.room.id,
            "event_timestamp": in_seconds(self.at),
            "payload": {
                "event_data": {name: self.event.data[name] for name in _IDS if name in self.event.data},
                "webhook_url": self.url,
                "original_event_name": self.event.type,
                **failed,
            },
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the list is asked for: from `start` to `end`, both in Unix nanoseconds; empty means all."""

    start: int
    end: int
    room_id: str = ""
    names: tuple[str, ...] = ()
    status: str = "all"
    limit: int = 50_000
    offset: int = 0

    def as_object(self) -> dict[str, Any]:
        """As answers name the filters; what the request calls `event_names` is `event_types` here."""
        return {
            "start_time": in_seconds(self.start),
            "end_time": in_seconds(self.end),
            "room_id": self.room_id,
            "event_types": list(self.names),
        }


class Deliveries:
    """All tries, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._all: deque[Delivery] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def add(self, at: int, room: Room, event: Occurrence, url: str, error: str | None) -> None:
        """Remember a try, if the list knows the type of its event."""
        if event.type in NAMES:
            with self._lock:
                self._all.append(Delivery(at, room, event, url, error))

    def find(self, wanted: Wanted) -> list[Delivery]:
        """The tries asked for, newest first."""
        with self._lock:
            every = list(self._all)
        outcomes: Collection[bool] = {"all": (True, False), "failed": (True,)}.get(wanted.status, (False,))
        return [
            one
            for one in reversed(every)
            if wanted.start <= one.at <= wanted.end
            and wanted.room_id in ("", one.room.id)
            and (not wanted.names or one.event.type in wanted.names)
            and (one.error is not None) in outcomes
        ]

    def choose(self, wanted: Wanted) -> list[tuple[Room, Occurrence]]:
        """The events to replay, oldest first, each once; of failed ones those that were never taken."""
        with self._lock:
            taken = {one.event.id for one in self._all if one.error is None}
        found = {
            one.event.id: (one.room, one.event)
            for one in reversed(self.find(wanted))
            if wanted.status != "failed" or one.event.id not in taken
        }
        return list(found.values())[wanted.offset : wanted.offset + wanted.limit]


@dataclass(slots=True)
class Replay:
    """A replay under way or over; `asked` is the request as it came. Safe to use from several threads."""

    RATE: ClassVar[int] = 10  # events a second

    id: str
    wanted: Wanted
    asked: dict[str, Any]
    chosen: list[tuple[Room, Occurrence]]
    started: int
    completed: int = 0
    failed: list[str] = field(default_factory=list)
    finished: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if not self.chosen:
            self.finished = self.started

    def done(self, event_id: str, now: int, *, well: bool) -> None:
        """One of its events was taken, or given up for good."""
        with self._lock:
            if well:
                self.completed += 1
            else:
                self.failed.append(event_id)
            if self.completed + len(self.failed) >= len(self.chosen):
                self.finished = now

    def as_object(self) -> dict[str, Any]:
        """The progress; no result before it is over."""
        with self._lock:
            counts = {"total": len(self.chosen), "completed": self.completed, "failed": len(self.failed)}
            over = "completed_with_failures" if self.failed else "completed"
            body: dict[str, Any] = {
                "workflow_id": self.id,
                "status": "Running" if self.finished is None else over,
                "started_at": in_seconds(self.started),
                "completed_at": None if self.finished is None else in_seconds(self.finished),
                "filters": {**self.wanted.as_object(), "limit": self.wanted.limit, "offset": self.wanted.offset},
                "progress": counts,
            }
            return body if self.finished is None else {**body, "result": {**counts, "failed_events": self.failed[:]}}
