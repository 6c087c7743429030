"""A lane of recordings or streams in words: its detail card, and its rows in the table of intervals."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from analytics.instants import SECOND
from analytics.run_lanes import RunLane, failed
from analytics.runs import Kind, Stretch
from dashboard.reading import Reading
from dashboard.recording_pages import recording_url
from dashboard.states import BROKEN, CONNECTED, FAILED, NEVER_TOLD, RECORDINGS, REFUSED, STREAMS, State

SHOWN: Final = 6  # runs on a card
ICONS: Final = {
    Kind.RECORDING: "circle-dot",
    Kind.STREAM_RECORDING: "circle-dot",
    Kind.PARTS: "audio-lines",
    Kind.LIVE: "radio",
    Kind.EXTERNAL: "cast",
    Kind.ENCODER: "plug",
}
_STATES: Final = {
    state.word: state for state in (*RECORDINGS.values(), *STREAMS.values(), CONNECTED, BROKEN, REFUSED, NEVER_TOLD)
}
_GOING_ON: Final = ("recording", "live", "connected", "starting", "stopping")


@dataclass(frozen=True, slots=True)
class RunShown:
    """One run: `by` is the name of whoever began it in the room, "" where nobody of it is known."""

    stretch: Stretch
    url: str
    state: State
    by: str
    why: str

    @property
    def length(self) -> int:
        return self.stretch.length


@dataclass(frozen=True, slots=True)
class RunDetail:
    """The card of a lane; `hidden` of its runs are left out."""

    lane: RunLane
    icon: str
    runs: tuple[RunShown, ...]
    hidden: int
    more_url: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A row of the table; `first` marks the one that carries the lane's title."""

    title: str
    shown: RunShown
    first: bool


def moment_url(recording_id: str, at: int, start: int) -> str:
    """The page of a recording that began at `start`, at this moment of it."""
    return f"{recording_url(recording_id)}?{urlencode({'t': max(0, (at - start) // SECOND)})}"


def run_url(stretch: Stretch, session_id: str) -> str:
    """Where a run has a page: its recording or stream; single tracks and encoders are found in their lists."""
    match stretch.run.kind:
        case Kind.RECORDING | Kind.STREAM_RECORDING:
            return recording_url(stretch.run.id)
        case Kind.PARTS:
            return f"{reverse('recordings')}?{urlencode({'q': session_id})}"
        case Kind.ENCODER:
            return f"{reverse('streams')}#encoders"
    return reverse("stream", args=[stretch.run.id])


def run_detail(reading: Reading) -> RunDetail | None:
    """The card of the lane that was asked for, if there is one."""
    lane = next((lane for lane in reading.run_lanes if lane.key == reading.asked.lane), None)
    if lane is None:
        return None
    runs = tuple(_shown(lane.stretches[:SHOWN], reading))
    more = run_url(lane.stretches[0], reading.session.pk) if lane.kind is Kind.PARTS and lane.stretches else ""
    return RunDetail(lane, ICONS[lane.kind], runs, max(0, len(lane.stretches) - SHOWN), more)


def run_rows(reading: Reading) -> tuple[RunRow, ...]:
    """All of them for the table, lane by lane."""
    return tuple(
        RunRow(lane.title, shown, first=number == 0)
        for lane in reading.run_lanes
        for number, shown in enumerate(_shown(lane.stretches, reading))
    )


def _shown(every: tuple[Stretch, ...], reading: Reading) -> Iterator[RunShown]:
    names = {stay.peer_id: stay.name for stay in reading.stays}
    for one in every:
        run = one.run
        over = run.end_estimated or (run.state in _GOING_ON and not one.is_open)
        state = _STATES[run.state]
        if run.failed and run.state == "ended":
            state = FAILED
        elif over and not run.failed and not run.is_ready:
            state = NEVER_TOLD
        yield RunShown(
            stretch=one,
            url=run_url(one, reading.session.pk),
            state=state,
            by=names.get(run.started_by, ""),
            why=failed(one) if run.failed else run.ended,
        )
