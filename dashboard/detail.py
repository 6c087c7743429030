"""What a detail card says: one person at one instant, or one person altogether."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from analytics import durations
from analytics.activity import Frame, Person, Visit
from analytics.instants import SECOND, clock
from analytics.intervals import Interval
from analytics.leaving import Ending
from analytics.marks import Mark
from analytics.people import state_at
from analytics.timeline import Lane
from dashboard import devices

_NEAR: Final = 1 * SECOND  # an address may have lost the milliseconds of the mark it means

_ICONS: Final = {
    "left": "log-out",
    "drop": "wifi-off",
    "removed": "user-x",
    "server": "server-off",
    "role": "user-star",
    "failed": "triangle-alert",
    "recovered": "triangle-alert",
}
_LEADS: Final = {
    "left": "Left",
    "drop": "Network drop",
    "removed": "Removed by the host",
    "server": "Removed by the server",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the card; `mono` for words that 100ms wrote."""

    label: str
    words: str
    icon: str = ""
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """`at` None: the person altogether. `peer_id` names the visit it speaks of, "" when it is none."""

    at: int | None
    lead: str
    icon: str
    tone: str  # "bad", "" or "quiet"
    pairs: tuple[Pair, ...]
    peer_id: str = ""
    visit: int = 0


def detail_of(lane: Lane, frame: Frame, at: int | None, zone: tzinfo) -> Detail:
    """The card of this lane, at a mark when `at` is that of one."""
    if at is None:
        return _altogether(lane, zone)
    mark = next((mark for mark in lane.marks if abs(mark.at - at) < _NEAR), None)
    if mark is not None:
        return _at_mark(mark, zone)
    return _between(lane.person, frame, at, zone)


def _altogether(lane: Lane, zone: tzinfo) -> Detail:
    person = lane.person
    last = "still in" if person.still_in else _approx(clock(person.last_left_at, zone), person.last_out_estimated)
    visits = len(person.visits)
    pairs = [
        Pair("First in", _approx(clock(person.first_joined_at, zone), person.first_in_estimated)),
        Pair("Last out", last),
        Pair("Visits", str(visits)),
        *_figures(person),
    ]
    if person.two_devices:
        pairs.append(Pair("On two devices", durations.words(sum(part.length for part in person.two_devices))))
    only = person.visits[0].stay.peer_id if visits == 1 else ""
    return Detail(None, f"Present {durations.words(person.present_micros)}", "user", "", tuple(pairs), only)


def _figures(person: Person) -> Iterator[Pair]:
    for label, spans, icon, never in (
        ("Microphone", person.mic, "mic", "never open"),
        ("Camera", person.camera, "video", "never on"),
        ("Screen", person.screen, "screen-share", ""),
    ):
        if spans:
            times = "once" if len(spans) == 1 else "twice" if len(spans) == 2 else f"{len(spans)} times"
            yield Pair(label, f"{durations.words(sum(part.length for part in spans))}, {times}", icon)
        elif never:
            yield Pair(label, never, f"{icon}-off")


def _at_mark(mark: Mark, zone: tzinfo) -> Detail:
    pairs: list[Pair] = []
    lead = _LEADS.get(mark.kind, mark.words)
    if mark.kind == "drop" and mark.until is not None:
        lead = "Not connected: network drop"
    if mark.at_end and mark.until is not None:
        pairs += _stretch("Away", Interval(mark.at, mark.until), zone)
    elif mark.kind == "drop":
        pairs.append(Pair("Came back", "no"))
    if mark.reason:
        label = "Message" if mark.kind in {"failed", "recovered"} else "Reported cause"
        pairs.append(Pair(label, mark.reason, mono=True))
    if mark.message:
        pairs.append(Pair("Host wrote", mark.message))
    pairs += _before(mark.mic_on, mark.camera_on, mark.screen_on)
    if mark.visit:
        pairs += _visit(mark.visit, mark.visits, mark.device)
    tone = "bad" if mark.kind in {"drop", "failed"} else ""
    return Detail(mark.at, lead, _ICONS[mark.kind], tone, tuple(pairs), mark.peer_id, mark.visit)


def _before(mic: bool, camera: bool, screen: bool) -> Iterator[Pair]:
    """What was on just before."""
    yield Pair("Before", "microphone open" if mic else "muted", "mic" if mic else "mic-off")
    yield Pair("", "camera on" if camera else "camera off", "video" if camera else "video-off")
    if screen:
        yield Pair("", "screen shared", "screen-share")


def _between(person: Person, frame: Frame, at: int, zone: tzinfo) -> Detail:
    state = state_at(person, at)
    if state.visit is not None:
        return _present(person, frame, state.visit, state.role, at, zone)
    if state.away is not None:
        away = state.away
        dropped = away.ending is Ending.NETWORK
        pairs = [
            *_stretch("Away", Interval(away.start, away.end), zone),
            Pair("Reported cause", away.visit.stay.reason or away.ending.words, mono=bool(away.visit.stay.reason)),
            *_visit(away.visit.number, len(person.visits), away.visit.stay.device),
        ]
        lead = f"Not connected: {away.ending.words}" if dropped else f"Away: {away.ending.words}"
        icon = "wifi-off" if dropped else "log-out"
        return Detail(
            at, lead, icon, "bad" if dropped else "", tuple(pairs), away.visit.stay.peer_id, away.visit.number
        )
    if at < person.first_joined_at:
        came = Pair("Came", _approx(clock(person.first_joined_at, zone, seconds=True), person.first_in_estimated))
        return Detail(at, "Not there yet", "clock", "", (came,))
    last = person.last_visit
    left = Pair("Left", _approx(clock(last.end, zone, seconds=True), person.last_out_estimated))
    why = Pair("Because", "session ended" if last.to_end else last.ending.words)
    return Detail(at, "Not there any more", "log-out", "", (left, why), last.stay.peer_id, last.number)


def _present(person: Person, frame: Frame, visit: Visit, role: str, at: int, zone: tzinfo) -> Detail:
    pairs = []
    for label, spans, icon, off in (
        ("Microphone", person.mic, "mic", "muted"),
        ("Camera", person.camera, "video", "off"),
        ("Screen", person.screen, "screen-share", ""),
    ):
        here = next((part for part in spans if part.start <= at < part.end), None)
        if here:
            still = frame.is_live and here.end >= frame.until
            words = f"since {clock(here.start, zone, seconds=True)}" if still else _span(here, zone)
            pairs.append(Pair(label, words, icon))
        elif off:
            pairs.append(Pair(label, off, f"{icon}-off"))
    if role:
        pairs.append(Pair("Role", role))
    pairs += _visit(visit.number, len(person.visits), visit.stay.device)
    return Detail(at, "Present", "user-check", "", tuple(pairs), visit.stay.peer_id, visit.number)


def _stretch(label: str, part: Interval, zone: tzinfo) -> Iterator[Pair]:
    yield Pair(label, _span(part, zone))
    yield Pair("Length", durations.exact(part.length))


def _span(part: Interval, zone: tzinfo) -> str:
    return f"{clock(part.start, zone, seconds=True)} to {clock(part.end, zone, seconds=True)}"


def _visit(number: int, of: int, device: str) -> Iterator[Pair]:
    yield Pair("Visit", f"{number} of {of}")
    if device:
        yield Pair("Device", devices.words(device))


def _approx(words: str, estimated: bool) -> str:
    return f"≈ {words}" if estimated else words
