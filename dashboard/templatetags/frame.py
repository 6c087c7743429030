"""The frame around every page: navigation, its counts, who is signed in."""

from dataclasses import dataclass
from typing import Final

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils import timezone

from analytics import queries
from dashboard.shortcuts import sessions_for
from rooms.access import Action, may
from webhooks.queries import dead as dead_deliveries

register = template.Library()

PARTS: Final[dict[Action, str]] = {"operate": "Operations", "act": "Teacher", "see": "Observer"}
"""What a viewer is called: by the first of these that they may do."""


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the navigation; `current` when the page is it or lies below it."""

    word: str
    icon: str
    url: str
    current: bool
    count: str = ""
    is_live: bool = False


@register.inclusion_tag("_navigation.html", takes_context=True)
def navigation(context: RequestContext) -> dict[str, object]:
    """The places this viewer can go, in the side bar and, on a phone, in the bottom bar."""
    request = context["request"]
    user = request.user

    def link(word: str, icon: str, name: str, count: str = "", is_live: bool = False) -> Link:
        url = reverse(name)
        current = request.path == url if name == "home" else request.path.startswith(url)
        return Link(word, icon, url, current, count, is_live)

    belongs, operates = may(user, "see"), may(user, "operate")
    links: list[Link] = []
    watch: list[Link] = []
    if belongs:
        live = sessions_for(user).filter(queries.live(timezone.now())).count()
        links = [
            link("Home", "house", "home"),
            link("Sessions", "chart-gantt", "sessions", f"{live} live" if live else "", is_live=True),
            link("Rooms", "door-open", "rooms"),
            link("Recordings", "disc", "recordings"),
            link("Streams", "radio", "streams"),
            link("People", "users", "people"),
            link("Polls", "list-todo", "polls"),
        ]
    if operates:
        dead = dead_deliveries().count()
        watch = [
            link("Templates", "layout-template", "room_templates"),
            link("Deliveries", "inbox", "deliveries", f"{dead:,}" if dead else ""),
            link("Access", "user-round-key", "access"),
            link("Audit", "scroll-text", "audit"),
            link("Administration", "sliders-horizontal", "admin:index"),
        ]
    return {
        "links": links,
        "watch": watch,
        "user": user,
        "request": request,
        "part": next((word for action, word in PARTS.items() if may(user, action)), "No group"),
    }
