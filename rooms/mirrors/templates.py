"""Room templates and their roles (contract, tag Policy). The only module that writes `RoomTemplate` and `Role`.

A template is received in two answers, itself and its recordings; here they are one object, with `recordings` in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from rooms import hms
from rooms.audit import Target
from rooms.elsewhere import Unsettled
from rooms.hms.resources.base import read as typed
from rooms.hms.resources.templates import Template as HmsTemplate
from rooms.masking import masked
from rooms.mirrors.pulling import Pulled
from rooms.models import Role, RoomTemplate
from rooms.room_templates import versions
from rooms.room_templates.content import content_of, flat

MIRRORED = [
    "name",
    "is_default",
    "region",
    "recording_enabled",
    "created_at",
    "updated_at",
    "mirrored_at",
    "changed_elsewhere_at",
    "gone_at",
    "received",
]
AT_ONCE = 100


def of_template(template: RoomTemplate) -> Target:
    return Target("template", template.pk, str(template))


def settings_of(template: RoomTemplate) -> dict[str, Any]:
    """What is set for a template, its secrets masked, by the names of `rooms.room_templates.content.flat`."""
    return flat(content_of(template.received))


def read(client: hms.Client, template_id: str) -> dict[str, Any]:
    """One template as it is in 100ms now, secrets and all. Raises `hms.Error`."""
    raw = client.templates.get(template_id).raw
    return {**raw, "recordings": [config.raw for config in client.templates.get_recordings(template_id)]}


def pull(client: hms.Client, *, at: datetime, template_id: str | None = None) -> Pulled:
    """Read the templates (or one) and store them; `at`: now. One call a hundred templates and one for each of them."""
    pulled = Pulled()
    if template_id is not None:
        pulled.pages = 1
        pulled.objects = write([read(client, template_id)], at=at)
        return pulled
    waiting: list[dict[str, Any]] = []
    for template in client.templates.list():
        waiting.append({**template.raw, **_recordings(client, template.id, pulled)})
        if len(waiting) == AT_ONCE:
            _take(pulled, waiting, at)
            waiting = []
    _take(pulled, waiting, at)
    # The whole list was read: what it lacks was taken away in 100ms's own dashboard, for the API cannot.
    RoomTemplate.objects.filter(mirrored_at__lt=at, gone_at=None).update(gone_at=at)
    return pulled


def _take(pulled: Pulled, received: Sequence[Mapping[str, Any]], at: datetime) -> None:
    pulled.pages += 1
    pulled.objects += write(received, at=at)


def _recordings(client: hms.Client, template_id: str, pulled: Pulled) -> dict[str, Any]:
    """Its recordings under their name; nothing where they cannot be read, so that they stay as they are held."""
    try:
        return {"recordings": [config.raw for config in client.templates.get_recordings(template_id)]}
    except (hms.NotFound, hms.UnreadableAnswer) as problem:
        pulled.problems.append(f"recordings of template {template_id}: {problem}")
        return {}


@transaction.atomic
def write(
    objects: Iterable[Mapping[str, Any]], *, at: datetime, ours: bool = False, actor: str = "", note: str = ""
) -> int:
    """Store templates as just read from 100ms, each with its `recordings`; how many. Others' changes become versions.

    `at`: when they were asked for; what was written since then is newer and stays. `ours`: this is the answer to a
    change that `actor` made. An object without `recordings` keeps those held.
    """
    asked = {str(raw["id"]): raw for raw in objects}
    known = RoomTemplate.objects.select_for_update(no_key=True).order_by("pk").in_bulk(list(asked))
    unsettled = None if ours else Unsettled.of("template", now=at)
    looked_at = RoomTemplate.objects.filter(mirrored_at__lt=at).aggregate(last=Max("mirrored_at"))["last"]
    rows: list[RoomTemplate] = []
    taken: list[versions.Taken] = []
    for raw in asked.values():
        old = known.get(str(raw["id"]))
        if old is not None and old.mirrored_at is not None and old.mirrored_at > at:
            continue
        row = row_of(raw, old)
        row.mirrored_at = at
        held = settings_of(old) if old is not None and old.mirrored_at else None
        found = settings_of(row)
        by = actor
        if unsettled is None:
            row.changed_elsewhere_at = None
        else:
            # Whose request it was must be known before it is settled.
            by = next((one.actor for one in (*unsettled.under_way, *unsettled.open) if one.target_id == row.pk), "")
            # What was there at the very first look is nobody's doing.
            is_new = looked_at is not None and row.created_at is not None and row.created_at > looked_at
            if unsettled.notice(of_template(row), held, found, is_new=is_new):
                row.changed_elsewhere_at, by = at, ""
        if held != found:
            taken.append(versions.Taken(row, before=old if held is not None else None, actor=by, note=note))
        rows.append(row)
    RoomTemplate.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=MIRRORED)
    _write_roles([one.template for one in taken])
    versions.record(taken, at=at)
    return len(rows)


def row_of(raw: Mapping[str, Any], old: RoomTemplate | None = None) -> RoomTemplate:
    """A row from what 100ms says; times that an answer leaves out, or calls zero, are as they were."""
    template = typed(HmsTemplate, dict(raw))
    received = masked(dict(raw))
    if "recordings" not in raw and old is not None and "recordings" in old.received:
        received["recordings"] = old.received["recordings"]
    recording = (template.settings.recording or {}).get("enabled")
    return RoomTemplate(
        id=template.id,
        name=template.name[:255],
        is_default=template.default,
        region=template.settings.region[:32],
        recording_enabled=bool(recording) or any(_records(config) for config in received.get("recordings") or ()),
        created_at=template.created_at or (old.created_at if old else None),
        updated_at=template.updated_at or (old.updated_at if old else None),
        changed_elsewhere_at=old.changed_elsewhere_at if old else None,
        received=received,
    )


def _records(config: Mapping[str, Any]) -> bool:
    """Does it record by itself, or let somebody record?"""
    composite = config.get("compositeRecording") or {}
    ways = (
        composite.get("browserComposite"),
        composite.get("customComposite"),
        config.get("trackRecording"),
        config.get("streamRecording"),
    )
    return any((way or {}).get("enabled") or (way or {}).get("autoStart") for way in ways)


def _write_roles(templates: Sequence[RoomTemplate]) -> None:
    rows = [
        _role_of(template, name, role or {})
        for template in templates
        for name, role in (template.received.get("roles") or {}).items()
    ]
    kept = {(row.template_id, row.name) for row in rows}
    held = Role.objects.filter(template__in=templates).values_list("pk", "template_id", "name")
    gone = [pk for pk, template_id, name in held if (template_id, name) not in kept]
    Role.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["template", "name"],
        update_fields=["priority", "max_peer_count", "publishes", "received"],
    )
    Role.objects.filter(pk__in=gone).delete()


def _role_of(template: RoomTemplate, name: str, role: Mapping[str, Any]) -> Role:
    publish = role.get("publishParams") or {}
    return Role(
        template=template,
        name=name[:255],
        priority=role.get("priority"),
        max_peer_count=role.get("maxPeerCount") or 0,
        publishes=list(publish.get("allowed") or ()),
        received=dict(role),
    )
