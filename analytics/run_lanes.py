"""Lanes of the timeline for what ran beside the people: recordings, live and external streams, encoders.

What overlaps is drawn in further lanes of the same kind. Places across are fractions 0..1 of the axis, as in
`analytics.timeline`; heights are the page's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from analytics import durations
from analytics.axis import Axis
from analytics.instants import SECOND
from analytics.intervals import Interval, gaps, union
from analytics.runs import OF_THE_ROOM, WORTH_SAYING, Kind, Recorded, Stretch

MOST: Final = 6  # lanes of one kind; what would need more is drawn over the last
SAID: Final = 4  # runs that a sentence names one by one
_WORTH_A_GAP: Final = 5 * SECOND


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch as drawn."""

    stretch: Stretch
    x: float
    width: float

    @property
    def is_open(self) -> bool:
        return self.stretch.is_open


@dataclass(frozen=True, slots=True)
class Hole:
    """A piece of the session that is on no recording: a dashed outline."""

    x: float
    width: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RunMark:
    """Where something failed: `words` say when and why."""

    x: float
    at: int
    words: str


@dataclass(frozen=True, slots=True)
class RunLane:
    """One row. `key` is its place in addresses: "recording", then "recording-2" for what overlaps."""

    key: str
    kind: Kind
    title: str
    note: str  # beside the title: "3 min late", "HLS"
    sentence: str  # the lane read aloud
    stretches: tuple[Stretch, ...]
    bars: tuple[Bar, ...]
    holes: tuple[Hole, ...]
    marks: tuple[RunMark, ...]


_TITLES: Final = {
    Kind.RECORDING: "Recording",
    Kind.STREAM_RECORDING: "Stream's recording",
    Kind.PARTS: "Single tracks",
    Kind.LIVE: "Live stream",
    Kind.EXTERNAL: "External stream",
    Kind.ENCODER: "Encoder",
}
_NOTES: Final = {Kind.LIVE: "HLS", Kind.EXTERNAL: "RTMP", Kind.ENCODER: "sends in"}
# While it runs, when it is over, between two of them, and when it failed.
_VERBS: Final = {
    Kind.RECORDING: ("Being recorded since", "Recorded from", "missing", "Recording failed"),
    Kind.STREAM_RECORDING: (
        "Stream being recorded since",
        "Stream recorded from",
        "missing",
        "Recording of the stream failed",
    ),
    Kind.LIVE: ("Live stream since", "Live stream from", "broken", "Live stream failed"),
    Kind.EXTERNAL: ("External stream since", "External stream from", "broken", "External stream failed"),
    Kind.ENCODER: ("Encoder connected since", "Encoder connected from", "gone", "Encoder turned away"),
}


def run_lanes(every: Sequence[Stretch], recorded: Recorded, axis: Axis) -> tuple[RunLane, ...]:
    """The lanes of a session's runs by kind. The first lane of a recording shows what none of them holds."""
    lanes: list[RunLane] = []
    with_holes = next((one.run.kind for one in recorded.stretches), Kind.RECORDING) if recorded.missing else None
    for kind in Kind:
        of_kind = [one for one in every if one.run.kind is kind]
        if kind is Kind.PARTS:
            lanes += _parts(of_kind, axis)
            continue
        holes = recorded.missing if kind is with_holes else ()
        rows = _stacked(of_kind) or ([[]] if holes else [])
        for number, row in enumerate(rows, 1):
            lanes.append(_lane(kind, number, row, recorded, holes if number == 1 else (), axis))
    return tuple(lanes)


def _stacked(every: Iterable[Stretch]) -> list[list[Stretch]]:
    """Rows in which nothing overlaps, filled from the top; what is a mark alone takes no room of its own."""
    rows: list[list[Stretch]] = []
    ends: list[int] = []
    for one in every:
        is_mark = not _is_seen(one)
        free = next((number for number, end in enumerate(ends) if is_mark or end <= one.start), len(rows))
        if free == len(rows) == MOST:
            free -= 1
        elif free == len(rows):
            rows.append([])
            ends.append(one.start)
        rows[free].append(one)
        if not is_mark:
            ends[free] = max(ends[free], one.end)
    return rows


def _is_seen(one: Stretch) -> bool:
    """What failed is no bar: nothing of it can be watched. A stream that broke off was seen until then."""
    return one.start < one.end and not (one.run.failed and one.run.kind in OF_THE_ROOM)


def _lane(
    kind: Kind, number: int, row: Sequence[Stretch], recorded: Recorded, missing: Sequence[Interval], axis: Axis
) -> RunLane:
    return RunLane(
        key=kind.value if number == 1 else f"{kind.value}-{number}",
        kind=kind,
        title=_TITLES[kind] if number == 1 else f"{_TITLES[kind]} {number}",
        note=_note(kind, number, row, recorded),
        sentence=_sentence(kind, row, missing, recorded, axis),
        stretches=tuple(row),
        bars=tuple(_bars(row, axis)),
        holes=tuple(Hole(axis.x(piece.start), axis.width(piece.start, piece.end), *piece[:2]) for piece in missing),
        marks=tuple(_marks(row, axis)),
    )


def _bars(row: Iterable[Stretch], axis: Axis) -> Iterator[Bar]:
    for one in row:
        if _is_seen(one) and one.end > axis.start and one.start < axis.end:
            yield Bar(one, axis.x(one.start), axis.width(one.start, one.end))


def _marks(row: Iterable[Stretch], axis: Axis) -> Iterator[RunMark]:
    for one in row:
        if one.run.failed:
            clock = axis.clock(one.end, seconds=True)
            yield RunMark(axis.x(one.end), one.end, f"{clock} {failed(one)}")


def failed(one: Stretch, *, brief: bool = False) -> str:
    """ "Recording failed: 100ms was not let into the storage"; a `brief` one leaves out what the cause adds."""
    kind = Kind.RECORDING if one.run.kind is Kind.PARTS else one.run.kind
    words = _VERBS[kind][3]
    if kind is Kind.ENCODER and one.start < one.end:
        words = "Encoder broke off"
    first, _, rest = one.run.trouble.partition(": ")
    # What 100ms said in words of its own is all that there is of it.
    cause = (first if brief and rest and first != "100ms says" else one.run.trouble).rstrip(".")
    return f"{words}: {cause[:1].lower() if cause[1:2].islower() else cause[:1]}{cause[1:]}" if cause else words


def _note(kind: Kind, number: int, row: Sequence[Stretch], recorded: Recorded) -> str:
    if number > 1 or kind not in OF_THE_ROOM:
        return _NOTES.get(kind, "") if number == 1 else ""
    if not recorded.stretches:
        return "none"
    if row and all(one.run.failed for one in row):
        return "failed"
    if recorded.is_running and recorded.late < WORTH_SAYING:
        return "on"
    if recorded.late >= WORTH_SAYING:
        return f"{durations.words(recorded.late)} late"
    missing = recorded.of - recorded.covered
    return f"{durations.words(missing)} missing" if missing >= WORTH_SAYING else ""


def _sentence(kind: Kind, row: Sequence[Stretch], missing: Sequence[Interval], recorded: Recorded, axis: Axis) -> str:
    since, over, between, _ = _VERBS[kind]
    good = [one for one in row if _is_seen(one)]
    parts = []
    for number, one in enumerate(good[:SAID]):
        first = f"{since if one.is_open else over} " if number == 0 else "since " if one.is_open else "from "
        about = "about " if one.start_estimated else ""
        until = "" if one.is_open else f" to {'about ' if one.end_estimated else ''}{axis.clock(one.end)}"
        parts.append(f"{first}{about}{axis.clock(one.start)}{until}")
    if len(good) > SAID:
        parts.append(f"and {len(good) - SAID} more")
    if kind in OF_THE_ROOM:
        parts += [_missing(piece, recorded, axis) for piece in missing[:SAID]]
    else:
        parts += list(_gaps(good, between, axis))[:SAID]
    # What stands in the lane is said as well, a word for each state that there is.
    states = list(dict.fromkeys(one.run.state for one in good if kind in OF_THE_ROOM and not one.is_open))
    became = states + [failed(one) for one in row if one.run.failed][:SAID]
    if not parts and not became:
        return "Not recorded"
    said = "; ".join([", ".join(parts), *became] if parts else became)
    return said[:1].upper() + said[1:]


def _gaps(good: Sequence[Stretch], broken: str, axis: Axis) -> Iterator[str]:
    """Between two runs: broken where the first of them failed, else switched off."""
    lost = {one.end for one in good if one.run.failed}
    for gap in gaps(one.interval for one in good):
        if gap.length >= _WORTH_A_GAP:
            word = broken if gap.start in lost else "off"
            yield f"{word} for {durations.words(gap.length)} at {axis.clock(gap.start)}"


def _missing(piece: Interval, recorded: Recorded, axis: Axis) -> str:
    length = durations.words(piece.length)
    if piece.start == recorded.session_start and piece.end == recorded.session_end:
        return "nothing of it is recorded"
    if piece.start == recorded.session_start:
        return f"{length} at the start missing"
    if piece.end == recorded.session_end:
        return f"{length} at the end missing"
    return f"{length} missing at {axis.clock(piece.start)}"


def _parts(every: Sequence[Stretch], axis: Axis) -> Iterator[RunLane]:
    """Recordings of single tracks are as many as there are people: one lane tells that there are some, and when."""
    if not every:
        return
    count, lost = len(every), sum(one.run.failed for one in every)
    good = [one for one in every if not one.run.failed]
    spans = union(one.interval for one in good)
    said = f"{count} single {'track or person was' if count == 1 else 'tracks or people were'} recorded"
    if spans:
        said += f", from {axis.clock(spans[0].start)} to {axis.clock(spans[-1].end)}"
    bars = [
        Bar(Stretch(good[0].run, span.start, span.end), axis.x(span.start), axis.width(span.start, span.end))
        for span in spans
    ]
    yield RunLane(
        key=Kind.PARTS.value,
        kind=Kind.PARTS,
        title=_TITLES[Kind.PARTS],
        note=str(count),
        sentence=f"{said}; {lost} of them failed" if lost else said,
        stretches=tuple(every),
        bars=tuple(bars),
        holes=(),
        marks=tuple(_marks(every, axis)),
    )
