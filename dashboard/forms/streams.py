from datetime import date, timedelta
from typing import ClassVar, Final

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone

from analytics.models import Session, Stream
from analytics.queries import LONGEST_SESSION
from dashboard.forms.fields import DayField, RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from dashboard.times import midnight
from rooms.models import Room

Streams = QuerySet[Stream]
LENGTH: Final = F("stopped_at") - F("started_at")
UNENDED: Final = (Stream.State.STARTING, Stream.State.RUNNING, Stream.State.STOPPING)


def going_on(streams: Streams) -> Streams:
    """Those that no end was told of, in a session that has none either and is not too old for one (EVENTS trap 23)."""
    over = Session.objects.filter(pk=OuterRef("session_id")).exclude(ended_at=None)
    young = Q(state__in=UNENDED, stopped_at=None, at__gt=timezone.now() - LONGEST_SESSION)
    return streams.filter(young).exclude(Exists(over))


class StreamFilters(Filters):
    placeholder = "Room or id"

    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)
    since = DayField(label="Since", required=False)
    until = DayField(label="Until", required=False)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("live", "live"), ("ended", "ended"), ("failed", "failed"), ("open", "end never told")],
    )
    kind = forms.ChoiceField(label="Kind", required=False, choices=Stream.Kind.choices)

    menus: ClassVar = (
        Menu("State", ("state",)),
        Menu("Kind", ("kind",)),
        Menu("Room", ("room",)),
        Menu("Date", ("since", "until")),
    )

    def __init__(self, data: QueryDict, rooms: QuerySet[Room]) -> None:
        super().__init__(data)
        self.rooms = rooms

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(self.rooms)

    def narrow_q(self, streams: Streams, text: str) -> Streams:
        ids = Q(pk=text) | Q(job_id=text) | Q(beam_id=text) | Q(session_id=text) | Q(room_id=text)
        told = streams.annotate(told=Cast("aliases", TextField()))
        return told.filter(Q(room__name__icontains=text) | ids | Q(told__contains=f'"{text}"'))

    def narrow_room(self, streams: Streams, room: str) -> Streams:
        return streams.filter(Q(room_id=room) | Q(room__name__iexact=room))

    def narrow_since(self, streams: Streams, day: date) -> Streams:
        return streams.filter(at__gte=midnight(day))

    def narrow_until(self, streams: Streams, day: date) -> Streams:
        return streams.filter(at__lt=midnight(day + timedelta(days=1)))

    def narrow_state(self, streams: Streams, state: str) -> Streams:
        live = going_on(streams)
        match state:
            case "live":
                return live
            case "open":
                untold = Q(state=Stream.State.ENDED, end_estimated=True)
                return streams.filter(untold | Q(state__in=UNENDED)).exclude(pk__in=live.values("pk"))
            case "ended":
                return streams.filter(state=state, end_estimated=False)
        return streams.filter(state=state)

    def narrow_kind(self, streams: Streams, kind: str) -> Streams:
        return streams.filter(kind=kind)

    def words(self, name: str) -> str:
        if name == "room":
            asked = self.active["room"]
            known = self.rooms.filter(pk=asked).values_list("name", flat=True).first()
            return f"Room: {known or asked}"
        return super().words(name)
