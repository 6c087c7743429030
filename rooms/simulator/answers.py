"""What the people of a session answered to the polls linked to their room: settled by ids, like all they do.

A poll that starts by itself runs from the moment its session began, in the version of that moment, if it was linked
to the room then. Whoever may read polls but not write them answers most questions while they are in the room;
some skip, some change their mind.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rooms.simulator.clock import SECOND, in_nanoseconds
from rooms.simulator.identifiers import object_id
from rooms.simulator.polls import CHOICES, Poll
from rooms.simulator.scenarios.script import Stay
from rooms.simulator.session import Session
from rooms.simulator.world import World

_WORDS = ("Because of the waves", "It reflects", "I am not sure", "Speed times time", "The angle is the same")


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. `took` and `at` in nanoseconds; `replaces` is the id of the answer it stands for now."""

    id: str
    run: "PollRun"
    question: int
    peer_id: str
    user_id: str | None
    at: int
    took: int
    value: Any
    skipped: bool = False
    replaces: str = ""

    def as_object(self) -> dict[str, Any]:
        """The response object; an anonymous poll does not say whose it is."""
        poll = self.run.poll
        body: dict[str, Any] = {
            **self.run.place(self.id),
            "question": self.question,
            "duration": self.took // 1_000_000,
            "skipped": self.skipped,
            "update": bool(self.replaces),
            "retries": 0,
            "sent_at": in_nanoseconds(self.at),
        }
        if self.replaces:
            body["original_response"] = self.replaces
        if isinstance(self.value, str):
            body["text"] = self.value
        elif isinstance(self.value, list):
            body["options"] = self.value
        elif self.value is not None:
            body["option"] = self.value
        return body if poll["anonymous"] else {**body, **self.who()}

    def who(self) -> dict[str, str]:
        """The peer and, when it has one, its user id."""
        return {"peer_id": self.peer_id, **({} if self.user_id is None else {"user_id": self.user_id})}


@dataclass(frozen=True, slots=True)
class Result:
    """What one answer scored."""

    response: Response

    @property
    def id(self) -> str:
        """An id of its own that follows from the response's."""
        return object_id(self.response.at, "result", self.response.id)

    def as_object(self) -> dict[str, Any]:
        """The result object; only a quiz gives points."""
        one, poll = self.response, self.response.run.poll
        body = {
            **one.run.place(self.id),
            "question": one.question,
            "duration": one.took // 1_000_000,
            "score": score(poll["questions"][one.question - 1], one) if poll["type"] == "quiz" else 0,
        }
        return body if poll["anonymous"] else {**body, **one.who()}


@dataclass(frozen=True, slots=True)
class PollRun:
    """One run of a poll in one session, seen at `now`; `poll` is the version it began with."""

    poll_id: str
    poll: dict[str, Any]
    session: Session
    roles: dict[str, dict[str, Any]]
    now: int

    @property
    def id(self) -> str:
        """Its id."""
        return object_id(self.session.start, "poll run", self.poll_id, self.session.id)

    @property
    def stop(self) -> int:
        """When it stops: with the session, or sooner when the poll has a duration."""
        end = self.session.end
        duration = self.poll["duration"] * SECOND
        return min(end, self.session.start + duration) if duration else end

    def place(self, own: str) -> dict[str, Any]:
        """An id and where it belongs."""
        return {"id": own, "poll_id": self.poll_id, "session_id": self.session.id}

    def as_object(self) -> dict[str, Any]:
        """The poll session object."""
        given = self.responses()
        return {
            **self.place(self.id),
            "started_at": in_nanoseconds(self.session.start),
            "stopped_at": in_nanoseconds(self.stop) if self.stop <= self.now else None,
            "total_responses": len(given),
            "unique_participants": len({self._key(one.peer_id, one.user_id) for one in given}),
        }

    def responses(self, *, replaced: bool = False) -> list[Response]:
        """The answers so far, oldest first; with `replaced`, those too that others stand for now."""
        given = [one for one in self._all() if one.at <= self.now]
        if not replaced:
            gone = {one.replaces for one in given}
            given = [one for one in given if one.id not in gone]
        return sorted(given, key=lambda one: (one.at, one.id))

    def results(self) -> list[Result]:
        """What the answers that count scored, oldest first; a skipped question has none."""
        return [Result(one) for one in self.responses() if not one.skipped]

    def _key(self, peer_id: str, user_id: str | None) -> str:
        return peer_id if self.poll["mode"] == "peerid" or user_id is None else user_id

    def _all(self) -> Iterator[Response]:
        answered: set[str] = set()
        for stay in sorted(self.session.script.stays, key=lambda one: one.start):
            key = self._key(self.session.peer_id(stay.key), stay.person.user_id)
            if (
                self._votes(stay.role)
                and key not in answered
                and self.session.when(stay.start) < min(self.stop, self.now)
            ):
                answered.add(key)
                yield from self._of(stay, key)

    def _votes(self, role: str) -> bool:
        may = self.roles.get(role, {}).get("permissions", {"pollRead": True})
        return bool(may.get("pollRead")) and not may.get("pollWrite")

    def _of(self, stay: Stay, key: str) -> Iterator[Response]:
        until = min(self.stop, self.session.when(stay.end))
        at = self.session.when(stay.start)
        for one in self.poll["questions"]:
            chance = random.Random(f"{self.id}/{key}/{one['index']}")
            took = int(chance.triangular(2, 60, 12) * SECOND)
            at += took
            if at >= until or chance.random() < 0.08:
                continue
            first = Response(
                object_id(at, self.id, key, one["index"]),
                self,
                one["index"],
                self.session.peer_id(stay.key),
                stay.person.user_id,
                at,
                took,
                _choose(one, chance),
            )
            if one["skippable"] and chance.random() < 0.06:
                yield replace(first, value=None, skipped=True)
                continue
            yield first
            again = at + int(chance.triangular(1, 10, 3) * SECOND)
            if not one["once"] and chance.random() < 0.1 and again < until:
                yield replace(
                    first,
                    id=object_id(again, self.id, key, one["index"], "again"),
                    at=again,
                    took=took + again - at,
                    value=_choose(one, chance),
                    replaces=first.id,
                )


def _choose(one: dict[str, Any], chance: random.Random) -> Any:
    """An option's index, several, or a text; right more often than not where there is a right answer."""
    right = one.get("answer") or {}
    knows = chance.random() < 0.6
    if one["type"] not in CHOICES:
        written = right["text"] if knows and right.get("text") else chance.choice(_WORDS)
        return written[: one.get("answer_max_len") or 1024]
    indexes = [option["index"] for option in one["options"]]
    correct = [index for index in right.get("options") or [] if index in indexes]
    if not indexes:
        return None
    if one["type"] == "single-choice":
        return correct[0] if knows and correct else chance.choice(indexes)
    if knows and correct:
        return sorted(correct)
    return sorted(chance.sample(indexes, chance.randint(1, len(indexes))))


def score(one: dict[str, Any], response: Response) -> int:
    """The question's weight for a right answer: all right options and no other, or the text by its rules."""
    right = one.get("answer") or {}
    weight = int(one["weight"])
    if one["type"] in CHOICES:
        given = response.value if isinstance(response.value, list) else [response.value]
        wanted = right.get("options") or []
        correct = response.value in wanted if one["type"] == "single-choice" else sorted(given) == sorted(wanted)
    else:
        correct = _text(response.value, right) == _text(right.get("text") or "", right) != ""
    return weight if correct else 0


def _text(value: str, rules: dict[str, Any]) -> str:
    value = value.strip() if rules.get("trim") else value
    return value if rules.get("case") else value.casefold()


def runs(world: World, poll: Poll, session_id: str | None = None) -> list[PollRun]:
    """All runs of a poll, newest first, or those of one session. Raises Refused (404) for a session that is none."""
    sessions = world.begun() if session_id is None else [world.session(session_id)]
    now = world.now()
    found = []
    for session in sessions:
        version = poll.at(session.start)
        if version is not None and version["start"] == "auto" and poll.id in session.room.polls_at(session.start):
            roles = world.template(session.room.template_id).roles
            found.append(PollRun(poll.id, version, session, roles, now))
    return found
