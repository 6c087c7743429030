from datetime import datetime, timedelta
from typing import ClassVar, Final

from django import forms
from django.http import QueryDict

from dashboard.forms.fields import DayField, RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from dashboard.times import midnight
from rooms.hms.resources.analytics import DELIVERED
from rooms.models import Room
from rooms.operations.webhook_replays import MOST
from webhooks.sent import Arrival, Compared

ALL: Final = "all"
STATES: Final = [
    ("missing", "missing here"),
    ("unread", "arrived, not read"),
    ("failed", "not taken, says 100ms"),
    ("here", "here"),
    (ALL, "all, in order too"),
]
# What 100ms lets one ask for; a minute is left for who thinks before asking.
LOOK_BACK: Final = timedelta(days=30) - timedelta(minutes=10)
LONGEST: Final = timedelta(days=14)
USUAL: Final = timedelta(hours=24)


class SentFilters(Filters):
    """Of what 100ms says it sent. Type, room and days are asked of 100ms; the rest narrows what it told."""

    placeholder = "Event, session or room id"

    state = forms.ChoiceField(label="State", required=False, choices=STATES)
    type = forms.ChoiceField(label="Type", required=False, choices=[(name, name) for name in DELIVERED])
    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)
    session = forms.CharField(label="Session", required=False, max_length=64)
    since = DayField(label="Since", required=False)
    until = DayField(label="Until", required=False)

    menus: ClassVar = (
        Menu("State", ("state",)),
        Menu("Type", ("type",)),
        Menu("Room", ("room",)),
        Menu("Session", ("session",)),
        Menu("Date", ("since", "until")),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.room_id = ""

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(Room.objects.all())

    def clean_room(self) -> str:
        """100ms takes one room by its id."""
        text = str(self.cleaned_data["room"])
        if text:
            found = list(Room.objects.filter(pk=text)[:1] or Room.objects.filter(name__iexact=text)[:2])
            if len(found) != 1:
                raise forms.ValidationError("not one room")
            self.room_id = found[0].pk
        return text

    def period(self, now: datetime) -> tuple[datetime, datetime]:
        """From when to when 100ms is asked: the last 24 hours, or the days named, as far as it tells of them."""
        since, until = self.active.get("since"), self.active.get("until")
        end = min(midnight(until + timedelta(days=1)), now) if until else now
        start = midnight(since) if since else end - USUAL
        start = max(start, now - LOOK_BACK)
        return start, max(start, min(end, start + LONGEST))

    def narrow_q(self, rows: list[Compared], text: str) -> list[Compared]:
        return [row for row in rows if text in (row.sent.event_id, row.sent.session_id, row.sent.room_id)]

    def narrow_session(self, rows: list[Compared], session_id: str) -> list[Compared]:
        return [row for row in rows if row.sent.session_id == session_id]

    def narrow_state(self, rows: list[Compared], state: str) -> list[Compared]:
        return [row for row in rows if _is(row, state)]

    def _asked_of_100ms(self, rows: list[Compared], value: object) -> list[Compared]:
        return rows

    narrow_type = narrow_room = narrow_since = narrow_until = _asked_of_100ms


def _is(row: Compared, state: str) -> bool:
    match state:
        case "missing":
            return row.arrival == Arrival.MISSING
        case "unread":
            return row.arrival == Arrival.UNREAD
        case "failed":
            return not row.sent.taken
        case "here":
            return row.is_here
    return True


class ReplayForm(forms.Form):
    """What 100ms is to send again; the rest is what the page was filtered by, and comes along unseen."""

    status = forms.ChoiceField(label="Which", choices=[("failed", "failed"), ("all", "all")], widget=forms.RadioSelect)
    limit = forms.IntegerField(
        label="At most", min_value=1, max_value=MOST, initial=MOST, help_text=f"Events; 100ms takes up to {MOST:,}."
    )
    start = forms.DateTimeField(widget=forms.HiddenInput)
    end = forms.DateTimeField(widget=forms.HiddenInput)
    room_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    type = forms.ChoiceField(
        required=False, choices=[("", ""), *((name, name) for name in DELIVERED)], widget=forms.HiddenInput
    )
