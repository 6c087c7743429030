"""Changes to room templates (contract, tag Policy). A template cannot be deleted.

100ms replaces what it is sent, so a change is the whole of what was just read with something in it changed: what we
do not know, and secrets that nobody saw, go back as they came. Before each call the part it replaces is read again,
and the call is not made when that is no longer what the person saw.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone

from rooms import hms
from rooms.actors import Actor, name_of
from rooms.audit import Target, change
from rooms.connection import client
from rooms.mirrors import templates as mirror
from rooms.models import RoomTemplate
from rooms.operations.marking import operation
from rooms.room_templates.content import PARTS, Content, canonical, content_of, flat
from rooms.room_templates.plan import Step, steps
from rooms.room_templates.secrets import check_unmasked, outgoing

_WORDS: Final[Mapping[str, str]] = {
    "set_role": "The role {} is saved",
    "delete_role": "The role {} is deleted",
    "update_settings": "The settings are saved",
    "update_destinations": "The destinations are saved",
    "update": "Roles and settings are saved",
    "configure_recordings": "The recordings are saved",
}


class ChangedMeanwhile(ValueError):
    """100ms no longer has what the change was made upon; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("100ms has another state by now than the one this change was made upon; nothing was sent")


class PartlyDone(Exception):
    """A change of several calls of which 100ms made some: `done` says which, `cause` why the rest is not."""

    def __init__(self, template: RoomTemplate, done: str, cause: hms.Error | ValueError) -> None:
        super().__init__(f"{done}, and then: {cause}")
        self.template, self.done, self.cause = template, done, cause


@operation("operate")
def create(*, actor: Actor, content: Mapping[str, Any], note: str = "") -> RoomTemplate:
    """A new template of `content`, which has a `name`. One of that name is not overwritten, as 100ms would do.

    Raises ValueError that names the field, `hms.Error`, and `PartlyDone` where the template is made and its
    recordings are not.
    """
    name = str(content.get("name") or "")
    if not name:
        raise ValueError("name is required")
    check_unmasked(content)
    said = flat(content)
    # What 100ms fills in by itself cannot be foreseen; the names tell whether a lost answer was a yes.
    wish = {key: said[key] for key in ("name", "roles", "destinations")}
    with change(actor, "template.create", Target("template", name=name), after=wish) as under_way:
        _refuse_taken(name)
        body = {part: content[part] for part in ("roles", "destinations", "plugins") if content.get(part)}
        answer = client().templates.create(
            name=name,
            default=content.get("default") or None,
            settings=outgoing(content.get("settings") or {}),
            **body,
        )
        received = {**answer.raw, "recordings": []}
        under_way.done(target=Target("template", answer.id, answer.name), after=flat(content_of(received)))
        mirror.write([received], at=timezone.now(), ours=True, actor=name_of(actor), note=note or "Made here")
    template = RoomTemplate.objects.get(pk=answer.id)
    if content.get("recordings"):
        wanted = {**content_of(received), "recordings": content["recordings"]}
        try:
            _take(actor, template, received, Step("configure_recordings", wanted), note)
        except (hms.Error, ValueError) as problem:
            raise PartlyDone(template, "The template is made", problem) from problem
        template.refresh_from_db()
    return template


@operation("operate")
def update(
    *,
    actor: Actor,
    template: RoomTemplate,
    seen: Mapping[str, Any],
    wanted: Mapping[str, Any],
    renamed: tuple[str, str] | None = None,
    note: str = "",
) -> RoomTemplate:
    """Bring the template from `seen`, as `rooms.mirrors.templates.read` gave it, to the content `wanted`.

    By as few calls as do (`rooms.room_templates.plan`), each with its entries in the book; the first that fails ends
    it, and what was done before stays. `renamed`: (a role's name now, its name in `wanted`); `note` begins the line
    in the history. Raises `ChangedMeanwhile`, ValueError that names the field, `hms.Error`; after the first call
    `PartlyDone` with one of these.
    """
    check_unmasked(wanted)
    held = dict(seen)
    done: list[str] = []
    for step in steps(content_of(seen), wanted, renamed=renamed):
        try:
            held = _take(actor, template, held, step, note)
        except (hms.Error, ValueError) as problem:
            if not done:
                raise
            raise PartlyDone(template, "; ".join(done), problem) from problem
        done.append(_WORDS[step.action].format(step.role))
    template.refresh_from_db()
    return template


def _take(actor: Actor, template: RoomTemplate, held: Mapping[str, Any], step: Step, note: str) -> dict[str, Any]:
    """One step; the template as received after it."""
    before, after = flat(content_of(held)), flat(step.after)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    target = mirror.of_template(template)
    was, wish = ({name: side.get(name) for name in names} for side in (before, after))
    with change(actor, f"template.{step.action}", target, before=was, after=wish) as under_way:
        _check_unchanged(template.pk, held, step)
        content = {**step.after, **_sent(template.pk, step)}
        under_way.done()
        received = {key: value for key, value in held.items() if key not in PARTS} | content
        mirror.write([received], at=timezone.now(), ours=True, actor=name_of(actor), note=note)
    return received


def _sent(template_id: str, step: Step) -> Content:
    """Make the call; the parts of the content that its answer tells."""
    templates, after = client().templates, step.after
    match step.action:
        case "set_role":
            name = step.becomes or step.role
            answer = templates.set_role(template_id, step.role, {**after["roles"][name], "name": name})
            return {"roles": {**after["roles"], name: answer.raw}}
        case "delete_role":
            templates.delete_role(template_id, step.role)
            return {}
        case "update_settings":
            return {"settings": templates.update_settings(template_id, outgoing(after["settings"])).raw}
        case "update_destinations":
            return {"destinations": templates.update_destinations(template_id, after["destinations"]).raw}
        case "configure_recordings":
            configs = templates.configure_recordings(template_id, after.get("recordings") or [])
            return {"recordings": [config.raw for config in configs]}
    whole = templates.update(
        template_id,
        name=after.get("name"),
        default=after.get("default"),
        roles={name: role or {} for name, role in after["roles"].items()},
        settings=outgoing(after.get("settings") or {}),
        destinations=after.get("destinations") or {},
        plugins=after.get("plugins"),
    )
    return {part: value for part, value in content_of(whole.raw).items() if part != "recordings"}


def _check_unchanged(template_id: str, held: Mapping[str, Any], step: Step) -> None:
    """Raises `ChangedMeanwhile` when 100ms no longer has of `held` what the step replaces."""
    now = _now(template_id, step)
    if _same(now, held, step.role):
        return
    # A part by itself may be told otherwise than in the whole, by which `held` was read: the whole decides.
    whole = mirror.read(client(), template_id)
    if not _same({part: whole.get(part) for part in now}, held, step.role):
        raise ChangedMeanwhile


def _now(template_id: str, step: Step) -> Content:
    """The part that the step replaces, as 100ms has it now."""
    templates = client().templates
    match step.action:
        case "set_role" | "delete_role":
            try:
                return {"roles": {step.role: templates.get_role(template_id, step.role).raw}}
            except hms.NotFound:
                return {"roles": {}}
        case "update_settings":
            return {"settings": templates.get_settings(template_id).raw}
        case "update_destinations":
            return {"destinations": templates.get_destinations(template_id).raw}
        case "configure_recordings":
            return {"recordings": [config.raw for config in templates.get_recordings(template_id)]}
    return content_of(templates.get(template_id).raw)


def _same(now: Mapping[str, Any], held: Mapping[str, Any], role: str) -> bool:
    """Is what `now` tells as in `held`? Of the roles only `role` counts, where one is named."""
    sides = [canonical({part: side.get(part) for part in now}) for side in (now, held)]
    if role:
        return bool(sides[0]["roles"].get(role) == sides[1]["roles"].get(role))
    return sides[0] == sides[1]


def _refuse_taken(name: str) -> None:
    for other in client().templates.list():
        if other.name == name:
            # It may be the one of an attempt whose answer was lost: once mirrored, the book says what became of that.
            mirror.write([other.raw], at=timezone.now())
            raise ValueError(
                f"name is taken: 100ms has a template called {name} ({other.id}), perhaps made by an attempt that got "
                "no answer. Nothing was made now; open that one, or take another name."
            )
