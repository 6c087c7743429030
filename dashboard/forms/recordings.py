"""The filters of the recordings and of what should have been recorded."""

from collections.abc import Sequence
from typing import ClassVar

from django import forms
from django.db.models import Q, QuerySet

from analytics.models import Asset, Peer, Recording
from dashboard.forms.filters import Menu
from dashboard.forms.of_rooms import OfRooms

Recordings = QuerySet[Recording]


class CheckFilters(OfRooms):
    """Of the sessions that are looked at for what should have been recorded; it has no search."""

    q = None  # type: ignore[assignment]
    at = "started_at"


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

    def narrow_state(self, recordings: Recordings, state: str) -> Recordings:
        return recordings.filter(state=state)

    def narrow_kind(self, recordings: Recordings, kind: str) -> Recordings:
        return recordings.filter(kind=kind)
