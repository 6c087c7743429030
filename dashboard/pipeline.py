"""How what 100ms says gets here: webhooks in the last hour, the last pull of each kind, how long nothing is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q

from analytics.mirroring import MIRRORS
from analytics.models import Pull
from analytics.pulling import HORIZON
from dashboard.freshness import LATE_AFTER
from dashboard.silence import Silence, silence
from webhooks.queries import Inbox, inbox

# What is set is mirrored every five or ten minutes, sessions are pulled every 30 s; what a class brings is read only
# when there is one.
# There may be no poll for weeks.
LATE = {kind: timedelta(minutes=20) for kind in MIRRORS} | {Pull.Kind.SESSIONS: LATE_AFTER, Pull.Kind.POLLS: HORIZON}
LATE_OTHERWISE = timedelta(days=1)
# A pull that failed is news once nothing went well for so long: the next ones may have put it right.
FAILING = timedelta(minutes=1)
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
    silence: Silence | None

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
    def shown(self) -> list[Source]:
        """The sources, one row for all that is set as long as none of it is late."""
        mirrors = [source for source in self.sources if source.kind in MIRRORS and not source.is_late]
        others = [source for source in self.sources if source not in mirrors]
        read = [source.pulled_at for source in mirrors if source.pulled_at]
        together = Source("set", "what is set", min(read) if read else None, is_late=False, error="")
        return [together, *others] if mirrors else others

    @property
    def late(self) -> int:
        return sum(source.is_late for source in self.sources)

    @property
    def said(self) -> str:
        """What is not well, in a few words."""
        parts = (
            "no webhooks" if self.silence else "",
            f"{self.inbox.dead} dead" if self.inbox.dead else "",
            f"{self.late} source{'' if self.late == 1 else 's'} late" if self.late else "",
        )
        return ", ".join(part for part in parts if part)

    @property
    def is_well(self) -> bool:
        return not self.late and not self.inbox.dead and self.silence is None


def pipeline(now: datetime) -> Pipeline:
    """Seven queries at most."""
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
            is_late=_is_late(Pull.Kind(kind), well.get(kind), now, failed=kind in errors),
            error=errors.get(kind, "").splitlines()[0] if errors.get(kind) else "",
        )
        for kind, words in Pull.Kind.choices
    )
    pulled = well.get(Pull.Kind.SESSIONS)
    return Pipeline(inbox(now), sources, pulled + HORIZON if pulled else None, silence(now))


def _is_late(kind: Pull.Kind, well: datetime | None, now: datetime, *, failed: bool) -> bool:
    """`well`: when it last went well; `failed`: the newest attempt did not."""
    if well is None:
        return failed  # what was never asked for is not late; what only ever failed is
    return now - well > (FAILING if failed else LATE.get(kind, LATE_OTHERWISE))
