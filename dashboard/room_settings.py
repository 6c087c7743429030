"""What is set for a room, in words: for pages that compare it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from analytics import durations
from rooms.differences import ABSENT, Difference
from rooms.template_names import TemplateNames

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
    return str(value)
