"""Templates as they stood at a moment, as far as their versions tell."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rooms.models import RoomTemplate, TemplateVersion


@dataclass(frozen=True, slots=True)
class Then:
    """The content, and whether it is known to have been so then; otherwise it is today's."""

    content: Mapping[str, Any]
    known: bool


def templates_then(wanted: Iterable[tuple[str, datetime]]) -> dict[tuple[str, datetime], Then]:
    """For each template and moment; templates that were never read are left out. Three queries, however many.

    A version holds from when it was found or made until the next. Before the first of them nobody knows, unless 100ms
    says that the template has not changed since.
    """
    asked = {(template_id, at) for template_id, at in wanted if template_id}
    if not asked:
        return {}
    ids = {template_id for template_id, _ in asked}
    today = {template.pk: template for template in RoomTemplate.objects.filter(pk__in=ids)}
    taken: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    # Without their contents: there may be hundreds of versions, and few of them are needed.
    versions = TemplateVersion.objects.filter(template__in=ids).order_by("template_id", "number")
    for pk, template_id, at in versions.values_list("pk", "template_id", "taken_at"):
        taken[template_id].append((at, pk))
    chosen: dict[tuple[str, datetime], int | None] = {}
    for template_id, at in asked:
        place = bisect_right([taken_at for taken_at, _ in taken[template_id]], at)
        chosen[template_id, at] = taken[template_id][place - 1][1] if place else None
    needed = {pk for pk in chosen.values() if pk is not None}
    contents = dict(TemplateVersion.objects.filter(pk__in=needed).values_list("pk", "content")) if needed else {}
    found = {}
    for (template_id, at), version in chosen.items():
        if version is not None:
            found[template_id, at] = Then(contents[version], known=True)
        elif template := today.get(template_id):
            unchanged = template.updated_at is not None and template.updated_at <= at
            found[template_id, at] = Then(template.received, known=unchanged)
    return found
