from typing import ClassVar, Final

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from analytics.models import Session, Stream
from analytics.queries import LONGEST_SESSION
from dashboard.forms.filters import Menu
from dashboard.forms.of_rooms import OfRooms

Streams = QuerySet[Stream]
LENGTH: Final = F("stopped_at") - F("started_at")
UNENDED: Final = (Stream.State.STARTING, Stream.State.RUNNING, Stream.State.STOPPING)


def going_on(streams: Streams) -> Streams:
    """Those that no end was told of, in a session that has none either and is not too old for one (EVENTS trap 23)."""
    over = Session.objects.filter(pk=OuterRef("session_id")).exclude(ended_at=None)
    young = Q(state__in=UNENDED, stopped_at=None, at__gt=timezone.now() - LONGEST_SESSION)
    return streams.filter(young).exclude(Exists(over))


class StreamFilters(OfRooms):
    placeholder = "Room or id"

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("live", "live"), ("ended", "ended"), ("failed", "failed"), ("open", "end never told")],
    )
    kind = forms.ChoiceField(label="Kind", required=False, choices=Stream.Kind.choices)

    menus: ClassVar = (
        Menu("State", ("state",)),
        Menu("Kind", ("kind",)),
        *OfRooms.menus,
    )

    def narrow_q(self, streams: Streams, text: str) -> Streams:
        ids = Q(pk=text) | Q(job_id=text) | Q(beam_id=text) | Q(session_id=text) | Q(room_id=text)
        told = streams.annotate(told=Cast("aliases", TextField()))
        return told.filter(Q(room__name__icontains=text) | ids | Q(told__contains=f'"{text}"'))

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
