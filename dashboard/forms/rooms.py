from datetime import timedelta
from typing import ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from analytics import queries
from analytics.models import Session
from dashboard.forms.filters import Filters, Menu
from rooms.models import Room

Rooms = QuerySet[Room]


class RoomFilters(Filters):
    state = forms.ChoiceField(label="State", required=False, choices=[("enabled", "enabled"), ("disabled", "disabled")])
    template = forms.ChoiceField(label="Template", required=False)
    used = forms.ChoiceField(
        label="Used",
        required=False,
        choices=[
            ("live", "live now"),
            ("week", "in the last 7 days"),
            ("month", "in the last 30 days"),
            ("never", "never"),
        ],
    )

    region = forms.ChoiceField(label="Region", required=False, choices=[(name, name) for name in ("eu", "in", "us")])
    elsewhere = forms.ChoiceField(
        label="Changed elsewhere",
        required=False,
        choices=[("yes", "changed outside Rollcall"), ("gone", "deleted in 100ms")],
    )

    menus: ClassVar = (
        Menu("State", ("state",)),
        Menu("Template", ("template",)),
        Menu("Region", ("region",)),
        Menu("Used", ("used",)),
        Menu("Changed elsewhere", ("elsewhere",)),
    )

    def __init__(self, data: QueryDict, rooms: Rooms, *, operates: bool) -> None:
        super().__init__(data)
        if not operates:
            del self.fields["elsewhere"]
        names = rooms.order_by("template_name").values_list("template_name", flat=True).distinct()
        self.fields["template"].choices = [(name, name) for name in names if name]  # type: ignore[attr-defined]

    def narrow_q(self, rooms: Rooms, text: str) -> Rooms:
        return rooms.filter(Q(name__icontains=text) | Q(pk__icontains=text))

    def narrow_state(self, rooms: Rooms, state: str) -> Rooms:
        return rooms.filter(enabled=state == "enabled")

    def narrow_template(self, rooms: Rooms, name: str) -> Rooms:
        return rooms.filter(template_name=name)

    def narrow_region(self, rooms: Rooms, region: str) -> Rooms:
        return rooms.filter(region=region)

    def narrow_elsewhere(self, rooms: Rooms, how: str) -> Rooms:
        return rooms.exclude(gone_at=None) if how == "gone" else rooms.exclude(changed_elsewhere_at=None)

    def narrow_used(self, rooms: Rooms, used: str) -> Rooms:
        now = timezone.now()
        sessions = Session.objects.filter(room=OuterRef("pk"))
        match used:
            case "live":
                return rooms.filter(Exists(sessions.filter(queries.live(now))))
            case "never":
                return rooms.filter(~Exists(sessions))
        days = timedelta(days=7 if used == "week" else 30)
        return rooms.filter(Exists(sessions.filter(started_at__gte=now - days)))

    def words(self, name: str) -> str:
        if name == "elsewhere":
            return str(dict(self.fields["elsewhere"].choices)[self.active["elsewhere"]])  # type: ignore[attr-defined]
        if name == "used":
            return f"Used {dict(self.fields['used'].choices)[self.active['used']]}"  # type: ignore[attr-defined]
        return super().words(name)
