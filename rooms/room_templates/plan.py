"""The calls that bring a template from one content to another: one narrow call where one does, the whole otherwise.

Pure: no Django, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rooms.room_templates.content import Content, canonical

Action = Literal["set_role", "delete_role", "update_settings", "update_destinations", "update", "configure_recordings"]


@dataclass(frozen=True, slots=True)
class Step:
    """One call of the section Policy. `after`: the whole content once it is done; `role`: the one it concerns.

    `becomes`: the name that the role has from then on, where that is another.
    """

    action: Action
    after: Content
    role: str = ""
    becomes: str = ""


def steps(seen: Mapping[str, Any], wanted: Mapping[str, Any], *, renamed: tuple[str, str] | None = None) -> list[Step]:
    """What to call, in this order. Roles go and change their names by calls of their own, which 100ms knows as such.

    `renamed`: (its name now, its name in `wanted`). Recordings are last, for they name a role that must be there.
    """
    found = []
    held = dict(seen)
    if renamed is not None:
        old, new = renamed
        roles = {(new if name == old else name): role for name, role in held["roles"].items()}
        held["roles"] = {**roles, new: {**wanted["roles"][new], "name": new}}
        found.append(Step("set_role", dict(held), old, new))
    gone = [name for name in held["roles"] if name not in wanted["roles"]]
    new_ones = [name for name in wanted["roles"] if name not in held["roles"]]
    if len(gone) == 1 and not new_ones:
        held["roles"] = {name: role for name, role in held["roles"].items() if name != gone[0]}
        found.append(Step("delete_role", dict(held), gone[0]))
    changed = changed_parts(held, wanted)
    rest = [part for part in changed if part != ("recordings", "")]
    if rest:
        after = {part: value for part, value in wanted.items() if part != "recordings"}
        after |= {"recordings": held["recordings"]} if "recordings" in held else {}
        found.append(_step(rest, after))
    if ("recordings", "") in changed:
        found.append(Step("configure_recordings", dict(wanted)))
    return found


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts that differ: ("roles", "host"), ("settings", ""), …"""
    sides = canonical(before), canonical(after)
    roles = [side["roles"] for side in sides]
    names = [*roles[0], *(name for name in roles[1] if name not in roles[0])]
    found = [("roles", name) for name in names if roles[0].get(name) != roles[1].get(name)]
    parts = ("name", "default", "settings", "destinations", "plugins", "recordings")
    return found + [(part, "") for part in parts if sides[0].get(part) != sides[1].get(part)]


def _step(parts: list[tuple[str, str]], after: Content) -> Step:
    match parts:
        case [("roles", name)] if name in after["roles"]:
            return Step("set_role", after, name)
        case [("settings", "")]:
            return Step("update_settings", after)
        case [("destinations", "")]:
            return Step("update_destinations", after)
    return Step("update", after)
