"""Changes to rooms (contract, tag Rooms)."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from rooms import hms
from rooms.actors import Actor
from rooms.audit import Change, Target, change, of_room
from rooms.connection import client
from rooms.elsewhere import Unsettled
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.mirrors import rooms as mirror
from rooms.models import Room
from rooms.names import NameTaken, NotAsked, holder_of
from rooms.operations.marking import operation


@operation("operate")
def create(*, actor: Actor, name: str, settings: Mapping[str, Any], overwrite: str = "") -> Room:
    """A new room. Where the name is taken, case ignored, 100ms changes that room instead: `overwrite` is its id.

    `settings`: what `rooms.hms` takes (`description`, `template_id`, `region`, `large_room`, `size`,
    `max_duration_seconds`, `recording_info`, `webhook`, `polls`). Raises `NameTaken` for a room that is not to be
    overwritten, ValueError that names the field, `hms.Error`. Safe to repeat: a room of this name that an attempt of
    ours without an answer may have made is met again, not refused.
    """
    holder = holder_of(name)
    if holder and holder.room.pk != overwrite and (holder.is_known or not _may_have_made(name)):
        raise NameTaken(holder)
    if holder and holder.is_known and _held(holder.room, "name").name.casefold() != name.casefold():
        # 100ms would change whatever room has the name by now.
        raise ValueError(f"name is no longer that of {holder.room} in 100ms: take that room over from there first")
    target = of_room(holder.room) if holder else Target("room", name=name)
    before = _touched(holder.room, settings) if holder else None
    with change(actor, "room.create", target, before=before, after={"name": name, **_said(settings)}) as under_way:
        return _kept(client().rooms.create(name=name, **settings), under_way)


@operation("operate")
def clone(*, actor: Actor, room: Room, name: str) -> Room:
    """A new room set like another, without what `secrets_of` names: we do not hold it. Raises as `create` does."""
    settings: dict[str, Any] = {
        "description": room.description or None,
        "template_id": room.template_id or None,
        "region": room.region or None,
        "large_room": room.large_room or None,
        "size": room.size,
        "max_duration_seconds": room.max_duration_seconds,
        "recording_info": None if room.recording_enabled is None else {"enabled": room.recording_enabled},
        "polls": [poll.pk for poll in room.polls.all()] or None,
        "webhook": {"url": room.webhook_url} if room.webhook_url and not mirror.secrets_of(room).webhook else None,
    }
    return create(actor=actor, name=name, settings={key: value for key, value in settings.items() if value is not None})


@operation("operate")
def update(*, actor: Actor, room: Room, settings: Mapping[str, Any]) -> Room:
    """Change what `settings` names, as `create` calls it, or `name`; the rest stays.

    So do the parts that are left out of `webhook` (`url`, `headers`) and of `recording_info` (`upload_info`), which
    100ms would drop: they are read from it first, for secrets are not kept here. Raises `NotAsked` when that fails,
    `NameTaken` for the name of another room, with which 100ms would answer, and as `create`.
    """
    if settings.get("name") and (holder := holder_of(settings["name"], besides=room.pk)):
        raise NameTaken(holder)
    rest = {key: value for key, value in settings.items() if key != "template_id"}
    if room.large_room and "size" in rest:
        # Left out, it may keep its old value or fall back to false (contract, RoomUpdate).
        rest.setdefault("large_room", True)
    if rest:
        room = _set(actor, "room.update", room, rest)
    return _given(actor, room, settings["template_id"]) if "template_id" in settings else room


@operation("operate")
def enable(*, actor: Actor, room: Room) -> Room:
    """People can join again."""
    return _set(actor, "room.enable", room, {"enabled": True})


@operation("operate")
def disable(*, actor: Actor, room: Room, reason: str) -> Room:
    """Nobody new can join; a running session goes on. `reason` is kept here, 100ms has no place for it."""
    return _set(actor, "room.disable", room, {"enabled": False}, reason=reason)


def _set(actor: Actor, action: str, room: Room, settings: Mapping[str, Any], *, reason: str = "") -> Room:
    whole = _whole(room, settings)
    said = {**_said(settings), "reason": reason} if reason else _said(settings)
    with change(actor, action, of_room(room), before=_touched(room, settings), after=said) as under_way:
        return _kept(client().rooms.update(room.pk, **whole), under_way, reason=reason)


def _given(actor: Actor, room: Room, template_id: str) -> Room:
    """The room on another template, which only a create with the name of the room changes (contract, RoomUpdate)."""
    held = _held(room, "template_id")
    settings: dict[str, Any] = {"template_id": template_id}
    if held.recording_info and not held.recording_source_template:
        # Left out, the room would record as its template says.
        settings["recording_info"] = held.recording_info
    if held.large_room:
        settings["large_room"] = True
    wish = {"template_id": template_id}
    with change(actor, "room.update", of_room(room), before=_touched(room, wish), after=wish) as under_way:
        # By the name that 100ms has now: by an outdated one it would make a second room.
        return _kept(client().rooms.create(name=held.name, **settings), under_way)


def _kept(answer: HmsRoom, under_way: Change, *, reason: str = "") -> Room:
    """100ms has answered: the book and the mirror follow. Raises ValueError when it changed another room."""
    asked = under_way.target
    under_way.done(target=Target("room", answer.id, answer.name, answer.id))
    mirror.write([answer], at=timezone.now(), ours=True, reason=reason)
    if asked.id and answer.id != asked.id:
        raise ValueError(f"name was taken meanwhile: 100ms changed the room that has it, {answer.name} ({answer.id})")
    return Room.objects.get(pk=answer.id)


def _whole(room: Room, settings: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` with the parts that a request must repeat so that 100ms keeps them."""
    whole = dict(settings)
    for name, parts in (("webhook", {"url", "headers"}), ("recording_info", {"enabled", "upload_info"})):
        if name in whole and not parts <= set(whole[name]):
            held = getattr(_held(room, name), name) or {}
            whole[name] = {**{part: held[part] for part in parts if held.get(part)}, **whole[name]}
    return whole


def _held(room: Room, field: str) -> HmsRoom:
    try:
        return client().rooms.get(room.pk)
    except hms.Error as problem:
        raise NotAsked(f"{field} could not be read from 100ms first ({problem}); nothing was changed") from problem


def _may_have_made(name: str) -> bool:
    """Did an attempt of ours to make a room of this name get no answer?"""
    return any(
        request.action == "room.create" and not request.target_id and request.target_name.casefold() == name.casefold()
        for request in Unsettled.of("room", now=timezone.now()).open
    )


def _said(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A request in the words of the mirror (`mirror.SET`), so that a later look can tell whether it was fulfilled."""
    said = {name: value for name, value in settings.items() if name not in ("recording_info", "webhook", "region")}
    if "region" in settings:
        # 100ms answers "auto" with the region it chose, so that one cannot be compared.
        said["region_asked" if settings["region"] == "auto" else "region"] = settings["region"]
    if "recording_info" in settings:
        said["recording_enabled"] = bool((settings["recording_info"] or {}).get("enabled"))
        said["recording_info"] = settings["recording_info"]
    if "webhook" in settings:
        if "url" in settings["webhook"]:
            said["webhook_url"] = settings["webhook"]["url"]
        said["webhook"] = settings["webhook"]
    return said


def _touched(room: Room, settings: Mapping[str, Any]) -> dict[str, Any]:
    """How the settings that a request names stand now."""
    held = {**mirror.settings_of(room), "polls": list(room.received.get("polls") or ())}
    return {name: held[name] for name in _said(settings) if name in held}
