"""Classes and meetings: a teacher, some pupils, microphones, cameras, a shared screen, and incidents."""

from collections.abc import Sequence
from dataclasses import replace

from rooms.simulator.clock import MINUTE, SECOND
from rooms.simulator.people import TEACHERS, WANJIRU, Person, pupils
from rooms.simulator.scenarios import feeds, recordings, runs
from rooms.simulator.scenarios.cast import Cast, ns
from rooms.simulator.scenarios.incidents import INCIDENTS
from rooms.simulator.scenarios.outcomes import OUTCOMES
from rooms.simulator.scenarios.script import Script


def school_class(
    seed: object,
    *,
    people: int = 25,
    duration: float = 3000,
    teacher: str = "teacher-wanjiru",
    first: int = 0,
    names: Sequence[str] = (),
    incidents: Sequence[str] | None = None,
    recorded: bool | Sequence[str] = False,
    talk: float = 1.0,
    name: str = "class",
) -> Script:
    """A class of `people` (the teacher among them) over `duration` seconds.

    `teacher` is a user id of TEACHERS; the pupils are those of the school from number `first` on, under `names`
    of your own as far as these go. `talk` 2 opens microphones twice as often. `incidents` are names of INCIDENTS;
    None lets the seed choose as many as the class is big enough for. `recorded` are names of OUTCOMES: how what is
    recorded and streamed ends; True is "ready".
    Raises ValueError for fewer than 2 people, less than 30 s, or an unknown name.
    """
    if people < 2 or duration < 30:
        raise ValueError("a class has at least 2 people and lasts at least 30 seconds")
    lead = next((person for person in TEACHERS if person.user_id == teacher), None)
    if lead is None:
        raise ValueError(f"no such teacher: {teacher}")
    roll = pupils(people - 1, first)
    roll[: len(names)] = [replace(person, name=name) for person, name in zip(roll, names, strict=False)]
    cast = Cast(name, seed, duration)
    _fill(cast, lead, roll, talk)
    if incidents is None:
        able = max(1, min(6, people // 4))
        incidents = cast.random.sample([one for one in INCIDENTS if one != "end_for_all"], able)
    unknown = set(incidents) - set(INCIDENTS)
    if unknown:
        raise ValueError(f"no such incident: {', '.join(sorted(unknown))}")
    _record(cast, ["ready"] if recorded is True else recorded or ())
    for incident in sorted(incidents, key=lambda one: one == "end_for_all"):
        INCIDENTS[incident](cast)
    return cast.script()


def _fill(cast: Cast, teacher: Person, roll: Sequence[Person], talk: float = 1.0) -> None:
    end = cast.end
    closing = end - SECOND  # the last ones are gone before 100ms closes the session
    lead = cast.join(teacher, "teacher", 0, closing - cast.moment(0, 0.5), speaks=8, camera=0.9, muted=False, star=True)
    lesson = max(1.0, end / MINUTE) / 50
    for person in roll:
        # Most are in within two minutes, a few come late, a few go early.
        late = cast.random.random() < 0.1
        start = min(
            cast.moment(60, 900) if late else int(cast.random.betavariate(1.3, 3) * ns(150)), end // 4
        ) + cast.moment(0.5, 3)
        early = cast.random.random() < 0.06
        gone = closing - (cast.moment(120, 500) if early else int(cast.random.expovariate(1 / ns(6))))
        speaks = round(cast.random.triangular(0, 12, 4) * lesson * talk)
        camera = cast.random.choice([0, 0, 0.5, 0.8, 1])
        cast.join(person, "student", start, max(gone, end * 3 // 4), speaks=speaks, camera=camera)
    third = end // 3
    cast.share(lead, [(end // 10, third), (third + end // 12, end * 2 // 3)])


def _record(cast: Cast, outcomes: Sequence[str]) -> None:
    unknown = set(outcomes) - set(OUTCOMES)
    if unknown or isinstance(outcomes, str):
        raise ValueError(f"no such outcome: {', '.join(sorted(unknown))}")
    for outcome in outcomes:
        OUTCOMES[outcome](cast)


def one_outcome(outcome: str, seed: object, *, people: int = 4, duration: float = 300) -> Script:
    """A small class of which one thing is recorded, streamed or pushed, and ends so."""
    return school_class(seed, people=people, duration=duration, incidents=[], recorded=[outcome], name=outcome)


def one_incident(incident: str, seed: object, *, people: int = 8, duration: float = 600) -> Script:
    """A small class to which exactly one thing happens. Raises ValueError with fewer than 5 people."""
    if people < 5:
        raise ValueError("an incident needs at least 5 people")
    return school_class(seed, people=people, duration=duration, incidents=[incident], name=incident)


def meeting(seed: object, *, people: int = 8, duration: float = 1500) -> Script:
    """Teachers among themselves: everybody speaks, no roles but host and guest."""
    if people < 2:
        raise ValueError("a meeting has at least 2 people")
    cast = Cast("meeting", seed, duration)
    who = [*TEACHERS, *pupils(max(0, people - len(TEACHERS)), 400)][:people]
    for number, person in enumerate(who):
        start = 0 if number == 0 else cast.moment(1, 90)
        end = cast.end - SECOND - cast.moment(0, 8)
        role = "host" if number == 0 else "guest"
        cast.join(person, role, min(start, cast.end // 3), max(end, cast.end // 2), speaks=9, camera=0.7)
    return cast.script()


def recorded_class(seed: object, *, people: int = 8, duration: float = 900) -> Script:
    """A class with every kind of recording, stream, transcript and ingest around it, good and failed."""
    cast = Cast("recorded", seed, duration)
    _fill(cast, WANJIRU, pupils(people - 1))
    _record(cast, ["ready", "push"])
    lead, end = cast.stays[0], cast.end
    other = next(stay for stay in cast.stays[1:] if stay.tracks)
    cast.run(
        runs.beam(lead, end // 2, end * 3 // 5, name="failed", error="UPLOAD_ERROR"),
        runs.beam(lead, end * 5 // 8, end * 3 // 4, name="unread", transcribed=True, unread=("summary_json",)),
        runs.hls(lead, end // 10, end * 4 // 5),
        runs.hls(lead, end * 4 // 5 + SECOND, end * 9 // 10, name="again", error="INTERNAL_ERROR"),
    )
    cast.notice(
        recordings.composite(end),
        recordings.composite(end, error="CONFIG_ERROR", at=end + 7 * MINUTE + SECOND),
        *recordings.track_recording(lead, "mic", lead.tracks[0].start + SECOND, lead.end),
        *recordings.track_recording(other, "mic", other.tracks[0].start + SECOND, other.end, fails=True),
        recordings.stream_recording(lead, "mic", lead.end),
        recordings.stream_recording(other, "mic", other.end, fails=True),
        feeds.refused(end // 2 + SECOND),
    )
    cast.feed(
        feeds.Feed("encoder", end // 8, end // 3),
        feeds.Feed("encoder-again", end // 3 + SECOND, end // 2, error="internal error"),
    )
    return cast.script()
