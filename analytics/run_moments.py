"""What stands out of a session's recordings, streams and encoders, to be ranked among the moments of its people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from analytics import durations
from analytics.activity import Frame
from analytics.moments import Moment
from analytics.run_lanes import failed
from analytics.runs import OF_THE_ROOM, WORTH_SAYING, Kind, Recorded, Stretch

_STREAMS = {Kind.LIVE: "Live stream", Kind.EXTERNAL: "External stream"}


def run_moments(every: Sequence[Stretch], recorded: Recorded, frame: Frame) -> list[Moment]:
    """A recording that began late, ended early or failed; a stream's beginning and its failures; an encoder's drops."""
    found = [*_of_recording(recorded, frame)]
    for kind in _STREAMS:
        found += _of_streams([one for one in every if one.run.kind is kind], kind)
    found += _of_encoders([one for one in every if one.run.kind is Kind.ENCODER])
    return found


def _of_recording(recorded: Recorded, frame: Frame) -> Iterator[Moment]:
    failures = [one for one in recorded.stretches if one.run.failed]
    for one in failures[:1]:
        more = f" ({len(failures)} times)" if len(failures) > 1 else ""
        # Another recording that has it all makes up for it.
        yield _bad(one, f"{failed(one, brief=True)}{more}", 60 if recorded.is_whole else 92)
    if recorded.has_failed:
        return  # that all of it is missing goes without saying
    for piece in recorded.missing:
        if piece.length < WORTH_SAYING:
            continue
        length = durations.words(piece.length)
        if piece.start == frame.started_at and piece.end == frame.until:
            words = "Nothing is recorded" if frame.is_live else "Nothing was recorded"
            yield Moment(piece.start, "recording", words, "", "bad", 91, lane="recording")
        elif piece.start == frame.started_at:
            yield Moment(
                piece.start, "recording", f"Recording misses the first {length}", "", "bad", 70, lane=_of(recorded)
            )
        elif piece.end == frame.until and not frame.is_live:
            yield Moment(
                piece.start, "recording", f"Recording misses the last {length}", "", "bad", 70, lane=_of(recorded)
            )
        elif piece.end != frame.until:
            yield Moment(piece.start, "recording", f"Recording misses {length}", "", "bad", 65, lane=_of(recorded))


def _of(recorded: Recorded) -> str:
    return recorded.stretches[0].run.kind.value if recorded.stretches else Kind.RECORDING.value


def _of_streams(every: Sequence[Stretch], kind: Kind) -> Iterator[Moment]:
    name = _STREAMS[kind]
    shown = [one for one in every if one.start < one.end]
    if shown:
        yield Moment(shown[0].start, "stream", f"{name} began", "", "plain", 30, lane=kind.value)
    nexts = {one.run.id: after.start for one, after in pairwise(every)}
    for one in every:
        if one.run.failed:
            again = nexts.get(one.run.id)
            back = (
                f", and was started again {durations.words(again - one.end)} later" if again and again > one.end else ""
            )
            yield _bad(one, f"{failed(one, brief=True)}{back}", 82)


def _of_encoders(every: Sequence[Stretch]) -> Iterator[Moment]:
    refused = [one for one in every if one.run.failed and one.start == one.end]
    for one in refused[:1]:
        more = f" ({len(refused)} times)" if len(refused) > 1 else ""
        yield _bad(one, f"{failed(one, brief=True)}{more}", 84)
    for one in every:
        if one.run.failed and one.start < one.end:
            yield _bad(one, failed(one, brief=True), 78)


def _bad(one: Stretch, words: str, weight: int) -> Moment:
    kind = Kind.RECORDING if one.run.kind in OF_THE_ROOM and one.run.kind is not Kind.STREAM_RECORDING else one.run.kind
    return Moment(one.end, "failed", words, "", "bad", weight, lane=kind.value)
