"""How what 100ms says gets here: webhooks in the last hour, the last pull of each kind, how long nothing is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q

from analytics.models import Pull
from analytics.pulling import HORIZON
from dashboard.freshness import LATE_AFTER
from webhooks.queries import Inbox, inbox

# Rooms are mirrored every five minutes, sessions pulled every 30 s; what a class brings is read only when there is one.
LATE = {Pull.Kind.ROOMS: timedelta(minutes=20), Pull.Kind.SESSIONS: LATE_AFTER}
LATE_OTHERWISE = timedelta(days=1)
_HEIGHT = 44.0


@dataclass(frozen=True, slots=True)
class Column:
    """One minute of the picture of webhooks, as SVG wants it."""

    x: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing that is pulled: when it last went well, and what stood in the way since."""

    kind: str
    words: str
    pulled_at: datetime | None
    is_late: bool
    error: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    inbox: Inbox
    sources: tuple[Source, ...]
    safe_until: datetime | None

    @property
    def columns(self) -> list[Column]:
        received = self.inbox.received
        top = max(received, default=0) or 1
        wide = 100 / len(received)
        shown = ((minute, _HEIGHT * count / top) for minute, count in enumerate(received) if count)
        return [
            Column(f"{minute * wide:.2f}%", f"{_HEIGHT - max(height, 1.5):.1f}", f"{max(height, 1.5):.1f}")
            for minute, height in shown
        ]

    @property
    def late(self) -> int:
        return sum(source.is_late for source in self.sources)

    @property
    def is_well(self) -> bool:
        return not self.late and not self.inbox.dead


def pipeline(now: datetime) -> Pipeline:
    """Four queries."""
    well = dict(
        Pull.objects.filter(error="", finished_at__isnull=False)
        .order_by()
        .values_list("kind")
        .annotate(at=Max("finished_at"))
    )
    newest = Pull.objects.order_by().values("kind").annotate(newest=Max("pk")).values("newest")
    errors = dict(Pull.objects.filter(~Q(error=""), pk__in=newest).values_list("kind", "error"))
    sources = tuple(
        Source(
            kind,
            str(words),
            well.get(kind),
            # What was never asked for is not late; what only ever failed is.
            is_late=now - well[kind] > LATE.get(Pull.Kind(kind), LATE_OTHERWISE) if kind in well else kind in errors,
            error=errors.get(kind, "").splitlines()[0] if errors.get(kind) else "",
        )
        for kind, words in Pull.Kind.choices
    )
    pulled = well.get(Pull.Kind.SESSIONS)
    return Pipeline(inbox(now), sources, pulled + HORIZON if pulled else None)
