"""Polls and quizzes, as the contract's section Polls writes them, and what they were at any moment."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from rooms.simulator.checks import fields, flag, list_of, one_of, text, whole
from rooms.simulator.refusals import Refused

CHOICES = ("single-choice", "multiple-choice")
OPTION = fields({"index": whole(1), "text": text(), "weight": whole()})
_ANSWER = fields({"hidden": flag, "options": list_of(whole(1)), "text": text(), "case": flag, "trim": flag})
QUESTION = fields(
    {
        "index": whole(1),
        "text": text(),
        "type": one_of(*CHOICES, "short-answer", "long-answer"),
        "format": text(),
        "attachment": list_of(fields({"type": text(), "url": text()})),
        "skippable": flag,
        "duration": whole(0),
        "once": flag,
        "weight": whole(),
        "answer_min_len": whole(0),
        "answer_max_len": whole(0),
        "answer": _ANSWER,
        "options": list_of(OPTION),
    }
)
POLL = fields(
    {
        "title": text(),
        "duration": whole(0),
        "anonymous": flag,
        "mode": one_of("userid", "peerid"),
        "type": one_of("poll", "quiz"),
        "start": one_of("auto", "manual"),
        "questions": list_of(QUESTION),
    }
)


@dataclass(slots=True)
class Poll:
    """`versions` are what it was from which moment on, oldest first; a run keeps the one it began with."""

    id: str
    versions: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def rewrite(self, body: dict[str, Any], now: int) -> None:
        """Everything anew, questions included."""
        given = {name: value for name, value in body.items() if value is not None}
        whole = {
            "title": "",
            "duration": 0,
            "anonymous": False,
            "mode": "userid",
            "type": "poll",
            "start": "auto",
            **{name: given[name] for name in given if name in _NAMES},
            "questions": [question(one, place) for place, one in enumerate(given.get("questions", ()), 1)],
        }
        self.versions.append((now, whole))

    def at(self, moment: int) -> dict[str, Any] | None:
        """What it was at a moment; None before it was made."""
        return next((one for since, one in reversed(self.versions) if since <= moment), None)

    def as_object(self) -> dict[str, Any]:
        """The poll object."""
        return {"id": self.id, **self.versions[-1][1]}

    def draft(self) -> dict[str, Any]:
        """A copy to change and give to `rewrite`."""
        return deepcopy(self.versions[-1][1])


_NAMES = ("title", "duration", "anonymous", "mode", "type", "start")


def question(body: dict[str, Any], index: int) -> dict[str, Any]:
    """A question with the documented defaults, in its place; one with options and no type is a single choice."""
    given = {name: value for name, value in body.items() if value is not None}
    options = [option(one, place) for place, one in enumerate(given.get("options", ()), 1)]
    whole = {
        "text": "",
        "format": "text",
        "attachment": [],
        "skippable": True,
        "duration": 0,
        "once": False,
        "weight": 1,
        "type": "single-choice" if options else "short-answer",
        **given,
        "index": index,
    }
    return {**whole, "options": options} if options or whole["type"] in CHOICES else whole


def option(body: dict[str, Any], index: int) -> dict[str, Any]:
    """An option in its place."""
    given = {name: value for name, value in body.items() if value is not None}
    return {"text": "", "weight": 1, **given, "index": index}


def placed(items: list[dict[str, Any]], index: str) -> int:
    """The position in the list that a path names from 1. Raises Refused (404) when nothing is there."""
    place = int(index) if index.isascii() and index.isdigit() else 0
    if not 1 <= place <= len(items):
        raise Refused(404, "not found")
    return place - 1


def without_option(one: dict[str, Any], place: int) -> dict[str, Any]:
    """The question less an option: later ones move down, in the right answers too."""
    left = [option(kept, number) for number, kept in enumerate(one["options"][:place] + one["options"][place + 1 :], 1)]
    changed = {**one, "options": left}
    right = (one.get("answer") or {}).get("options")
    if right:
        gone = place + 1
        moved = [index - (index > gone) for index in right if index != gone]
        changed["answer"] = {**one["answer"], "options": moved}
    return changed
