"""One stay: a person, one join, one device, and everything it was read from."""

from django.http import HttpResponse
from django.utils import timezone

from dashboard.decorators import member_required
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.peer import peer_reading
from dashboard.peer_quality import LIMITS, quality_reading
from dashboard.shortcuts import get_peer


@member_required
def detail(request: MemberRequest, session_id: str, peer_id: str) -> HttpResponse:
    peer = get_peer(request, session_id, peer_id)
    now = timezone.now()
    reading = peer_reading(peer, now)
    context = {
        "peer": peer,
        "session": peer.session,
        "reading": reading,
        "frame": reading.frame,
        "person": reading.person,
        "visit": reading.visit,
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "sessions/peer.html", context, {})


@member_required
def quality(request: MemberRequest, session_id: str, peer_id: str) -> HttpResponse:
    """How the network of the stay was. A part of its page that 100ms is asked for after the page is there."""
    peer = get_peer(request, session_id, peer_id)
    context = {
        "peer": peer,
        "session": peer.session,
        "quality": quality_reading(peer, timezone.now()),
        "limits": LIMITS,
    }
    return page_or_fragment(request, "sessions/quality.html", context, {"quality": "sessions/_quality.html"})
