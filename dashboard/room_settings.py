"""What is set for a room, in words: for pages that compare it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms

from analytics import durations
from rooms.differences import ABSENT, Difference
from rooms.masking import masked_text
from rooms.models import AuditEntry, Room
from rooms.template_names import TemplateNames

if TYPE_CHECKING:
    from dashboard.forms.rooms_settings import RoomForm

ZERO_PLACES: Final = "0 (100ms does not say what that means)"
LABELS: Final[Mapping[str, str]] = {
    "name": "Name",
    "description": "Description",
    "template_id": "Template",
    "region": "Region",
    "enabled": "State",
    "large_room": "Large room",
    "size": "Places",
    "max_duration_seconds": "Longest session",
    "recording_enabled": "Recording",
    "webhook_url": "Webhook",
}


@dataclass(frozen=True, slots=True)
class Differing:
    """One setting that is not the same in two places."""

    label: str
    before: str
    after: str


def differing(found: Iterable[Difference], templates: TemplateNames) -> list[Differing]:
    return [
        Differing(
            LABELS.get(one.path, one.path),
            words(one.path, one.before, templates),
            words(one.path, one.after, templates),
        )
        for one in found
    ]


def words(name: str, value: Any, templates: TemplateNames) -> str:
    """A setting's value as people say it."""
    if name == "recording_enabled" and value is None:
        return "as its template says"
    if value is None or value is ABSENT or value == "":
        return "not set"
    match name:
        case "enabled":
            return "enabled" if value else "disabled"
        case "recording_enabled":
            return "on" if value else "off"
        case "large_room":
            return "yes" if value else "no"
        case "max_duration_seconds":
            return f"{value // 60} min" if value % 60 == 0 else durations.exact(value * 1_000_000)
        case "template_id":
            return templates.name_of(value)
        case "size" if value == 0:
            return ZERO_PLACES
    return str(value)


def against(form: "RoomForm") -> list[Differing]:
    """What somebody typed into a form, and how it is now, where the two differ. Headers are shown to nobody."""
    shown = [name for name in form.changed_data if name not in ("webhook_headers", "no_headers")]
    return [
        Differing(str(form[name].label), _typed(form, name, form[name].value()), _typed(form, name, form[name].initial))
        for name in shown
    ]


def _typed(form: "RoomForm", name: str, value: Any) -> str:
    widget = form.fields[name].widget
    if isinstance(widget, forms.Select):
        value = dict(widget.choices).get(value, value)
    if name == "webhook_url":
        value = masked_text(str(value or ""))
    return "not set" if value in (None, "") else str(value)


def last_change(room: Room) -> AuditEntry | None:
    """Who changed the room last, as far as the audit knows."""
    done = AuditEntry.objects.filter(target_kind="room", target_id=room.pk, outcome=AuditEntry.Outcome.SUCCEEDED)
    return done.first()
