"""Reading what is set in 100ms again, for who does not want to wait for the schedule."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from analytics.mirroring import MIRRORS
from analytics.models import Pull
from analytics.tasks import nudge_mirror
from dashboard.decorators import ops_command
from dashboard.htmx import MemberRequest

PAGES = {"rooms": "rooms", "templates": "room_templates", "polls set": "polls", "codes": "rooms", "keys": "rooms"}


@ops_command
def read_now(request: MemberRequest, kind: str) -> HttpResponse:
    """Have a worker read this kind now; its list shows the change by itself or when it is loaded again."""
    if kind not in MIRRORS:
        raise Http404
    nudge_mirror(kind)
    words = Pull.Kind(kind).label
    messages.success(request, f"Rollcall is reading the {words} from 100ms now. What it finds is here in a moment.")
    return redirect(PAGES[kind])
