"""What polls are found by, and which room one is for."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from dashboard.forms.fields import SUGGESTED, RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from dashboard.forms.poll_settings import AnyScript
from rooms.models import Poll, Room

Polls = QuerySet[Poll]
Rows = QuerySet[Room] | QuerySet[Poll]
LISTED = 50
"""So many rooms or polls are a list to choose from; more are found by typing."""


class PollFilters(Filters):
    """Of polls. Those put away are left out unless they are asked for."""

    kind = forms.ChoiceField(label="Kind", required=False, choices=[("poll", "poll"), ("quiz", "quiz")])
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[
            ("used", "in use"),
            ("free", "in no room"),
            ("elsewhere", "changed elsewhere"),
            ("gone", "gone from 100ms"),
            ("away", "put away"),
        ],
    )
    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)
    by = forms.CharField(label="Made by", required=False, max_length=150)

    placeholder = "Title or id"
    menus: ClassVar = (
        Menu("Kind", ("kind",)),
        Menu("State", ("state",)),
        Menu("Room", ("room",)),
        Menu("Made by", ("by",)),
    )

    def __init__(self, data: QueryDict, rooms: QuerySet[Room]) -> None:
        super().__init__(data)
        self.rooms = rooms

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(self.rooms)

    def narrow(self, rows: Any, *, without: str = "") -> Any:
        if self.active.get("state") != "away" or without == "state":
            rows = rows.filter(put_away_at=None)
        return super().narrow(rows, without=without)

    def narrow_q(self, polls: Polls, text: str) -> Polls:
        return polls.filter(Q(title__icontains=text) | Q(pk__icontains=text))

    def narrow_kind(self, polls: Polls, kind: str) -> Polls:
        return polls.filter(kind=kind)

    def narrow_state(self, polls: Polls, state: str) -> Polls:
        linked = Exists(Room.polls.through.objects.filter(poll_id=OuterRef("pk")))
        match state:
            case "used":
                return polls.filter(linked)
            case "free":
                return polls.filter(~linked)
            case "elsewhere":
                return polls.filter(changed_elsewhere_at__isnull=False)
            case "gone":
                return polls.filter(gone_at__isnull=False)
        return polls.filter(put_away_at__isnull=False)

    def narrow_room(self, polls: Polls, room: str) -> Polls:
        named = self.rooms.filter(Q(pk=room) | Q(name__iexact=room))
        return polls.filter(Exists(Room.polls.through.objects.filter(poll_id=OuterRef("pk"), room__in=named)))

    def narrow_by(self, polls: Polls, name: str) -> Polls:
        who = Q(made_by__username__iexact=name)
        for word in name.split():
            who |= Q(made_by__first_name__iexact=word) | Q(made_by__last_name__iexact=word)
        return polls.filter(who)


class NamedChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the viewer's rooms or polls: from a list, or by name or id where the list would be long.

    `named` is the column of the name; `noun` what one of them is called.
    """

    def __init__(self, rows: Rows, *, named: str, noun: str, **given: Any) -> None:
        self.rows, self.named, self.noun = rows, named, noun
        listed = rows.order_by(named, "pk")
        few = listed[: LISTED + 1].count() <= LISTED
        widget = forms.Select() if few else forms.TextInput(attrs={"list": "suggested", "autocomplete": "off"})
        empty = "Choose one" if given.get("required", True) else f"No {noun} yet"
        super().__init__(queryset=listed, widget=widget, empty_label=empty, **given)
        if few and self.required and listed.count() == 1:
            self.initial = listed.get().pk
        names = rows.exclude(**{named: ""}).order_by(named).values_list(named, flat=True).distinct()
        self.suggested: list[str] = [] if few else list(names[:SUGGESTED])

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        text = str(value).strip().replace("\x00", "")  # which no name holds, and PostgreSQL refuses
        found = list(self.rows.filter(Q(pk=text) | Q(**{f"{self.named}__iexact": text}))[:2])
        if len(found) > 1:
            raise forms.ValidationError(f"Several {self.noun}s are called so. Give the id of one.", code="several")
        if not found:
            raise forms.ValidationError(f"You have no {self.noun} of this name or id.", code="invalid_choice")
        return found[0]


class RoomForm(forms.Form):
    """Which room shall ask a poll; `rooms` are those the viewer may choose from."""

    use_required_attribute = False

    def __init__(self, *args: Any, rooms: QuerySet[Room], required: bool = True, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["room"] = NamedChoice(rooms, named="name", noun="room", label="Room", required=required)


class DuplicateForm(RoomForm):
    title = forms.CharField(max_length=255, widget=AnyScript)


class PollChoiceForm(forms.Form):
    """Which poll a room shall ask; `polls` are those it may be."""

    use_required_attribute = False

    def __init__(self, *args: Any, polls: Polls, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["poll"] = NamedChoice(polls, named="title", noun="poll", label="Poll")
