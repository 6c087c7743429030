"""The demo's school: ten rooms, last week's classes at school hours, and classes that go on for ever."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from rooms.simulator.api_video.shelf import put_up
from rooms.simulator.clock import MINUTE, SECOND
from rooms.simulator.recollection import recall
from rooms.simulator.refusals import Refused
from rooms.simulator.room import Room
from rooms.simulator.scenarios import INCIDENTS, SCENARIOS
from rooms.simulator.world import FOUNDED, World

MON, TUE, WED, THU, FRI, SAT = range(6)


@dataclass(frozen=True, slots=True)
class Course:
    """What happens in a room: `at` by the school's clock on `days`; `how` goes to the scenario.

    `outcomes`, one entry a day, is what is recorded and streamed then, and how that ends.
    """

    room: str
    template: str
    description: str
    scenario: str
    at: time_of_day
    days: tuple[int, ...]
    how: dict[str, Any]
    outcomes: tuple[tuple[str, ...], ...] = ()


def _class(teacher: str, people: int, first: int, minutes: int = 50, *, recorded: bool = False) -> dict[str, Any]:
    return {
        "teacher": teacher,
        "people": people,
        "first": first,
        "duration": minutes * 60,
        "recorded": recorded,
    }


PHYSICS, ARABIC, CHEMISTRY, MATHS, BIOLOGY, NEWS = (
    "Year 9 Physics, group B",
    "Arabic, level 3",
    "Grade 11 Chemistry",
    "Year 12 Maths",
    "Year 10 Biology",
    "School news",
)
COURSES = (
    Course(
        PHYSICS,
        "Class",
        "Waves, light and sound",
        "class",
        time_of_day(10, 0),
        (MON, WED, FRI),
        _class("teacher-wanjiru", 25, 0, recorded=True),
    ),
    Course(
        "Lecture hall 2",
        "Lecture",
        "Public lectures, up to 500",
        "lecture",
        time_of_day(15, 0),
        (WED,),
        {"people": 500, "duration": 5400},
    ),
    Course(
        ARABIC,
        "Class",
        "Reading and conversation",
        "class",
        time_of_day(14, 0),
        (MON, WED, THU),
        _class("teacher-layla", 16, 12),
    ),
    Course(
        "Staff room",
        "Meeting",
        "Every morning before school",
        "meeting",
        time_of_day(7, 30),
        (MON, TUE, WED, THU, FRI),
        {"people": 8, "duration": 1440},
    ),
    Course(
        CHEMISTRY,
        "Class",
        "Reactions and energy",
        "class",
        time_of_day(11, 15),
        (TUE, THU),
        _class("teacher-ravi", 31, 20, recorded=True),
    ),
    Course(
        MATHS,
        "Class",
        "Calculus and proof",
        "class",
        time_of_day(9, 0),
        (MON, TUE, THU),
        _class("teacher-ingrid", 18, 50, 58),
    ),
    Course(
        "Choir",
        "Class",
        "Recorded in every way there is",
        "recorded",
        time_of_day(12, 30),
        (TUE, FRI),
        {"people": 14, "duration": 2700},
    ),
    Course(
        "Gia sư Toán: Nguyễn Thị Minh Khai",
        "Class",
        "One to one",
        "class",
        time_of_day(16, 30),
        (TUE, FRI, SAT),
        {**_class("teacher-achieng", 2, 3, 41), "incidents": []},
    ),
    Course(
        BIOLOGY,
        "Recorded class",
        "Every lesson is recorded, if all goes well",
        "class",
        time_of_day(8, 15),
        (MON, TUE, WED, THU, FRI),
        _class("teacher-tomas", 14, 70, 45),
        (("ready",), ("UPLOAD_ERROR",), ("SHORT_RECORDING_ERROR",), ("stuck",), ("missing",)),
    ),
    Course(
        NEWS,
        "Class",
        "Streamed to the parents, by camera and by the school's encoder",
        "class",
        time_of_day(13, 0),
        (TUE, THU),
        {**_class("teacher-grace", 6, 90, 20), "incidents": []},
        (("live", "push", "ingest"), ("live INTERNAL_ERROR", "ingest refused: stream key disabled")),
    ),
)


QUIZ: dict[str, Any] = {
    "title": "What did we learn?",
    "type": "quiz",
    "questions": [
        {
            "text": "Which wave needs no medium?",
            "type": "single-choice",
            "weight": 2,
            "options": [{"text": "Sound"}, {"text": "Light"}, {"text": "A wave on water"}],
            "answer": {"options": [2]},
        },
        {
            "text": "What changes when light enters glass?",
            "type": "multiple-choice",
            "weight": 3,
            "options": [{"text": "Speed"}, {"text": "Wavelength"}, {"text": "Frequency"}],
            "answer": {"options": [1, 2]},
        },
        {"text": "What is still unclear to you?", "type": "long-answer"},
    ],
}
PACE: dict[str, Any] = {
    "title": "How was the pace today?",
    "type": "poll",
    "anonymous": True,
    "questions": [
        {
            "text": "The pace was",
            "type": "single-choice",
            "options": [{"text": "Too slow"}, {"text": "Just right"}, {"text": "Too fast"}],
        },
        {"text": "What shall we read next?", "type": "short-answer"},
    ],
}


def furnish(world: World, zone: ZoneInfo) -> None:
    """Rooms, last week and the classes of now; physics has a quiz in every lesson, Arabic a poll.

    The past of a day follows from the seed and the date alone; classes that run, and what was set, come back from the
    journal.
    """
    polls = {PHYSICS: [world.add_poll(QUIZ, FOUNDED).id], ARABIC: [world.add_poll(PACE, FOUNDED).id]}
    rooms = {
        course.room: world.add_room(
            course.room,
            course.template,
            description=course.description,
            polls=polls.get(course.room),
        )
        for course in COURSES
    }
    recall(world)
    rota = Rota(world, rooms)
    rota(world.now())
    world.unfolding = rota
    for course, start, how in _last_week(world.now(), zone):
        room = rooms[course.room]
        script = SCENARIOS[course.scenario](f"{world.seed}/{course.room}/{start}", **how)
        # A class that would still run, or that met a lesson of the rota, was given another day.
        if start + script.end < world.now() and not world.busy(room, start, start + script.end):
            world.play(script, room, start)
    for session in reversed(world.begun()):
        for run in session.script.runs:
            if run.family == "recording" and run.keeps and not run.fails and session.when(run.ready) < world.now():
                put_up(world.library, session, run)


def _last_week(now: int, zone: ZoneInfo) -> Iterator[tuple[Course, int, dict[str, Any]]]:
    today = datetime.fromtimestamp(now / SECOND, UTC).astimezone(zone).date()
    for back in range(7, -1, -1):
        day = today - timedelta(days=back)
        for course in COURSES:
            if day.weekday() in course.days:
                bell = int(datetime.combine(day, course.at, zone).timestamp()) * SECOND
                # Nobody is exactly on time; how late follows from the day.
                late = random.Random(f"{course.room}/{day}").randrange(90 * SECOND)
                yield course, bell + late, _how(course, day)


def _how(course: Course, day: date) -> dict[str, Any]:
    """Each class gets the next few incidents of the list, so that a week shows them all, and the day's outcomes."""
    how = dict(course.how)
    if course.outcomes:
        how["recorded"] = course.outcomes[course.days.index(day.weekday())]
    if course.scenario != "class" or "incidents" in how:
        return how
    names = list(INCIDENTS)
    many = max(3, course.how["people"] // 4)
    begin = (day.toordinal() * 3 + len(course.room)) * 4
    return {**how, "incidents": [names[(begin + step) % len(names)] for step in range(many)]}


@dataclass(slots=True)
class _Lane:
    """Rooms that take turns, one lesson every `PERIOD`; `first` is how long the first has run at the start."""

    courses: tuple[str, ...]
    first: int
    next: int = 0
    turn: int = 0


PERIOD = 53 * MINUTE
LESSON = 50 * 60  # seconds

_LIVELY = (
    *("drop", "promote", "rejoin", "flicker", "second_device", "drop", "kick", "caller", "drop", "rejoin"),
    *("nameless", "drop", "rejoin", "client_errors", "second_device", "drop", "rejoin", "lost_webhooks"),
)


class Rota:
    """Two lanes of live lessons, out of step, so that one always runs: called with a moment, it begins what is due.

    At the start one lesson is twenty minutes in and another is about to end.
    """

    def __init__(self, world: World, rooms: dict[str, Room]) -> None:
        self._world = world
        self._rooms = rooms
        self._lanes = (_Lane((PHYSICS, MATHS), 20 * MINUTE), _Lane((ARABIC, CHEMISTRY), 48 * MINUTE))
        now = world.now()
        for lane in self._lanes:
            own = [one for one in world.sessions.values() if one.room.name in lane.courses]
            latest = max(own, key=lambda one: one.start, default=None)
            if latest is not None:
                lane.turn = lane.courses.index(latest.room.name) + 1
            # After a pause the rota takes up again as if it had never stopped, but never twice at once.
            lane.next = max(now - lane.first, latest.start + PERIOD if latest else 0)

    def __call__(self, now: int) -> None:
        for lane in self._lanes:
            while lane.next <= now:
                self._begin(lane)

    def _begin(self, lane: _Lane) -> None:
        name = lane.courses[lane.turn % len(lane.courses)]
        course = next(one for one in COURSES if one.room == name)
        lively = _LIVELY[: course.how["people"] * 3 // 5]
        # What is recorded is streamed as well, so that somebody always watches.
        recorded = ["ready", "live"] if course.how["recorded"] else []
        how = {**course.how, "duration": LESSON, "incidents": lively, "talk": 2.5, "recorded": recorded}
        try:
            self._world.perform("class", self._rooms[name], lane.next, **how)
        except Refused as refusal:
            if refusal.status != 409:
                raise  # a scenario that somebody started by hand holds the room: skip this turn
        lane.next += PERIOD
        lane.turn += 1
