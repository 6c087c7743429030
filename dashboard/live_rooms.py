"""The cards of what is going on now: how long, how many, and what the last minutes were like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count

from analytics import instants
from analytics.intervals import Step, peak
from analytics.leaving import Ending, ending_of
from analytics.models import Failure, Peer, Session
from analytics.presence import Presence, presence

RECENT = timedelta(minutes=10)
MANY_DROPS = 3  # in RECENT; one person with a bad line is no news for a card
_TOP, _FLOOR, _WIDE = 4.0, 40.0, 100.0  # of the spark's viewBox


@dataclass(frozen=True)
class LiveRoom:
    session: Session
    presence: Presence
    now: datetime
    drops: int  # in the last ten minutes
    failures: int  # likewise, those the person could not get past

    @property
    def people(self) -> int:
        return self.presence.people

    @property
    def peak(self) -> int:
        """The most people at once so far, up to now as on the session's page; its row counts to the last event."""
        return peak(self.presence.steps)[0]

    @property
    def length(self) -> timedelta:
        return self.now - (self.session.started_at or self.now)

    @property
    def many_drops(self) -> bool:
        return self.drops >= MANY_DROPS

    @property
    def is_bad(self) -> bool:
        """Is somebody needed there?"""
        return bool(self.many_drops or self.failures)

    @cached_property
    def line(self) -> str:
        """People at once as an SVG path in a viewBox of 100 × 40, from the session's start to now."""
        started = instants.from_datetime(self.session.started_at or self.now)
        return stepped(self.presence.steps, started, instants.from_datetime(self.now), self.people)

    @property
    def area(self) -> str:
        return f"{self.line}V{_FLOOR:g}H0Z" if self.line else ""


def stepped(steps: Sequence[Step], start: int, end: int, last: int) -> str:
    """A step series as a path; `last` is how many there are at `end`, where the series itself falls to zero."""
    top = max((count for _, count in steps), default=0)
    if not top or end <= start:
        return ""

    def y(count: int) -> str:
        return f"{_FLOOR - (_FLOOR - _TOP) * count / top:.1f}"

    path = [f"M0 {y(0)}"]
    for at, count in steps:
        if at < end:
            path.append(f"H{max(0.0, _WIDE * (at - start) / (end - start)):.1f}V{y(count)}")
    path.append(f"H{_WIDE:g}V{y(last)}" if last != steps[-1][1] and path else f"H{_WIDE:g}")
    return "".join(path)


def live_rooms(sessions: Iterable[Session], now: datetime) -> list[LiveRoom]:
    """Cards of these sessions, the fullest first: three queries, however many there are."""
    sessions = list(sessions)
    ids = [session.pk for session in sessions]
    if not ids:
        return []
    here = presence(ids, now)
    left = Peer.objects.filter(session_id__in=ids, left_at__gt=now - RECENT).values_list("session_id", "leave_reason")
    drops = dict.fromkeys(ids, 0)
    for session_id, reason in left:
        drops[session_id] += ending_of(reason) is Ending.NETWORK
    failures = dict(
        Failure.objects.filter(session_id__in=ids, at__gt=now - RECENT, is_terminal=True)
        .order_by()
        .values_list("session_id")
        .annotate(count=Count("pk"))
    )
    nobody = Presence(0, ())
    cards = [
        LiveRoom(session, here.get(session.pk, nobody), now, drops[session.pk], failures.get(session.pk, 0))
        for session in sessions
    ]
    return sorted(cards, key=lambda card: (-card.people, str(card.session.room), card.session.pk))
