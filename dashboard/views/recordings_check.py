"""What should have been recorded, and was not, or not as it should be."""

from typing import Final

from django.http import HttpResponse
from django.utils import timezone

from analytics import guarding
from dashboard.decorators import member_required
from dashboard.findings import LOOKED_BACK, told_of
from dashboard.forms.recordings import CheckFilters
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.shortcuts import sessions_for
from rooms.access import may, rooms_for

SHOWN: Final = 200


@member_required
def index(request: MemberRequest) -> HttpResponse:
    """Of the last week, or of the days that the URL names."""
    now = timezone.now()
    filters = CheckFilters(request.GET, rooms_for(request.user))
    asked = filters.active
    sessions = filters.narrow(sessions_for(request.user))
    if "since" not in asked:
        sessions = sessions.filter(started_at__gte=now - LOOKED_BACK)
    looked_at = list(sessions.order_by("-started_at", "pk")[: guarding.MOST + 1])
    found = told_of(looked_at[: guarding.MOST], now)
    context = {
        "filters": filters,
        "asked": asked,
        "found": found,
        "shown": found[:SHOWN],
        "bad": sum(one.is_bad for one in found),
        "looked_at": min(len(looked_at), guarding.MOST),
        "is_cut": len(looked_at) > guarding.MOST,
        "days": LOOKED_BACK.days,
        "may_operate": may(request.user, "operate"),
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "recordings/check.html", context, {"found": "recordings/_found.html"})
