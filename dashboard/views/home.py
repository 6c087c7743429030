"""What is going on, what needs somebody, what today was like, and how fresh all of it is."""

from collections import defaultdict
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone

from analytics import queries
from analytics.leaving import Ending, ending_of
from analytics.models import Cursor, Failure, Peer, Session
from analytics.projections.summaries import NOT_TROUBLE
from dashboard import attention
from dashboard.day import Day, day_of, midnight
from dashboard.decorators import member_required
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.live_rooms import live_rooms
from dashboard.pipeline import pipeline
from dashboard.shortcuts import failures_for, sessions_for
from rooms.access import is_ops, rooms_for


@member_required
def index(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    ops = is_ops(request.user)
    sessions = sessions_for(request.user)
    live = live_rooms(sessions.filter(queries.live(now)), now)
    failures = list(failures_for(request.user).filter(at__gte=midnight(now)).order_by("at", "pk"))
    pipe = pipeline(now) if ops else None
    lost = Cursor.objects.filter(lost_at__gte=midnight(now)).values("session_id")
    gaps = sessions.filter(pk__in=lost).order_by("-started_at")
    needs = attention.of_classes(failures, live, gaps[: attention.SHOWN_A_KIND])
    if pipe is not None:
        needs = [*attention.of_the_house(pipe, now), *needs]
    needs.sort(key=lambda need: need.tone != "bad")
    today = list(sessions.filter(started_at__gte=midnight(now)))
    known = {session.pk for session in today}
    today += [card.session for card in live if card.session.pk not in known]
    context = {
        "live": live,
        "people": sum(card.people for card in live),
        "needs": needs,
        "problems": sum(need.tone == "bad" for need in needs),
        "day": _day(today, failures, frozenset(card.session.pk for card in live), now),
        "pipeline": pipe,
        "now": now,
        "has_rooms": ops or rooms_for(request.user).exists(),
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "home/index.html", context, {"home": "home/_home.html"})


def _day(sessions: list[Session], failures: list[Failure], live: frozenset[str], now: datetime) -> Day:
    """Today with its trouble: failures people could not get past, and network drops."""
    trouble: dict[str, list[datetime]] = defaultdict(list)
    for failure in failures:
        if failure.is_terminal and failure.type not in NOT_TROUBLE:
            trouble[failure.session_id].append(failure.at)
    dropped = Peer.objects.filter(session_id__in=[session.pk for session in sessions if session.drop_count])
    for session_id, reason, left_at in dropped.exclude(left_at=None).values_list(
        "session_id", "leave_reason", "left_at"
    ):
        if left_at is not None and ending_of(reason) is Ending.NETWORK:
            trouble[session_id].append(left_at)
    return day_of(sessions, now, live, trouble)
