"""Several rooms enabled or disabled at once, each for itself."""

from collections import Counter
from typing import Literal

from django.http import HttpResponse
from django.urls import reverse

from dashboard.decorators import ops_form
from dashboard.forms.rooms import RoomFilters
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
    """Asks once for all rooms that `room` names, a page of them at most, then tells what came of each.

    With `match=all`: for those that fit the list's filters and are not so yet, the first hundred of them and how many
    more there are. Each room is a call of 100ms, so more would take longer than anybody waits; what was asked for is
    done, and the next hundred is one more question.
    """
    posted, wanted = request.method == "POST", verb == "enable"
    asked = (request.POST if posted else request.GET).getlist("room")
    asked = [room_id for room_id in asked if "\x00" not in room_id]  # PostgreSQL refuses to look for it
    mine = rooms_for(request.user, "operate").order_by("name", "pk")
    matching = None
    if request.GET.get("match") == "all":
        matching = RoomFilters(request.GET, mine, operates=True).narrow(mine).filter(enabled=not wanted)
    named = matching if matching is not None and not posted else mine.filter(pk__in=asked[:MOST])
    rooms = list(named[:MOST])
    form = DisableForm(request.POST if posted else None) if verb == "disable" else None
    context: dict[str, object] = {
        "verb": verb,
        "rooms": rooms,
        "to_change": [room for room in rooms if room.enabled is not wanted],
        "too_many": len(asked) > MOST,
        "form": form,
        "url": request.get_full_path() if matching is not None else reverse(f"rooms_{verb}"),
        "matching": 0 if matching is None else matching.count(),
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
        context["matching"] = 0 if matching is None else matching.count()
    return page_or_fragment(request, "rooms/several.html", context, {"dialog": "rooms/_several.html"})
