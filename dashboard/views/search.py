"""One search over rooms, sessions and people. A whole id leads straight to what it names."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect

from dashboard.decorators import member_required
from dashboard.forms.filters import LONGEST_SEARCH
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.shortcuts import peers_for, sessions_for
from dashboard.views.people import people_for, stays_for
from rooms.access import rooms_for

SHOWN = 8


@member_required
def index(request: MemberRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    if not text:
        return page_or_fragment(request, "search/index.html", {"text": ""}, {})
    exact = _named_by(request, text)
    if exact is not None:
        return exact
    stays = stays_for(request.user).filter(Q(name__icontains=text) | Q(user_id__icontains=text))
    rooms = rooms_for(request.user).filter(Q(name__icontains=text) | Q(pk__icontains=text))
    sessions = sessions_for(request.user).filter(Q(room__name__icontains=text) | Q(pk__startswith=text))
    people = people_for(request.user).filter(user_id__in=stays.values("user_id"))
    context: dict[str, Any] = {
        "text": text,
        "rooms": rooms.order_by("name", "pk")[:SHOWN],
        "room_count": rooms.count(),
        "sessions": sessions.order_by("-started_at", "pk")[:SHOWN],
        "session_count": sessions.count(),
        "people": people.order_by("-last_seen_at", "user_id")[:SHOWN],
        "people_count": people.count(),
    }
    context["count"] = context["room_count"] + context["session_count"] + context["people_count"]
    return page_or_fragment(request, "search/index.html", context, {})


def _named_by(request: MemberRequest, text: str) -> HttpResponse | None:
    """The page of the session, stay or room that has exactly this id."""
    if sessions_for(request.user).filter(pk=text).exists():
        return redirect("session", text)
    stay = peers_for(request.user).filter(pk=text).first()
    if stay is not None:
        return redirect("peer", stay.session_id, stay.pk)
    if rooms_for(request.user).filter(pk=text).exists():
        return redirect("room", text)
    return None
