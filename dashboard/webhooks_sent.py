"""The page of what 100ms says it sent: asked of 100ms with little patience, compared with what is here."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any, Final
from uuid import uuid4

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.utils import timezone

from dashboard.forms.webhooks_sent import SentFilters
from dashboard.htmx import MemberRequest
from dashboard.listing import Column, Listing
from dashboard.unread import why_unread
from rooms import hms
from rooms.audit import Outcome
from rooms.connection import LOOK, NotConfigured, client
from rooms.hms.resources.analytics import Replay
from rooms.hms.resources.base import read
from rooms.models import AuditEntry
from rooms.operations.webhook_replays import KIND
from webhooks.sent import Arrival, Compared, Told, compared, told

KEPT: Final = 30  # seconds that paging and sorting go without asking 100ms again
KEPT_OVER: Final = 24 * 3600  # what became of a replay that is over stays so
REPLAYS: Final = 5
_ROUND: Final = "webhooks-sent-round"

COLUMNS: Final = (
    Column("Sent", "sent", "sent.at", down=True),
    Column("Type", "type", "sent.event_type"),
    Column("Room", "room", "sent.room_id"),
    Column("At 100ms", "there", "sent.taken"),
    Column("Here", "here", "arrival"),
    Column("Tries", "tries", "sent.tries", down=True, classes="n"),
    Column("Why not", classes="roomy"),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Events. `failed`: not taken, says 100ms, whether they are here or not."""

    sent: int
    here: int
    pulled: int
    unread: int
    missing: int
    failed: int

    @property
    def all_here(self) -> bool:
        return self.here == self.sent


@dataclass(frozen=True)
class Comparison:
    """`told` is None where 100ms could not be read, and `problem` says why."""

    start: datetime
    end: datetime
    told: Told | None
    rows: list[Compared]
    problem: str

    @cached_property
    def counts(self) -> Counts:
        return counts(self.rows)


def counts(rows: list[Compared]) -> Counts:
    by = Counter(row.arrival for row in rows)
    return Counts(
        sent=len(rows),
        here=by[Arrival.HERE] + by[Arrival.PULLED],
        pulled=by[Arrival.PULLED],
        unread=by[Arrival.UNREAD],
        missing=by[Arrival.MISSING],
        failed=sum(not row.sent.taken for row in rows),
    )


def comparison(filters: SentFilters, now: datetime) -> Comparison:
    """What 100ms says it sent in the period of the filters, beside what is here. Arrivals are always of this moment."""
    start, end = filters.period(now)
    event_names = (filters.active["type"],) if "type" in filters.active else ()
    key = _key(filters)
    found = cache.get(key)
    if not isinstance(found, Told):
        try:
            found = told(
                client(patience=0, timeout=LOOK), start=start, end=end, room_id=filters.room_id, event_names=event_names
            )
        except (hms.Error, NotConfigured) as failed:
            return Comparison(start, end, None, [], why_unread(failed))
        if found.problem is None:
            cache.set(key, found, KEPT)
    problem = why_unread(found.problem) if found.problem else ""
    return Comparison(found.start, found.end, found, compared(found.events), problem)


def forget() -> None:
    """Ask 100ms anew next time: it has sent again since."""
    cache.set(_ROUND, uuid4().hex, None)


def _key(filters: SentFilters) -> str:
    asked = [filters.room_id, *(str(filters.active.get(name, "")) for name in ("type", "since", "until"))]
    zone = timezone.get_current_timezone_name()
    this = "/".join([str(cache.get(_ROUND, "")), zone, *asked])
    return "webhooks-sent-" + hashlib.sha256(this.encode()).hexdigest()


class SentListing(Listing):
    """The rows of a comparison: a list in memory, bounded by how many pages are asked of 100ms.

    Without a state those are listed that are not in order.
    """

    def __init__(self, request: MemberRequest, filters: SentFilters, rows: list[Compared]) -> None:
        super().__init__(
            request,
            rows,  # type: ignore[arg-type]
            filters,
            COLUMNS,
            default="-sent",
            noun=("event", "events"),
        )

    @cached_property
    def rows(self) -> Any:
        found: list[Compared] = self.filters.narrow(self.everything)
        if "state" not in self.filters.active:
            found = [row for row in found if not row.is_in_order]
        by = next(column.by for column in self.columns if column.key == self.sort.removeprefix("-"))
        value, identity = attrgetter(str(by)), attrgetter("sent.event_id")
        # What has no value comes last either way.
        known = [row for row in found if value(row) is not None]
        known.sort(key=identity)
        known.sort(key=value, reverse=self.sort.startswith("-"))
        return known + [row for row in found if value(row) is None]

    @cached_property
    def page(self) -> Page[Any]:
        return Paginator(self.rows, self.size).get_page(self._asked.get("page"))


@dataclass(frozen=True, slots=True)
class ReplayReading:
    """A replay that was asked for: `entry` says by whom and for what; `replay` how far it is, None while not known."""

    entry: AuditEntry
    replay: Replay | None = None
    problem: str = ""

    @property
    def status(self) -> str:
        return self.replay.status.lower() if self.replay else ""

    @property
    def is_over(self) -> bool:
        return self.replay is not None and not self.replay.running

    @property
    def failed(self) -> int:
        return max(self.replay.progress.failed, self.replay.result.failed) if self.replay else 0

    @property
    def total(self) -> int:
        return max(self.replay.progress.total, self.replay.result.total) if self.replay else 0

    @property
    def completed(self) -> int:
        return max(self.replay.progress.completed, self.replay.result.completed) if self.replay else 0

    @property
    def lost(self) -> tuple[str, ...]:
        return self.replay.result.failed_events[:20] if self.replay else ()


def replays(now: datetime) -> list[ReplayReading]:
    """The latest that were asked for, as the book of changes holds them; those over with what became of them."""
    entries = (
        AuditEntry.objects.filter(target_kind=KIND, outcome=Outcome.SUCCEEDED, at__gt=now - timedelta(days=30))
        .exclude(target_id="")
        .order_by("-id")[: 4 * REPLAYS]
    )
    # The same wish twice is one replay.
    latest: dict[str, AuditEntry] = {}
    for entry in entries:
        latest.setdefault(entry.target_id, entry)
    return [ReplayReading(entry, _over(entry)) for entry in list(latest.values())[:REPLAYS]]


def replay_reading(entry: AuditEntry) -> ReplayReading:
    """How far a replay is now, asked of 100ms once without patience unless it is over."""
    if (known := _over(entry)) is not None:
        return ReplayReading(entry, known)
    try:
        replay = client(patience=0, timeout=LOOK).analytics.replay_status(entry.target_id)
    except hms.NotFound:
        return ReplayReading(entry, problem="100ms does not know this replay any more.")
    except (hms.Error, NotConfigured, ValueError) as problem:
        return ReplayReading(entry, problem=str(problem) if isinstance(problem, ValueError) else why_unread(problem))
    if not replay.running:
        cache.set(_replay_key(entry), replay.raw, KEPT_OVER)
        forget()
    return ReplayReading(entry, replay)


def _over(entry: AuditEntry) -> Replay | None:
    raw = cache.get(_replay_key(entry))
    return read(Replay, raw) if isinstance(raw, dict) else None


def _replay_key(entry: AuditEntry) -> str:
    return "webhook-replay-" + hashlib.sha256(entry.target_id.encode()).hexdigest()
