"""One search over rooms, sessions and people. A whole id leads straight to what it names."""

from typing import Any

from django.db.models import F, Max, Q
from django.http import HttpResponse
from django.shortcuts import redirect

from dashboard.decorators import member_required
from dashboard.forms.filters import LONGEST_SEARCH
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.people import described, stays_for
from dashboard.shortcuts import peers_for, sessions_for
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
    found = stays.exclude(user_id="").order_by().values("user_id").distinct()
    people = found.annotate(last_seen_at=Max("joined_at")).order_by(F("last_seen_at").desc(nulls_last=True), "user_id")
    guests = stays.filter(user_id="")
    context: dict[str, Any] = {
        "text": text,
        "rooms": rooms.order_by("name", "pk")[:SHOWN],
        "room_count": rooms.count(),
        "sessions": sessions.order_by("-started_at", "pk")[:SHOWN],
        "session_count": sessions.count(),
        "people": described(stays_for(request.user), [row["user_id"] for row in people[:SHOWN]]),
        "people_count": found.count(),
        # Who joins without a `user_id` is known by peer alone, within one session (EVENTS trap 10).
        "guests": guests.order_by(F("joined_at").desc(nulls_last=True), "pk")[:SHOWN],
        "guest_count": guests.count(),
    }
    context["count"] = sum(context[f"{kind}_count"] for kind in ("room", "session", "people", "guest"))
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
