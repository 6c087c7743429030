"""What a timetable would do to the rooms as they are now, line by line."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Literal

from django.db.models.functions import Lower

from rooms.differences import Difference
from rooms.mirrors import rooms as mirror
from rooms.models import Room
from rooms.template_names import TemplateNames
from rooms.timetable import Wish

_ASKED_AT_ONCE: Final = 500
_LARGE: Final = 2_500


@dataclass(frozen=True, slots=True)
class Step:
    """One line. `settings` in the words of `rooms.operations.rooms`; `changes` by those of the mirror."""

    number: int
    name: str
    kind: Literal["create", "change", "same", "refused"]
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[Difference] = ()
    problems: Sequence[str] = ()
    room: Room | None = None


def plan(wishes: Sequence[Wish], templates: TemplateNames) -> list[Step]:
    """Each room is found by its name, case ignored, as 100ms finds it."""
    held = _held(wish.name for wish in wishes)
    return [_step(wish, held.get(wish.name.lower()), templates) for wish in wishes]


def digest(steps: Iterable[Step]) -> str:
    """By it a run knows that it would do what the dry run showed."""
    told = [
        (
            step.number,
            step.kind,
            step.name,
            step.room.pk if step.room else "",
            [repr(change) for change in step.changes],
        )
        for step in steps
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def _held(names: Iterable[str]) -> dict[str, Room]:
    found: dict[str, Room] = {}
    rest = iter({name.lower() for name in names if name})
    while some := list(islice(rest, _ASKED_AT_ONCE)):
        rooms = Room.objects.filter(gone_at=None).annotate(lower=Lower("name")).filter(lower__in=some)
        for room in rooms.order_by("-pk"):
            found[room.name.lower()] = room
    return found


def _step(wish: Wish, room: Room | None, templates: TemplateNames) -> Step:
    problems = list(wish.problems)
    wanted = dict(wish.settings)
    if "template" in wanted:
        try:
            wanted["template_id"] = templates.id_of(wanted.pop("template"))
        except ValueError as problem:
            problems.append(str(problem))
    if problems:
        return Step(wish.number, wish.name, "refused", problems=problems, room=room)
    if room is None:
        return Step(wish.number, wish.name, "create", _asked(wanted), [Difference(*one) for one in _new(wanted)])
    held = mirror.settings_of(room)
    if wanted.get("region") == "auto" and held["region"]:
        del wanted["region"]  # 100ms has chosen already
    changes = [Difference(name, held[name], value) for name, value in wanted.items() if held[name] != value]
    settings = _asked({change.path: change.after for change in changes})
    return Step(wish.number, wish.name, "change" if changes else "same", settings, changes, room=room)


def _new(wanted: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    return ((name, None, value) for name, value in wanted.items())


def _asked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    asked = dict(wanted)
    if "recording_enabled" in asked:
        asked["recording_info"] = {"enabled": asked.pop("recording_enabled")}
    if asked.get("size", 0) > _LARGE:
        asked["large_room"] = True
    return asked
