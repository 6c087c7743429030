"""The differences between two contents of a template, in words: "host may end the room: no → yes".

Pure: no Django, no clock. Values are compared as they are and shown with their secrets masked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rooms.differences import ABSENT, Difference, differences
from rooms.masking import MASK, masked
from rooms.room_templates.content import KINDS, Content, canonical
from rooms.room_templates.words import DESTINATION, MEDIA, RECORDINGS, REGIONS, ROLE, SETTINGS, STORAGES
from rooms.room_templates.words import KINDS as KIND_WORDS

LONGEST_LINE: Final = 3
"""So many differences are named in one line; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One difference. `subject` "host", `what` "may end the room", `before` "no", `after` "yes".

    `kind` is "new", "gone" or "changed"; `part` the key of the content it belongs to.
    """

    part: str
    subject: str
    what: str
    before: str = ""
    after: str = ""
    kind: str = "changed"

    def __str__(self) -> str:
        head = " ".join(filter(None, (self.subject, self.what)))
        if self.kind != "changed":
            return f"{head} {'is new' if self.kind == 'new' else 'goes'}"
        return f"{head}: {self.before} → {self.after}"


def lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    """What differs, role by role and part by part, in the order of a template's page."""
    return list(_lines(canonical(before), canonical(after)))


def in_a_line(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The differences for a list of versions: the first few, and how many more."""
    found = lines(before, after)
    said = "; ".join(str(line) for line in found[:LONGEST_LINE])
    more = len(found) - LONGEST_LINE
    return f"{said}; and {more} more" if more > 0 else said or "Nothing that Rollcall shows"


def _lines(before: Content, after: Content) -> Iterator[Line]:
    if before.get("name", "") != after.get("name", ""):
        yield Line("name", "The template", "is called", before.get("name", "nothing"), after.get("name", "nothing"))
    if bool(before.get("default")) != bool(after.get("default")):
        sides = ("yes" if side.get("default") else "no" for side in (before, after))
        yield Line("default", "The template", "is the workspace's default", *sides)
    yield from _named("roles", "role", before["roles"], after["roles"], ROLE)
    for part, head, table in (("settings", "Settings:", SETTINGS), ("plugins", "Plug-ins:", {})):
        yield from _worded(part, head, before.get(part) or {}, after.get(part) or {}, table)
    held, wanted = before.get("destinations") or {}, after.get("destinations") or {}
    for kind in KINDS:
        yield from _named("destinations", KIND_WORDS[kind], held.get(kind) or {}, wanted.get(kind) or {}, DESTINATION)
    rest = [{kind: one for kind, one in side.items() if kind not in KINDS} for side in (held, wanted)]
    yield from _worded("destinations", "Destinations:", rest[0], rest[1], {})
    yield from _recordings(before.get("recordings") or [], after.get("recordings") or [])


def _named(
    part: str, noun: str, before: Mapping[str, Any], after: Mapping[str, Any], table: Mapping[str, tuple[str, str]]
) -> Iterator[Line]:
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield Line(part, f"The {noun} {name}", "", kind="gone")
        elif name not in before:
            yield Line(part, f"The {noun} {name}", "", kind="new")
        else:
            subject = name if part == "roles" else f"The {noun} {name}:"
            yield from _worded(part, subject, before[name], after[name], table)


def _recordings(before: list[Any], after: list[Any]) -> Iterator[Line]:
    if bool(before) != bool(after):
        yield Line("recordings", "The recordings configuration", "", kind="new" if after else "gone")
        return
    for place in range(max(len(before), len(after))):
        sides = [side[place] if place < len(side) else {} for side in (before, after)]
        yield from _worded("recordings", "Recordings:", sides[0], sides[1], RECORDINGS)


def _worded(part: str, subject: str, before: Any, after: Any, table: Mapping[str, tuple[str, str]]) -> Iterator[Line]:
    for difference in _merged(differences(before, after), before, after):
        what, unit = table.get(difference.path) or (_plain(difference.path), "")
        key = difference.path.rpartition(".")[2]
        both = [_shown(side, key, unit, difference) for side in (difference.before, difference.after)]
        if both[0] == both[1]:
            both = [both[0], f"{both[1]} (another one)"]  # a secret: only that it changed may be said
        yield Line(part, subject, what, both[0], both[1])


def _merged(found: list[Difference], before: Any, after: Any) -> Iterator[Difference]:
    """Lists of layers as one difference each: a person reads the row of them, not what shifted in it."""
    seen = set()
    for difference in found:
        path = difference.path.partition("[")[0]
        if path == difference.path:
            yield from _opened(difference)
        elif path not in seen:
            seen.add(path)
            yield Difference(path, _at(before, path), _at(after, path))


def _opened(difference: Difference) -> Iterator[Difference]:
    """An object that is new or gone, as its own settings, so that each is said by its words."""
    whole = difference.after if difference.before is ABSENT else difference.before
    if difference.before is not ABSENT and difference.after is not ABSENT:
        yield difference
    elif isinstance(whole, Mapping) and whole:
        for key, inner in whole.items():
            path = f"{difference.path}.{key}"
            sides = (ABSENT, inner) if difference.before is ABSENT else (inner, ABSENT)
            yield from _opened(Difference(path, *sides))
    else:
        yield difference


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step, ABSENT) if isinstance(value, Mapping) else ABSENT
    return value


def _shown(value: Any, key: str, unit: str, difference: Difference) -> str:
    if key in ("credentials", "key", "secret"):
        return "none" if value is ABSENT else MASK
    if value is ABSENT:
        other = difference.after if difference.before is ABSENT else difference.before
        return "no" if isinstance(other, bool) else "none" if isinstance(other, list | Mapping) else "not set"
    if key == "maxPeerCount":
        return {0: "no limit", -1: "nobody"}.get(value, str(value))
    text = _text(masked(value, field=key), key)
    return f"{text} {unit}" if unit and not isinstance(value, bool) else text


def _text(value: Any, key: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(item, key) for item in value) or "nothing"
    if isinstance(value, Mapping):
        return _layer(value) if "rid" in value or "videoBitrate" in value else _object(value)
    words = {"allowed": MEDIA, "type": STORAGES, "region": REGIONS}.get(key)
    return words.get(value, str(value)) if words else str(value)


def _layer(layer: Mapping[str, Any]) -> str:
    size = f"{layer['width']}×{layer['height']}" if layer.get("width") and layer.get("height") else ""
    scale = f"1/{layer['scaleResolutionDownBy']:g}" if layer.get("scaleResolutionDownBy") else ""
    rate = layer.get("maxBitrate") or layer.get("videoBitrate")
    return " ".join(filter(None, (str(layer.get("rid") or ""), size or scale, f"{rate} kbps" if rate else "")))


def _object(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {_text(inner, str(key))}" for key, inner in value.items())


def _plain(path: str) -> str:
    """A setting that we have no words for, by its own name: "publishParams.newThing" → "publish params, new thing"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", path).lower()
    return spaced.replace(".", ", ").replace("_", " ")
