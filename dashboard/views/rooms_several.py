"""Several rooms enabled or disabled at once, each for itself."""

from collections import Counter
from typing import Literal

from django.http import HttpResponse
from django.urls import reverse

from dashboard.decorators import ops_form
from dashboard.forms.rooms_settings import DisableForm
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.listing import SIZES
from dashboard.room_results import each, summary
from rooms.access import rooms_for
from rooms.models import Room
from rooms.operations import rooms as operations

MOST = max(SIZES)


@ops_form
def enable(request: MemberRequest) -> HttpResponse:
    return _several(request, "enable")


@ops_form
def disable(request: MemberRequest) -> HttpResponse:
    return _several(request, "disable")


def _several(request: MemberRequest, verb: Literal["enable", "disable"]) -> HttpResponse:
    """Asks once for all rooms that `room` names, a page of them at most, then tells what came of each."""
    posted = request.method == "POST"
    asked = (request.POST if posted else request.GET).getlist("room")
    asked = [room_id for room_id in asked if "\x00" not in room_id]  # PostgreSQL refuses to look for it
    rooms = list(rooms_for(request.user, "operate").filter(pk__in=asked[:MOST]).order_by("name", "pk"))
    form = DisableForm(request.POST if posted else None) if verb == "disable" else None
    wanted = verb == "enable"
    context: dict[str, object] = {
        "verb": verb,
        "rooms": rooms,
        "to_change": [room for room in rooms if room.enabled is not wanted],
        "too_many": len(asked) > MOST,
        "form": form,
        "url": reverse(f"rooms_{verb}"),
    }
    if posted and rooms and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""

        def act(room: Room) -> Room | None:
            if room.enabled is wanted:
                return None
            if wanted:
                return operations.enable(actor=request.user, room=room)
            return operations.disable(actor=request.user, room=room, reason=reason)

        results = list(each(((str(room), room) for room in rooms), act))
        context |= {"results": results, "summary": summary(Counter(result.state for result in results))}
    return page_or_fragment(request, "rooms/several.html", context, {"dialog": "rooms/_several.html"})
