"""What is worth knowing about a session, in plain words: the moments above the timeline and the notes of a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from analytics import durations
from analytics.activity import Failure, Frame, Person
from analytics.instants import MINUTE, clock
from analytics.leaving import Ending

LATE: Final = 5 * MINUTE  # who joins later than this came late
EARLY: Final = MINUTE  # who goes sooner than this before the end left early
_CROWD: Final = 3  # more moments of one kind than this become one
_NAME: Final = 40  # characters of a name in a sentence


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that stands out. The page draws the mark of `kind`, then `words`, then the clock at `at`, as a link."""

    at: int
    kind: str  # "drop", "removed", "server", "role", "failed", "late", "left"; `run_moments` adds "recording", "stream"
    words: str  # "Łukasz was cut off for 2 min"
    person_key: str = ""  # "" when it is about several people, or about somebody who never got in
    tone: str = "plain"  # "bad" for faults, else "plain"
    weight: int = 0  # the heavier are kept when there are too many
    together: str = ""  # what many of them become, a key of _TOGETHER; "" for that of its kind
    lane: str = ""  # the lane of runs that it is about, a key of `analytics.run_lanes`


@dataclass(frozen=True, slots=True)
class Note:
    """A few words beside a person: "network drop 2 min". `kind` chooses the icon."""

    words: str
    kind: str  # "late", "devices", "drop", "removed", "server", "rejoined", "left", "role", "failed", "cam-off"
    tone: str = "plain"  # "bad" for faults, else "plain"


@dataclass(frozen=True, slots=True)
class _Trouble:
    """The words of a failure type: after a name, at the start of a mark, and as a note."""

    could_not: str
    mark: str
    note: str


_TROUBLES: Final = {
    "client.publish.failed": _Trouble("could not send sound or picture", "Sound or picture not sent", "sending failed"),
    "client.subscribe.failed": _Trouble(
        "could not receive sound or picture", "Sound or picture not received", "receiving failed"
    ),
    "client.join.failed": _Trouble("could not join", "Could not join", "join failed"),
    "peer.join.failure": _Trouble("was refused on joining", "Refused on joining", "join refused"),
    "client.connect.failed": _Trouble("could not connect", "Could not connect", "connection failed"),
    "client.disconnected": _Trouble("lost the connection", "Connection lost", "connection lost"),
    "role.change.failure": _Trouble("could not change role", "Role not changed", "role not changed"),
}
_OTHER: Final = _Trouble("met a failure", "Failed", "failed")

_TOGETHER: Final = {
    "drop": "{n} people were cut off and came back",
    "lost": "{n} people dropped and did not return",
    "removed": "{n} people were removed by the host",
    "server": "{n} people were removed by the server",
    "failed": "{n} people met a failure",
    "role": "{n} people changed role",
    "late": "{n} people came late",
    "left": "{n} people left early",
}


def told(failure: Failure) -> str:
    """A failure in words, for its mark: "Could not join: room is full", "Connection lost, recovered by itself"."""
    words = _TROUBLES.get(failure.type, _OTHER).mark
    if not failure.is_terminal:  # the device went on trying (EVENTS trap 32)
        return f"{words}, recovered by itself"
    message = failure.error_message.strip()
    return f"{words}: {message}" if message else words


def notes(person: Person, frame: Frame, zone: tzinfo, *, camera_usual: bool = False) -> list[Note]:
    """What is remarkable about a person, in the order it happened; nothing for who came and stayed.

    `camera_usual`: in this session most had a camera on, so that never to have had it on is remarkable.
    """
    found: list[Note] = []
    if is_late(person, frame):
        found.append(Note(f"came {_late_by(person, frame)} late", "late"))
    if person.two_devices:
        found.append(Note("two devices", "devices"))
    backs = {away.visit.number: away.length for away in person.away}
    for visit in person.drops:
        if visit.number in backs:
            found.append(Note(f"network drop {durations.words(backs[visit.number])}", "drop", "bad"))
        elif visit is person.last_visit:
            found.append(Note("dropped, did not return", "drop", "bad"))
        elif visit.reconnected:
            found.append(Note("reconnected", "rejoined"))
    for visit in person.visits:
        if not visit.to_end and visit.ending is Ending.REMOVED:
            found.append(Note(f"removed by host {clock(visit.end, zone)}", "removed"))
        elif not visit.to_end and visit.ending is Ending.SERVER:
            found.append(Note(f"removed by server {clock(visit.end, zone)}", "server", "bad"))
    rejoined = sum(away.ending is not Ending.NETWORK for away in person.away)
    if rejoined:
        found.append(Note(f"rejoined {_times(rejoined)}", "rejoined"))
    if went_early(person, frame):
        found.append(Note(f"left {_early_by(person, frame)} early", "left"))
    elif frame.is_live and not person.still_in and not person.last_visit.ending.is_trouble:
        found.append(Note(f"left at {clock(person.last_left_at, zone)}", "left"))
    if person.role_changes:
        change = person.role_changes[-1]
        found.append(Note(f"{change.role} from {clock(change.at, zone)}", "role"))
    failed = list(dict.fromkeys(failure.type for failure in person.failures if failure.is_terminal))
    found += [Note(_TROUBLES.get(kind, _OTHER).note, "failed", "bad") for kind in failed]
    if camera_usual and not failed and not person.camera and not person.by_phone:
        found.append(Note("camera never on", "cam-off"))
    return found


def is_late(person: Person, frame: Frame) -> bool:
    """Joined more than LATE after the start; nobody is late by a join that was never told."""
    return person.first_joined_at - frame.started_at > LATE and not person.first_in_estimated


def went_early(person: Person, frame: Frame) -> bool:
    """Left more than EARLY before the end and of no trouble; in a running session nobody has yet."""
    last = person.last_visit
    return (
        not frame.is_live
        and not last.to_end
        and last.ending in {Ending.LEFT, Ending.OTHER}
        and frame.until - last.end > EARLY
    )


def moments(
    people: Iterable[Person],
    frame: Frame,
    failures: Iterable[Failure] = (),
    *,
    extra: Iterable[Moment] = (),
    at_most: int = 5,
) -> list[Moment]:
    """The `at_most` things most worth knowing, by time.

    `failures` are those of the session; only those of people who never got in are told from here, the rest stand
    with their people. `extra` are moments of other nouns, such as a late recording, ranked among ours by weight.
    Of more than three moments of one kind one is made: "12 people were cut off and came back".
    """
    persons = list(people)
    names = first_names(persons)
    found = [moment for person in persons for moment in _of_person(person, frame, names[person.key])]
    found += _of_strangers(persons, failures)
    by_kind: dict[str, list[Moment]] = defaultdict(list)
    for moment in sorted(found, key=lambda moment: (moment.at, moment.words)):
        by_kind[moment.together or moment.kind].append(moment)
    ranked = [moment for kind, group in by_kind.items() for moment in _together(kind, group)] + list(extra)
    kept = sorted(ranked, key=lambda moment: (-moment.weight, moment.at, moment.words))[:at_most]
    return sorted(kept, key=lambda moment: (moment.at, -moment.weight, moment.words))


def _of_person(person: Person, frame: Frame, name: str) -> Iterator[Moment]:
    key = person.key
    backs = {away.visit.number: away.length for away in person.away}
    for visit in person.visits:
        if visit.to_end:
            continue
        if visit.ending is Ending.NETWORK:
            if visit.number in backs:
                gone = durations.words(backs[visit.number])
                weight = 60 + min(29, backs[visit.number] // MINUTE)
                yield Moment(visit.end, "drop", f"{name} was cut off for {gone}", key, "bad", weight)
            elif visit is person.last_visit:
                yield Moment(visit.end, "drop", f"{name} dropped and did not return", key, "bad", 90, "lost")
        elif visit.ending is Ending.REMOVED:
            back = " and came back" if visit.number in backs else ""
            yield Moment(visit.end, "removed", f"{name} was removed by the host{back}", key, "plain", 95)
        elif visit.ending is Ending.SERVER:
            yield Moment(visit.end, "server", f"{name} was removed by the server", key, "bad", 85)
    cut_off = [visit.end for visit in person.visits if visit.ending is Ending.NETWORK]
    for kind, group in _by_type(person.failures).items():
        first = group[0]
        explained = kind == "client.disconnected" and any(abs(end - first.at) < 2 * MINUTE for end in cut_off)
        if not explained:
            yield Moment(first.at, "failed", _failed(name, kind, len(group)), key, "bad", 80)
    for change in person.role_changes:
        yield Moment(change.at, "role", f"{name} became {change.role}", key, "plain", 40)
    if is_late(person, frame):
        late = person.first_joined_at - frame.started_at
        words = f"{name} came {_late_by(person, frame)} late"
        yield Moment(person.first_joined_at, "late", words, key, "plain", 20 + min(15, late // MINUTE))
    if went_early(person, frame):
        early = frame.until - person.last_left_at
        words = f"{name} left {_early_by(person, frame)} early"
        yield Moment(person.last_left_at, "left", words, key, "plain", 10 + min(15, early // MINUTE))


def _of_strangers(persons: Iterable[Person], failures: Iterable[Failure]) -> Iterator[Moment]:
    """Who tried and never got in: told apart by user, else by peer, so that five tries are one person."""
    known = {stay.peer_id for person in persons for stay in person.stays} | {person.key for person in persons}
    tries: dict[str, list[Failure]] = defaultdict(list)
    for failure in sorted(failures, key=lambda failure: failure.at):
        if (
            failure.is_terminal
            and failure.type != "peer.leave.failure"
            and not {failure.peer_id, failure.user_id} & known
        ):
            tries[failure.user_id.strip() or failure.peer_id].append(failure)
    for group in tries.values():
        name = next((_cut(failure.name) for failure in group if failure.name), "Somebody")
        words = _failed(name, group[0].type, len(group))
        yield Moment(group[0].at, "failed", f"{words} and was never in", "", "bad", 88)


def _by_type(failures: Iterable[Failure]) -> dict[str, list[Failure]]:
    """Those that stayed failures; the rest is noise here (EVENTS trap 32)."""
    found: dict[str, list[Failure]] = defaultdict(list)
    for failure in failures:
        if failure.is_terminal:
            found[failure.type].append(failure)
    return found


def _failed(name: str, kind: str, tries: int) -> str:
    words = f"{name} {_TROUBLES.get(kind, _OTHER).could_not}"
    return f"{words} ({tries} times)" if tries > 1 else words


def _together(kind: str, group: list[Moment]) -> list[Moment]:
    """More than a few of a kind, of as many people, as one moment at the first of them."""
    people = len({moment.person_key or moment.words for moment in group})
    if people <= _CROWD or kind not in _TOGETHER:
        return group
    weight = max(moment.weight for moment in group) + 1
    return [replace(group[0], words=_TOGETHER[kind].format(n=people), person_key="", weight=weight)]


def first_names(persons: Sequence[Person]) -> Mapping[str, str]:
    """What to call each in a sentence: the first name, or the whole where two share it or it tells too little."""
    firsts = {person.key: _first(person) for person in persons}
    shared = Counter(firsts.values())
    return {
        person.key: _cut(firsts[person.key] if shared[firsts[person.key]] == 1 else person.label) for person in persons
    }


def _first(person: Person) -> str:
    words = person.label.split()
    if not words or person.by_phone or len(words[0]) < 2 or words[0].endswith("."):
        return person.label
    return words[0]


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…"


def _late_by(person: Person, frame: Frame) -> str:
    return f"{durations.minutes(person.first_joined_at - frame.started_at)} min"


def _early_by(person: Person, frame: Frame) -> str:
    return f"{durations.minutes(frame.until - person.last_left_at)} min"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
