"""The timeline of a session as a model that a page can draw without any arithmetic of its own.

Positions across are fractions 0..1 of the axis; heights are the page's business. A lane turns its intervals into
spans only when they are read, so that five hundred people cost no more than the lanes that are drawn one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Final, NamedTuple

from analytics import durations, intervals
from analytics.activity import Frame, Person
from analytics.axis import Axis, axis_of
from analytics.intervals import Interval
from analytics.leaving import Ending
from analytics.marks import Mark, marks
from analytics.moments import LATE, Note, is_late, notes, went_early
from analytics.people import by_role, matches, ordered

CROWD: Final = 60  # more people than this are drawn in groups


class Span(NamedTuple):
    """A stretch to draw: `x` and `width` are fractions of the axis, `start` and `end` the instants they stand for."""

    x: float
    width: float
    start: int
    end: int
    estimated: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start


class Gap(NamedTuple):
    """Dashes from leaving to the return; `dropped` ones are red."""

    x: float
    width: float
    start: int
    end: int
    dropped: bool

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Lane:
    """One person's row."""

    person: Person
    axis: Axis
    frame: Frame
    camera_usual: bool = False  # most in this session had a camera on

    def _spans(self, parts: Iterable[Interval]) -> tuple[Span, ...]:
        x = self.axis.x
        return tuple(
            Span(left := x(start), round(x(end) - left, 5), start, end, estimated) for start, end, estimated in parts
        )

    @cached_property
    def bars(self) -> tuple[Span, ...]:
        """Present; each begins with a cap."""
        return self._spans(self.person.present)

    @cached_property
    def mic(self) -> tuple[Span, ...]:
        return self._spans(self.person.mic)

    @cached_property
    def cam(self) -> tuple[Span, ...]:
        return self._spans(self.person.camera)

    @cached_property
    def screen(self) -> tuple[Span, ...]:
        return self._spans(self.person.screen)

    @cached_property
    def two_devices(self) -> tuple[Span, ...]:
        return self._spans(self.person.two_devices)

    @cached_property
    def estimated(self) -> tuple[Span, ...]:
        """The stretches that a dashed box is drawn over: nobody vouches for them."""
        return self._spans(visit.uncertain for visit in self.person.visits if visit.uncertain)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        x, width = self.axis.x, self.axis.width
        return tuple(
            Gap(x(gone.start), width(gone.start, gone.end), gone.start, gone.end, gone.ending is Ending.NETWORK)
            for gone in self.person.away
        )

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """By time."""
        return marks(self.person, self.axis)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        return tuple(notes(self.person, self.frame, self.axis.zone, camera_usual=self.camera_usual))

    @cached_property
    def sentence(self) -> str:
        """The lane read aloud: "Łukasz …: present 47 min, from 10:00 to 10:50, microphone 4 min in 3 spells, …"."""
        person, words = self.person, durations.words
        first, last = self.axis.clock(person.first_joined_at), self.axis.clock(person.last_left_at)
        about = "about " if person.last_out_estimated and not person.still_in else ""
        spells = "1 spell" if len(person.mic) == 1 else f"{len(person.mic)} spells"
        parts = [
            f"present {words(person.present_micros)}",
            f"from {first}, still in" if person.still_in else f"from {first} to {about}{last}",
            f"microphone {words(person.mic_micros)} in {spells}" if person.mic else "microphone never open",
            f"camera {words(person.camera_micros)}" if person.camera else "camera never on",
        ]
        if person.screen:
            parts.append(f"screen shared {words(person.screen_micros)}")
        parts += [note.words for note in self.notes if note.kind != "cam-off"]
        return f"{person.label}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Steps:
    """How many people at once, as steps: from each instant on, that many. `peak_at` is where the peak began first."""

    points: tuple[tuple[int, int], ...]
    peak: int
    peak_at: int | None

    def paths(self, axis: Axis, height: int = 100) -> tuple[str, str]:
        """The `d` of the line and of the area under it, in a viewBox of UNITS × `height`, the peak at the top."""
        if not self.peak:
            return "", ""
        places: dict[int, int] = {}
        for at, count in self.points:  # of several steps in one place the last one counts
            places[axis.units(at)] = count
        line = [f"M0 {height}"]
        for place, count in places.items():
            line.append(f"H{place}V{round(height - count / self.peak * height, 1):g}")
        drawn = "".join(line) + f"H{axis.units(axis.session_end)}"
        return drawn, f"{drawn}V{height}H0Z"


@dataclass(frozen=True, slots=True)
class Group:
    """A section of a crowded timeline."""

    key: str  # "stage", "trouble", "late", "early", "whole"
    title: str  # "On stage"
    size: str  # "stage" (28 high), "named" (20), "thin" (8), "thinnest" (6)
    order: str  # "by first joined", "by last seen"
    lanes: tuple[Lane, ...]
    density: Steps

    @property
    def count(self) -> int:
        return len(self.lanes)


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn. `lanes` are those asked for, in the order asked for; `people` counts everybody."""

    axis: Axis
    lanes: tuple[Lane, ...]
    groups: tuple[Group, ...]  # empty unless there are too many people to draw one by one
    found: frozenset[str]  # keys of the people the search found, empty without a search
    at_once: Steps
    people: int

    @property
    def peak(self) -> int:
        return self.at_once.peak

    @property
    def peak_at(self) -> int | None:
        return self.at_once.peak_at

    @property
    def shown(self) -> int:
        return len(self.lanes)

    @property
    def is_crowd(self) -> bool:
        return bool(self.groups)


def steps_of(people: Iterable[Person]) -> Steps:
    """People at once, each counted once however many devices they are on."""
    points = intervals.at_once(part for person in people for part in person.present)
    return Steps(points, *intervals.peak(points))


def build(
    people: Sequence[Person],
    frame: Frame,
    zone: tzinfo,
    *,
    order: str = "joined",
    only_trouble: bool = False,
    query: str = "",
    stage_roles: Collection[str] = (),
    crowd: int = CROWD,
) -> Timeline:
    """The timeline of a session for a viewer in `zone`.

    `order` is a key of `people.ORDERS`. `only_trouble` and `query` choose lanes; in a crowd the groups keep
    everybody and the search only marks who was `found`. `stage_roles` names the roles that are on stage; without it
    they are worked out (`_on_stage`). The axis and people at once are those of everybody, whatever is shown.
    """
    axis = axis_of(frame, people, zone)
    usual = 2 * sum(bool(person.camera) for person in people) > len(people)
    pool = [person for person in people if person.in_trouble] if only_trouble else people
    lanes = {person.key: Lane(person, axis, frame, usual) for person in ordered(pool, order)}
    found = frozenset(key for key, lane in lanes.items() if query.strip() and matches(lane.person, query))
    shown = [lane for key, lane in lanes.items() if key in found or not query.strip()]
    groups = _groups(list(lanes.values()), people, frame, order, stage_roles) if len(people) > crowd else ()
    return Timeline(axis, tuple(shown), groups, found, steps_of(people), len(people))


def _groups(
    lanes: list[Lane], everybody: Sequence[Person], frame: Frame, order: str, stage_roles: Collection[str]
) -> tuple[Group, ...]:
    """Everybody in the first group that fits, empty groups left out; lanes come in the order asked for."""
    stage = set(stage_roles) or _stage_roles(everybody)
    parts: dict[str, list[Lane]] = {key: [] for key in _GROUPS}
    for lane in lanes:
        parts[_group_of(lane.person, frame, stage)].append(lane)
    if order == "joined":
        parts["early"].sort(key=lambda lane: lane.person.last_left_at)
    groups = []
    for key, (title, size, by) in _GROUPS.items():
        if parts[key]:
            words = by if order == "joined" else f"by {'name' if order == 'name' else 'talk time'}"
            density = steps_of(lane.person for lane in parts[key])
            groups.append(Group(key, title, size, words, tuple(parts[key]), density))
    return tuple(groups)


_GROUPS: Final = {
    "stage": ("On stage", "stage", "by first joined"),
    "trouble": ("Had trouble", "named", "by first joined"),
    "late": ("Came late", "thin", "by first joined"),
    "early": ("Left early", "thin", "by last seen"),
    "whole": ("Whole session", "thinnest", "by first joined"),
}


def _group_of(person: Person, frame: Frame, stage: Collection[str]) -> str:
    held = {person.role, *(role for stay in person.stays for _, role in stay.roles)}
    if held & set(stage) and (person.mic or person.camera or person.screen):
        return "stage"
    if person.in_trouble:
        return "trouble"
    if is_late(person, frame):
        return "late"
    if went_early(person, frame) and frame.until - person.last_left_at > LATE:
        return "early"
    return "whole"


def _stage_roles(people: Sequence[Person]) -> set[str]:
    """Every role but the audience's. 100ms leaves the names of roles to the customer; the commonest is the audience."""
    return {role for role, _ in by_role(people)[1:]}
