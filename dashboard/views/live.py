"""A running session: who is in, what goes wrong, and what can be done about it at this moment."""

from collections import defaultdict
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from analytics import queries
from dashboard.decorators import member_required, ops_required
from dashboard.forms.live import ONLY, Asked, LiveFilters, MessageForm
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.live_parts import all_parts, parts_of, within
from dashboard.live_room import LiveRoom, live_room, receivers_of
from dashboard.live_rooms import live_rooms
from dashboard.parts import changes, held
from dashboard.shortcuts import get_room, sessions_for
from dashboard.times import zone_words
from rooms import jobs
from rooms import live as readings
from rooms.access import may, roles_handed_out
from rooms.models import Room

WALL_SIZES: Final = (2, 4, 6, 12, 20, 40)
"""How many rooms the wall has places for, in full screen: the fewer, the bigger."""
ON_THE_WALL: Final = WALL_SIZES[-1]


@member_required
def index(request: MemberRequest, room_id: str) -> HttpResponse:
    """The cockpit. It waits for nobody: it shows the last reading, and the page then asks for a new one by itself.

    Without scripts the browser comes back by itself with `ask`, which does ask 100ms.
    """
    room = get_room(request, room_id)
    reading = readings.look(room) if "ask" in request.GET else readings.held(room)
    live = live_room(room, reading, timezone.now())
    if request.htmx.target == "list" and not live.is_active:
        return HttpResponse(
            headers={"HX-Refresh": "true"}
        )  # it ended while somebody searched: there is no list any more
    asked = LiveFilters(request.GET).asked()
    context = _context(request, live, asked)
    if not live.is_active:
        context |= {"last": _last_session(request, room), "hands_out": _hands_out(request, room)}
    return page_or_fragment(request, "live/index.html", context, {"list": "live/_list.html"}, _here(request))


@member_required
def update(request: MemberRequest, room_id: str) -> HttpResponse:
    """What changed since the page was drawn, by the digests it sends. Many viewers share one reading of 100ms."""
    room = get_room(request, room_id)
    if not request.htmx:
        return redirect("room_live", room.pk)
    live = live_room(room, readings.look(room), timezone.now())
    if request.GET.get("stage") != live.stage:
        return HttpResponse(headers={"HX-Refresh": "true"})  # it begins, ends or is locked: another page
    context = _context(request, live, LiveFilters(request.GET).asked())
    have = held(request.GET.get("have", ""))
    body = within(changes(all_parts(context), {**context, "request": request}, have))
    return HttpResponse(body, headers={"Cache-Control": "private, no-store"})


@ops_required
def tv(request: MemberRequest) -> HttpResponse:
    """All live rooms in big type, for a screen on a wall. The page itself waits for nobody; its updates ask 100ms.

    Nothing on it needs to be scrolled to: those in trouble come first, and what has no place is summed up in the last.
    """
    now = timezone.now()
    cards = live_rooms(sessions_for(request.user).filter(queries.live(now)), now)
    cards.sort(key=lambda card: not card.is_bad)
    shown, rest = (cards, []) if len(cards) <= ON_THE_WALL else (cards[: ON_THE_WALL - 1], cards[ON_THE_WALL - 1 :])
    runs = jobs.look_everywhere(now=now) if request.htmx else jobs.held_everywhere()
    kinds: dict[str, set[jobs.Kind]] = defaultdict(set)
    for job in runs.found:
        kinds[job.room_id].add(job.kind)
    context = {
        "live": [(card, sorted(kinds[card.session.room_id], key=list(jobs.Kind).index)) for card in shown],
        "size": next((size for size in WALL_SIZES if len(cards) <= size), ON_THE_WALL),
        "rooms": len(cards),
        "rest": len(rest),
        "rest_people": sum(card.people for card in rest),
        "rest_recordings": sum(jobs.Kind.RECORDING in kinds[card.session.room_id] for card in rest),
        "recordings": sum(job.kind == jobs.Kind.RECORDING for job in runs.found),
        "runs": runs,
        "people": sum(card.people for card in cards),
        "trouble": sum(card.is_bad for card in cards),
        "now": now,
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "live/tv.html", context, {"tv": "live/_tv.html"})


def _context(request: MemberRequest, live: LiveRoom, asked: Asked) -> dict[str, Any]:
    now = timezone.localtime(live.now)
    zone = zone_words(now, timezone.get_current_timezone())
    acts = may(request.user, "act", live.room)
    return {
        "room": live.room,
        "live": live,
        "asked": asked,
        "page_url": reverse("room_live", args=[live.room.pk]),
        "zone_words": zone,
        "acts": acts,
        "onlys": ONLY,
        # The same form may stand in the dialog at the same time: labels must find their own fields.
        "message_form": MessageForm(None, receivers_of(live), auto_id="panel_%s") if acts else None,
        **parts_of(live, asked, acts=acts),
    }


def _last_session(request: MemberRequest, room: Room) -> Any:
    return sessions_for(request.user).filter(room=room).order_by("-started_at").first()


def _hands_out(request: MemberRequest, room: Room) -> bool:
    return roles_handed_out(request.user, room) != frozenset()


def _here(request: MemberRequest) -> str:
    kept = request.GET.copy()
    for name in [name for name, value in kept.items() if not value or name == "ask"]:
        del kept[name]
    return f"{request.path}?{kept.urlencode()}" if kept else request.path
