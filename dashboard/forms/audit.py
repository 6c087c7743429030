from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from dashboard.audit_words import action_words
from dashboard.forms.fields import DayField
from dashboard.forms.filters import Filters, Menu
from dashboard.times import midnight
from rooms.actors import ELSEWHERE
from rooms.models import AuditEntry

Entries = QuerySet[AuditEntry]


class AuditFilters(Filters):
    """`target` is "room:<id>": everything done to one thing, and to what belongs to it."""

    placeholder = "Who, what or id"

    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        choices=[*AuditEntry.Outcome.choices[1:], (AuditEntry.Outcome.REQUESTED, "not finished")],
    )
    actor = forms.ChoiceField(label="Who", required=False)
    action = forms.ChoiceField(label="What", required=False)
    since = DayField(label="Since", required=False)
    until = DayField(label="Until", required=False)
    target = forms.CharField(label="Of", required=False, max_length=200)

    menus: ClassVar = (
        Menu("Outcome", ("outcome",)),
        Menu("Who", ("actor",)),
        Menu("What", ("action",)),
        Menu("Date", ("since", "until")),
    )

    def __init__(self, data: QueryDict, entries: Entries) -> None:
        super().__init__(data)
        self.fields["actor"].choices = [(name, name) for name in _values(entries, "actor")]  # type: ignore[attr-defined]
        self.fields["action"].choices = sorted(  # type: ignore[attr-defined]
            [(action, action_words(action)) for action in _values(entries, "action")], key=lambda choice: choice[1]
        )

    def narrow_q(self, entries: Entries, text: str) -> Entries:
        return entries.filter(
            Q(actor__icontains=text)
            | Q(target_name__icontains=text)
            | Q(action__icontains=text)
            | Q(target_id=text)
            | Q(room_id=text)
            | Q(request_id=text)
        )

    def narrow_outcome(self, entries: Entries, outcome: str) -> Entries:
        return entries.filter(outcome=outcome)

    def narrow_actor(self, entries: Entries, actor: str) -> Entries:
        return entries.filter(actor=actor)

    def narrow_action(self, entries: Entries, action: str) -> Entries:
        return entries.filter(action=action)

    def narrow_since(self, entries: Entries, day: date) -> Entries:
        return entries.filter(at__gte=midnight(day))

    def narrow_until(self, entries: Entries, day: date) -> Entries:
        return entries.filter(at__lt=midnight(day + timedelta(days=1)))

    def narrow_target(self, entries: Entries, target: str) -> Entries:
        kind, _, target_id = target.partition(":")
        of_it = Q(target_kind=kind, target_id=target_id)
        return entries.filter(of_it | Q(room_id=target_id) if kind == "room" else of_it)

    def words(self, name: str) -> str:
        value: Any = self.active[name]
        if name == "target":
            kind, _, target_id = str(value).partition(":")
            held = AuditEntry.objects.filter(target_kind=kind, target_id=target_id).exclude(target_name="").first()
            return f"Of {held.target_name if held else target_id}"
        if name == "actor" and value == ELSEWHERE.name:
            return "Done outside Rollcall"
        return super().words(name)


def _values(entries: Entries, name: str) -> list[str]:
    return list(entries.order_by(name).values_list(name, flat=True).distinct()[:100])
