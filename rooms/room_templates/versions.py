"""The history of a template: one version for each state it was found or left in. Only this module writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from rooms.models import RoomTemplate, TemplateVersion
from rooms.room_templates.content import content_of
from rooms.room_templates.wording import in_a_line

FIRST = "As it was when Rollcall first read it"


@dataclass(frozen=True, slots=True)
class Taken:
    """A template as it now stands, unlike `before` (None: we did not know it). `actor` "" is somebody elsewhere."""

    template: RoomTemplate
    before: RoomTemplate | None
    actor: str
    note: str = ""


def record(taken: Sequence[Taken], *, at: datetime) -> None:
    """Keep a version of each. Three statements, however many; inside the transaction that writes the templates."""
    if not taken:
        return
    of_these = TemplateVersion.objects.filter(template__in=[one.template.pk for one in taken])
    last = dict(of_these.order_by().values("template_id").annotate(n=Max("number")).values_list("template_id", "n"))
    TemplateVersion.objects.bulk_create(
        TemplateVersion(
            template=one.template,
            number=last.get(one.template.pk, 0) + 1,
            content=content_of(one.template.received),
            taken_at=at,
            actor=one.actor[:150],
            note=_note(one)[:255],
        )
        for one in taken
    )


def _note(one: Taken) -> str:
    if one.before is None:
        return one.note or FIRST
    said = in_a_line(content_of(one.before.received), content_of(one.template.received))
    return f"{one.note}: {said}" if one.note else said
