"""The filters that lists of what happened in rooms have in common: by the room, and by the days."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from dashboard.forms.fields import DayField, RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from dashboard.times import midnight
from rooms.models import Room

Rows = QuerySet[Any]


class OfRooms(Filters):
    """Of rows that have a room, and at `at` the moment that says which day they are of."""

    at: ClassVar[str] = "at"

    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)
    since = DayField(label="Since", required=False)
    until = DayField(label="Until", required=False)

    menus: ClassVar[Sequence[Menu]] = (Menu("Room", ("room",)), Menu("Date", ("since", "until")))

    def __init__(self, data: QueryDict, rooms: QuerySet[Room]) -> None:
        super().__init__(data)
        self.rooms = rooms

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(self.rooms)

    def narrow_room(self, rows: Rows, room: str) -> Rows:
        return rows.filter(Q(room_id=room) | Q(room__name__iexact=room))

    def narrow_since(self, rows: Rows, day: date) -> Rows:
        return rows.filter(**{f"{self.at}__gte": midnight(day)})

    def narrow_until(self, rows: Rows, day: date) -> Rows:
        return rows.filter(**{f"{self.at}__lt": midnight(day + timedelta(days=1))})

    def words(self, name: str) -> str:
        if name == "room":
            asked = self.active["room"]
            known = self.rooms.filter(pk=asked).values_list("name", flat=True).first()
            return f"Room: {known or asked}"
        return super().words(name)
