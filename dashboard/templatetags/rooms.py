"""The tabs of a room's pages."""

from dataclasses import dataclass
from typing import Final

from django import template
from django.template import RequestContext
from django.urls import reverse

from rooms.access import Action, may

register = template.Library()

# By the word that a page gives as `tab`: the name on it, the name of its URL, and what its viewer may do in the room.
_TABS: Final[tuple[tuple[str, str, str, Action], ...]] = (
    ("sessions", "Sessions", "room", "see"),
    ("live", "Live", "room_live", "see"),
    ("jobs", "Recordings and streams", "room_jobs", "see"),
    ("settings", "Settings", "room_settings", "see"),
    ("codes", "Codes", "room_codes", "hand out"),
    ("stream-key", "Stream key", "room_stream_key", "operate"),
    ("polls", "Polls", "room_polls", "see"),
    ("access", "People with access", "room_access", "operate"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    word: str
    url: str
    current: bool


@register.simple_tag(takes_context=True)
def room_tabs(context: RequestContext, current: str) -> list[Tab]:
    """The tabs of `room` that the viewer may open. Who sees the room at all needs no look at the room for the rest."""
    user, room_id = context["request"].user, context["room"].pk
    return [
        Tab(word, reverse(name, args=[room_id]), key == current)
        for key, word, name, action in _TABS
        if may(user, action)
    ]
