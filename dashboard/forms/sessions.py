from datetime import date, timedelta
from typing import ClassVar

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from analytics import queries
from analytics.models import Peer, Session
from dashboard.forms.fields import DayField, RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from dashboard.times import midnight
from rooms.models import Room

Sessions = QuerySet[Session]


class SessionFilters(Filters):
    placeholder = "Room, person or id"

    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)
    since = DayField(label="Since", required=False)
    until = DayField(label="Until", required=False)
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
        Menu("Room", ("room",)),
        Menu("Date", ("since", "until")),
        Menu("State", ("state",)),
        Menu("Trouble", ("trouble",)),
    )

    def __init__(self, data: QueryDict, rooms: QuerySet[Room]) -> None:
        super().__init__(data)
        self.rooms = rooms

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(self.rooms)

    def narrow_q(self, sessions: Sessions, text: str) -> Sessions:
        people = Peer.objects.filter(Q(name__icontains=text) | Q(user_id__icontains=text) | Q(pk=text))
        return sessions.filter(
            Q(room__name__icontains=text) | Q(room_id=text) | Q(pk=text) | Q(pk__in=people.values("session_id"))
        )

    def narrow_room(self, sessions: Sessions, room: str) -> Sessions:
        return sessions.filter(Q(room_id=room) | Q(room__name__iexact=room))

    def narrow_since(self, sessions: Sessions, day: date) -> Sessions:
        return sessions.filter(started_at__gte=midnight(day))

    def narrow_until(self, sessions: Sessions, day: date) -> Sessions:
        return sessions.filter(started_at__lt=midnight(day + timedelta(days=1)))

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

    def words(self, name: str) -> str:
        if name == "room":
            asked = self.active["room"]
            known = self.rooms.filter(pk=asked).values_list("name", flat=True).first()
            return f"Room: {known or asked}"
        return super().words(name)


LENGTH = F("ended_at") - F("started_at")
