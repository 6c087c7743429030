"""Templates as JSON files: written without secrets, read with every fault named by its path.

Pure: no Django, no clock.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from rooms.hms.limits import check
from rooms.hms.resources.template_limits import RECORDINGS, TEMPLATE
from rooms.masking import masked
from rooms.room_templates.content import KINDS, PARTS, Content, content_of
from rooms.room_templates.secrets import restored

BIGGEST: Final = 2_000_000
"""Bytes; 200 roles take a quarter of it."""

# What 100ms adds to a template and nobody sets.
_NOT_SET: Final = frozenset({"id", "_id", "customerId", "customer_id", "customer", "appId", "createdAt", "updatedAt"})


class NotATemplate(ValueError):
    """The text is no template, or not one that 100ms takes; the message names the place and what to do."""


def written(content: Mapping[str, Any]) -> str:
    """A content as JSON, its secrets masked."""
    return json.dumps(masked(content_of(content)), indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> Content:
    """The content of a file: one that `written` made, or a template as 100ms gives it. Raises `NotATemplate`."""
    if len(text.encode(errors="replace")) > BIGGEST:
        raise NotATemplate(f"The file is larger than {BIGGEST:,} bytes; a template is not.")
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as problem:
        raise NotATemplate(
            f"Line {problem.lineno}, column {problem.colno}: this is not JSON ({problem.msg})."
        ) from None
    except (RecursionError, ValueError):
        raise NotATemplate("This is not JSON that can be read.") from None
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # JSON can name halves of letters, "\ud800"; neither 100ms nor a database takes them.
        raise NotATemplate("The file holds half a letter (a lone surrogate). Save it again.") from None
    if not isinstance(value, dict):
        raise NotATemplate("The file must hold one object, with “name” and “roles” in it.")
    unknown = sorted(set(value) - set(PARTS) - _NOT_SET)
    if unknown:
        raise NotATemplate(f"{unknown[0]}: no part of a template. Take it out, or correct its name.")
    if not isinstance(value.get("roles"), dict) or not value["roles"]:
        raise NotATemplate("roles: a template needs at least one role, by its name.")
    _check_kinds(value.get("destinations"))
    content = content_of(value)
    content["roles"] = {name: {**(role or {}), "name": name} for name, role in _roles(content["roles"]).items()}
    # What is masked has the shape of a text; what it stands for is judged once it is put back.
    bare = restored(content, {}).content
    try:
        check({part: one for part, one in bare.items() if part != "recordings"}, TEMPLATE)
        check(bare.get("recordings") or [], RECORDINGS, "recordings")
    except ValueError as problem:
        raise NotATemplate(f"{_pointed(str(problem))}.") from None
    return content


def _roles(roles: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, role in roles.items():
        if not name.strip():
            raise NotATemplate("roles: a role needs a name.")
        if role is not None and not isinstance(role, dict):
            raise NotATemplate(f"roles.{name}: must be an object; {{}} takes all defaults.")
    return roles


def _check_kinds(destinations: Any) -> None:
    if isinstance(destinations, dict):
        unknown = [kind for kind in destinations if kind not in (*KINDS, "plugins")]
        if unknown:
            raise NotATemplate(f"destinations.{unknown[0]}: no kind of destination. There are {', '.join(KINDS)}.")


def _pointed(problem: str) -> str:
    """ "roles.host.priority must be 1 to 5, not 9" → "roles.host.priority: must be 1 to 5, not 9"."""
    for word in (" must ", " is "):
        at, found, rest = problem.partition(word)
        if found:
            return f"{at}:{found}{rest}"
    return problem


def _no_number(name: str) -> Any:
    raise ValueError(name)
