"""The pages of what is set (rooms, codes, templates, polls, access, audit) as ops, teacher and observer find them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bin.visitor import Disappointed, Say, Visitor, plain

PHYSICS, LECTURES, CHOIR = "Year 9 Physics, group B", "Lecture hall 2", "Choir"
QUIZ, POLL = "What did we learn?", "How was the pace today?"


@dataclass(frozen=True, slots=True)
class Stop:
    """A page, and words that it must show to each; None: for them it is not there."""

    path: str
    ops: tuple[str, ...]
    teacher: tuple[str, ...] | None
    observer: tuple[str, ...] | None


def stops(rooms: Mapping[str, str], polls: Mapping[str, str], templates: Mapping[str, str]) -> list[Stop]:
    """The tour. Each mapping leads from a name to an id."""
    physics, lectures, choir = (f"/rooms/{rooms[name]}" for name in (PHYSICS, LECTURES, CHOIR))
    quiz, poll = f"/polls/{polls[QUIZ]}", f"/polls/{polls[POLL]}"
    klass = f"/room-templates/{templates['Class']}"
    points = ("Points, mean", "Which wave needs no medium?")
    return [
        Stop("/rooms/?state=disabled", ("Summer-school", "disabled"), (), ()),
        Stop("/rooms/new/", ("New room", "Longest session"), None, None),
        Stop("/rooms/import/", ("Import",), None, None),
        Stop(
            f"{physics}/settings/",
            ("Waves, light and sound", "Clone"),
            ("Waves, light and sound",),
            ("Waves, light and sound",),
        ),
        Stop(f"{lectures}/settings/", ("changed outside Rollcall", "Doors open"), ("Doors open",), None),
        Stop(f"{choir}/settings/", ("Recorded in every way",), None, None),
        Stop(f"{physics}/codes/", ("co-teacher", "guest", "student", "works"), ("student", "works"), None),
        Stop(f"{lectures}/stream-key/", ("hidden", "Reveal"), None, None),
        Stop(f"{physics}/polls/", (QUIZ, "Unlink"), (QUIZ,), (QUIZ,)),
        Stop(f"{choir}/live/", ("Nobody is in",), None, None),
        Stop(f"{choir}/jobs/", ("Running now", "Recordings"), None, None),
        Stop(f"{physics}/jobs/", ("Running now",), ("Running now",), ("Running now",)),
        Stop("/live/tv/", ("people",), None, None),
        Stop("/recordings/", ("What should have been recorded",), ("Recordings",), ("Recordings",)),
        Stop("/recordings/check/", ("held against what there is",), ("held against what there is",), ("Until",)),
        Stop("/streams/", ("Encoders", "live stream"), ("live stream",), ("live stream",)),
        Stop("/deliveries/sent/", ("100ms",), None, None),
        Stop(f"{physics}/access/", ("Wanjiru Kamau", "Olive Lindqvist"), None, None),
        Stop("/room-templates/", ("Class", "Lecture", "Meeting"), None, None),
        Stop(f"{klass}/", ("student", "guest"), None, None),
        Stop(f"{klass}/versions/", ("A few guests a class",), None, None),
        Stop("/polls/", (QUIZ, POLL, "Before the experiment"), (QUIZ, "Before the experiment"), (QUIZ, POLL)),
        Stop(f"{quiz}/", ("Which wave needs no medium?",), ("Edit",), ("Which wave needs no medium?",)),
        Stop(f"{quiz}/results/", points, points, points),
        Stop(f"{poll}/results/", ("The pace was",), ("The pace was",), ("The pace was",)),
        Stop("/access/", ("Wanjiru Kamau", "Olive Lindqvist", "Sam Okoro"), None, None),
        Stop("/access/people/sam/", ("Grade 11 Chemistry", "Year 12 Maths"), None, None),
        Stop("/audit/", ("outside Rollcall", "Room disabled", "Stream key made", "succeeded"), None, None),
    ]


def take(ops: Visitor, teacher: Visitor, observer: Visitor, say: Say) -> None:
    """Raises `Disappointed` at the first page that lacks something, or that somebody finds who should not."""
    rooms, polls, templates = (_ids(ops.read(f"/{noun}/"), noun) for noun in ("rooms", "polls", "room-templates"))
    tour = stops(rooms, polls, templates)
    for name, visitor in (("ops", ops), ("teacher", teacher), ("observer", observer)):
        found = [_look(visitor, name, stop.path, getattr(stop, name)) for stop in tour]
        say(
            f"  {name}: {sum(found)} pages of what is set show their data, {len(found) - sum(found)} are closed to them"
        )
    _check_what_is_handed_out(teacher, rooms[PHYSICS])


def _look(visitor: Visitor, name: str, path: str, words: tuple[str, ...] | None) -> bool:
    status, page = visitor.open(path)
    if status != (404 if words is None else 200):
        raise Disappointed(f"{path} answers {status} to {name}: {plain(page)[:300]}")
    absent = [word for word in words or () if word not in plain(page) and f'"{word}"' not in page]
    if absent:
        raise Disappointed(f"{path} does not show {name} {', '.join(absent)}")
    return words is not None


def _check_what_is_handed_out(teacher: Visitor, room: str) -> None:
    codes = plain(teacher.read(f"/rooms/{room}/codes/"))
    if "co-teacher" in codes:
        raise Disappointed("the teacher is shown codes of roles that ops did not allow her to hand out")


def _ids(page: str, noun: str) -> dict[str, str]:
    """Name → id of what a list links to."""
    links = re.findall(rf'<a [^>]*href="/{noun}/([0-9a-f]{{24}})/"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {plain(words): one for one, words in links}
