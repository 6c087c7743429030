"""The filters of the recordings and of what should have been recorded."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from analytics.models import Asset, Peer, Recording
from dashboard.forms.fields import DayField, RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from dashboard.times import midnight
from rooms.models import Room

Recordings = QuerySet[Recording]


class OfRooms(Filters):
    """A list of what happened in rooms: by the room, and by the days."""

    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)
    since = DayField(label="Since", required=False)
    until = DayField(label="Until", required=False)

    menus: ClassVar[Sequence[Menu]] = (Menu("Room", ("room",)), Menu("Date", ("since", "until")))

    def __init__(self, data: QueryDict, rooms: QuerySet[Room]) -> None:
        super().__init__(data)
        self.rooms = rooms

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(self.rooms)

    def words(self, name: str) -> str:
        if name == "room":
            asked = self.active["room"]
            known = self.rooms.filter(pk=asked).values_list("name", flat=True).first()
            return f"Room: {known or asked}"
        return super().words(name)


class RecordingFilters(OfRooms):
    placeholder = "Room, person or id"

    state = forms.ChoiceField(label="State", required=False, choices=Recording.State.choices)
    kind = forms.ChoiceField(label="Kind", required=False, choices=Recording.Kind.choices)

    menus: ClassVar[Sequence[Menu]] = (*OfRooms.menus, Menu("State", ("state",)), Menu("Kind", ("kind",)))

    def narrow_q(self, recordings: Recordings, text: str) -> Recordings:
        """By the room, by whoever began it or is in it, by any id of it, of its session or of its files."""
        people = Peer.objects.filter(Q(name__icontains=text) | Q(user_id=text)).values("pk")
        files = Asset.objects.filter(pk=text).values("recording_id")
        ids = Q(pk=text) | Q(job_id=text) | Q(beam_id=text) | Q(session_id=text) | Q(room_id=text) | Q(pk__in=files)
        named = Q(room__name__icontains=text) | Q(started_by__in=people) | Q(peer_id__in=people) | Q(user_id=text)
        return recordings.filter(ids | named)

    def narrow_room(self, recordings: Recordings, room: str) -> Recordings:
        return recordings.filter(Q(room_id=room) | Q(room__name__iexact=room))

    def narrow_since(self, recordings: Recordings, day: date) -> Recordings:
        return recordings.filter(at__gte=midnight(day))

    def narrow_until(self, recordings: Recordings, day: date) -> Recordings:
        return recordings.filter(at__lt=midnight(day + timedelta(days=1)))

    def narrow_state(self, recordings: Recordings, state: str) -> Recordings:
        return recordings.filter(state=state)

    def narrow_kind(self, recordings: Recordings, kind: str) -> Recordings:
        return recordings.filter(kind=kind)
