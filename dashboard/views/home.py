"""What is going on, what needs somebody, what today was like, and how fresh all of it is."""

from django.http import HttpResponse
from django.utils import timezone

from dashboard import attention
from dashboard.decorators import member_required
from dashboard.findings import LOOKED_BACK, found_since
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.pipeline import pipeline
from dashboard.shortcuts import sessions_for
from dashboard.today import today
from rooms.access import may, rooms_for


@member_required
def index(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    operates = may(request.user, "operate")
    seen = today(request.user, now)
    pipe = pipeline(now) if operates else None
    found = found_since(sessions_for(request.user), now - LOOKED_BACK, now)
    needs = attention.of_classes(seen.failures, seen.live, seen.gaps)
    needs += attention.of_recordings(found, operates=operates)
    if pipe is not None:
        needs = [*attention.of_the_house(pipe, now), *needs]
    needs.sort(key=lambda need: need.tone != "bad")
    context = {
        "live": seen.live,
        "people": sum(card.people for card in seen.live),
        "needs": needs,
        "problems": sum(need.tone == "bad" for need in needs),
        "warnings": sum(need.tone == "warn" for need in needs),
        "day": seen.day,
        "pipeline": pipe,
        "now": now,
        "has_rooms": operates or rooms_for(request.user).exists(),
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "home/index.html", context, {"home": "home/_home.html"})
