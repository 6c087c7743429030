from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from analytics.models import Peer
from dashboard.forms.fields import RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from rooms.models import Room


class PeopleFilters(Filters):
    """Of people: stays grouped by user id. A filter keeps whom one stay fits, and counts all their stays."""

    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)

    menus: ClassVar = (Menu("Room", ("room",)),)

    def __init__(self, data: QueryDict, stays: QuerySet[Peer], rooms: QuerySet[Room]) -> None:
        super().__init__(data)
        self.stays = stays
        self.rooms = rooms

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(self.rooms)

    def narrow_q(self, people: Any, text: str) -> Any:
        fitting = self.stays.filter(Q(name__icontains=text) | Q(user_id__icontains=text))
        return people.filter(user_id__in=fitting.values("user_id"))

    def narrow_room(self, people: Any, room: str) -> Any:
        fitting = self.stays.filter(Q(session__room_id=room) | Q(session__room__name__iexact=room))
        return people.filter(user_id__in=fitting.values("user_id"))
