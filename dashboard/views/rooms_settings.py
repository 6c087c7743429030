"""What is set for a room."""

from django.http import HttpResponse
from django.shortcuts import render

from dashboard.decorators import member_required
from dashboard.htmx import MemberRequest
from dashboard.shortcuts import get_room


@member_required
def settings(request: MemberRequest, room_id: str) -> HttpResponse:
    """How the room is set in 100ms, as last read."""
    return render(request, "rooms/settings.html", {"room": get_room(request, room_id)})
