from typing import ClassVar

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from analytics import queries
from analytics.models import Peer, Session
from dashboard.forms.filters import Menu
from dashboard.forms.of_rooms import OfRooms

Sessions = QuerySet[Session]


class SessionFilters(OfRooms):
    placeholder = "Room, person or id"
    at = "started_at"

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("live", "live"), ("ended", "ended"), ("open", "end never told")],
    )
    trouble = forms.ChoiceField(
        label="Trouble",
        required=False,
        choices=[("any", "any"), ("drops", "network drops"), ("failures", "failures"), ("none", "none")],
    )

    menus: ClassVar = (
        *OfRooms.menus,
        Menu("State", ("state",)),
        Menu("Trouble", ("trouble",)),
    )

    def narrow_q(self, sessions: Sessions, text: str) -> Sessions:
        people = Peer.objects.filter(Q(name__icontains=text) | Q(user_id__icontains=text) | Q(pk=text))
        return sessions.filter(
            Q(room__name__icontains=text) | Q(room_id=text) | Q(pk=text) | Q(pk__in=people.values("session_id"))
        )

    def narrow_state(self, sessions: Sessions, state: str) -> Sessions:
        live = queries.live(timezone.now())
        match state:
            case "live":
                return sessions.filter(live)
            case "open":
                return sessions.filter(ended_at=None).exclude(live)
        return sessions.exclude(ended_at=None)

    def narrow_trouble(self, sessions: Sessions, trouble: str) -> Sessions:
        match trouble:
            case "drops":
                return sessions.filter(drop_count__gt=0)
            case "failures":
                return sessions.filter(failure_count__gt=0)
            case "none":
                return sessions.filter(drop_count=0, failure_count=0)
        return sessions.filter(Q(drop_count__gt=0) | Q(failure_count__gt=0))


LENGTH = F("ended_at") - F("started_at")
