"""Changes to rooms (contract, tag Rooms)."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from rooms.actors import Actor
from rooms.audit import Target, change, of_room
from rooms.connection import client
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.mirrors import rooms as mirror
from rooms.models import Room
from rooms.operations.marking import operation


@operation("operate")
def create(*, actor: Actor, name: str, settings: Mapping[str, Any]) -> Room:
    """A new room, or the room of that name overwritten: 100ms answers an existing name with that room.

    `settings`: what `rooms.hms` takes (`description`, `template_id`, `region`, `large_room`, `size`,
    `max_duration_seconds`, `recording_info`, `webhook`, `polls`). Raises ValueError that names the field, `hms.Error`.
    """
    existing = Room.objects.filter(name__iexact=name).first()
    target = of_room(existing) if existing else Target("room", name=name)
    before = _touched(existing, settings) if existing else None
    with change(actor, "room.create", target, before=before, after={"name": name, **_said(settings)}) as under_way:
        answer = client().rooms.create(name=name, **settings)
        under_way.done(target=Target("room", answer.id, answer.name, answer.id))
        return _kept(answer)


@operation("operate")
def update(*, actor: Actor, room: Room, settings: Mapping[str, Any]) -> Room:
    """Change what `settings` names, as `create` calls it, or `name`; the rest stays.

    A name that another room has makes 100ms answer with that other room: refused before it is asked.
    """
    taken = Room.objects.filter(name__iexact=settings.get("name", "")).exclude(pk=room.pk).first()
    if settings.get("name") and taken:
        raise ValueError(f"name is that of another room ({taken.pk}): 100ms would answer with that one")
    return _set(actor, "room.update", room, settings)


@operation("operate")
def enable(*, actor: Actor, room: Room) -> Room:
    """People can join again."""
    return _set(actor, "room.enable", room, {"enabled": True})


@operation("operate")
def disable(*, actor: Actor, room: Room, reason: str) -> Room:
    """Nobody new can join; a running session goes on. `reason` is kept here, 100ms has no place for it."""
    disabled = _set(actor, "room.disable", room, {"enabled": False}, reason=reason)
    disabled.disabled_reason = reason[:255]
    disabled.save(update_fields=["disabled_reason"])
    return disabled


def _set(actor: Actor, action: str, room: Room, settings: Mapping[str, Any], *, reason: str = "") -> Room:
    said = _said(settings)
    after = {**said, "reason": reason} if reason else said
    with change(actor, action, of_room(room), before=_touched(room, settings), after=after) as under_way:
        answer = client().rooms.update(room.pk, **settings)
        under_way.done()
        return _kept(answer)


def _kept(answer: HmsRoom) -> Room:
    mirror.write([answer], at=timezone.now(), ours=True)
    return Room.objects.get(pk=answer.id)


def _said(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A request in the words of the mirror (`mirror.SET`), so that a later look can tell whether it was fulfilled."""
    said = {name: value for name, value in settings.items() if name not in ("recording_info", "webhook")}
    if "recording_info" in settings:
        said["recording_enabled"] = bool((settings["recording_info"] or {}).get("enabled"))
        said["recording_info"] = settings["recording_info"]
    if "webhook" in settings:
        said["webhook_url"] = (settings["webhook"] or {}).get("url", "")
        said["webhook"] = settings["webhook"]
    return said


def _touched(room: Room, settings: Mapping[str, Any]) -> dict[str, Any]:
    """How the settings that a request names stand now."""
    held = {**mirror.settings_of(room), "polls": list(room.received.get("polls") or ())}
    return {name: held[name] for name in _said(settings) if name in held}
