from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import lazy

from dashboard.forms.fields import RoomInput, suggested_rooms
from dashboard.forms.filters import Filters, Menu
from dashboard.times import zone_words
from rooms.access import OBSERVERS, OPS, TEACHERS
from rooms.models import Room, RoomAccess

Users = QuerySet[User]
MOST_ROOMS = 200
NEAR = 3
"""So many rooms are named where one was written that is not there."""


class MemberFilters(Filters):
    """Of everybody who has an account."""

    placeholder = "Name, user name or e-mail"

    part = forms.ChoiceField(
        label="Part",
        required=False,
        choices=[(OPS, "operations"), (TEACHERS, "teachers"), (OBSERVERS, "observers"), ("none", "no place yet")],
    )
    room = forms.CharField(label="Room", required=False, max_length=255, widget=RoomInput)
    ends = forms.ChoiceField(label="Access", required=False, choices=[("timed", "ends by itself")])

    menus: ClassVar = (Menu("Part", ("part",)), Menu("Room", ("room",)), Menu("Access", ("ends",)))

    def suggested_rooms(self) -> list[str]:
        return suggested_rooms(Room.objects.all())

    def narrow_q(self, users: Users, text: str) -> Users:
        return users.filter(
            Q(username__icontains=text)
            | Q(first_name__icontains=text)
            | Q(last_name__icontains=text)
            | Q(email__icontains=text)
        )

    def narrow_part(self, users: Users, part: str) -> Users:
        return users.filter(groups=None, is_superuser=False) if part == "none" else users.filter(groups__name=part)

    def narrow_room(self, users: Users, room: str) -> Users:
        given = RoomAccess.objects.filter(Q(room_id=room) | Q(room__name__iexact=room))
        return users.filter(pk__in=given.values("user"))

    def narrow_ends(self, users: Users, ends: str) -> Users:
        return users.filter(pk__in=RoomAccess.objects.exclude(until=None).values("user"))


def _until_help() -> str:
    zone = zone_words(timezone.localtime(), timezone.get_current_timezone())
    return f"In {zone}. Leave it empty and they keep it until somebody takes it."


# Asked when the form is shown: each viewer has their own zone.
_in_your_time = lazy(_until_help, str)


class UntilField(forms.DateTimeField):
    """A time of the viewer's calendar, or nothing: for good."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self) -> None:
        super().__init__(
            label="Ends at",
            required=False,
            help_text=_in_your_time(),
        )

    def clean(self, value: Any) -> datetime | None:
        until: datetime | None = super().clean(value)
        if until is not None and until <= timezone.now():
            raise ValidationError("This time is past. Choose a later one, or leave it empty.")
        return until


class GiveRooms(forms.Form):
    """Rooms for one person."""

    rooms = forms.CharField(
        label="Rooms",
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
        max_length=20_000,
        help_text="One a line, by name or id.",
    )
    until = UntilField()

    def clean_rooms(self) -> list[Room]:
        written = list(dict.fromkeys(line.strip() for line in self.cleaned_data["rooms"].splitlines() if line.strip()))
        if len(written) > MOST_ROOMS:
            raise ValidationError(f"At most {MOST_ROOMS} rooms at once. A CSV file takes more.")
        found: list[Room] = []
        problems = []
        for name in written:
            rooms = list(Room.objects.filter(Q(pk=name) | Q(name__iexact=name))[:2])
            if len(rooms) == 1:
                found += rooms
            else:
                problems.append(f"“{name}” is the name of several rooms: use the id." if rooms else _unknown(name))
        if problems:
            raise ValidationError(problems)
        return found


def _unknown(name: str) -> str:
    near = Room.objects.filter(name__icontains=name).order_by("name").values_list("name", flat=True)[:NEAR]
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"“{name}” is not known here.{meant}"


class WhoInClass(forms.Form):
    """The `user_id` of one person at 100ms."""

    user_id = forms.CharField(
        label="Id in class",
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        help_text="The user_id with which they join at 100ms, as their page under People has it. "
        "Leave it empty where it is the user name.",
    )


class GivePerson(forms.Form):
    """A person for one room."""

    person = forms.CharField(
        label="Person",
        max_length=254,
        widget=forms.TextInput(attrs={"list": "people-names", "autocomplete": "off", "autofocus": True}),
        help_text="User name or e-mail address of a teacher or observer.",
    )
    until = UntilField()

    def suggested(self) -> Users:
        return User.objects.filter(is_active=True, groups__name__in=[TEACHERS, OBSERVERS]).distinct()[:500]

    def clean_person(self) -> User:
        written = self.cleaned_data["person"].strip()
        found = list(User.objects.filter(is_active=True).filter(Q(username=written) | Q(email__iexact=written))[:2])
        if len(found) != 1:
            raise ValidationError(
                "Several people have this address: use the user name."
                if found
                else "Nobody of this name has an account."
            )
        return found[0]


class AccessFile(forms.Form):
    """A CSV file, or the text of one that was looked at before."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("text")

    @property
    def content(self) -> bytes:
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else str(self.cleaned_data["text"]).encode()
