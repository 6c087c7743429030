"""What should have been recorded in a session against what was: the findings, as facts without words.

Expected is what the settings record by themselves, and what somebody started. Pure: times are instants, the settings
and the moment are passed in. The words of each finding are `dashboard.findings`.

When something counts as late (no page of 100ms promises a time, so these are ours):

* to begin: `BEGINS`, for the recorder joins like a person and tries several times;
* a file: as long as what was recorded plus `UPLOAD`, for a composite is made after the session at about the speed of
  its play, then uploaded, and the webhook of it may be tried again;
* a transcript: as long as the file plus 5 minutes and a fifth of its length, the least that 100ms says it takes (EVENTS
  trap 35);
* to end: `UPLOAD` after the session, for a recorder stays 5 minutes after the last person (trap 23).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from analytics.instants import MINUTE

BEGINS: Final = 10 * MINUTE
UPLOAD: Final = 30 * MINUTE
# A class as short as this is left before a recorder can be in.
SHORTEST: Final = MINUTE
# What may be missing of a recording: the recorder comes later than the first person. The larger of both counts.
_SLACK: Final = 3 * MINUTE
_SLACK_PART: Final = 10  # a tenth
# 100ms tells of these when they begin; of the others once their file is there.
_TOLD_AT_ONCE: Final = frozenset({"browser", "hls"})
# One film from beginning to end, so its length can be held against that of the session.
_WHOLE: Final = frozenset({"browser", "composite"})
# Composites of the media server get no transcript (EVENTS trap 35), nor do single tracks.
_TRANSCRIBED: Final = frozenset({"browser", "hls"})
# What fails for its storage or its settings (contract, beamErrorType and recordingErrorType).
_FOR_OPS: Final = frozenset({"UPLOAD_ERROR", "CLOUD_ACCESS_ERROR", "CONFIG_ERROR"})


class What(StrEnum):
    """The value is what a URL or a class may carry."""

    MISSING = "missing"  # the settings record, and nothing came
    NOT_RUNNING = "not-running"  # the same of a session that goes on: there is still something to save
    LOST = "lost"  # somebody started one, and 100ms has none
    FAILED = "failed"
    SHORT = "short"
    STUCK_STARTING = "stuck-starting"
    STUCK_RUNNING = "stuck-running"
    STUCK_PROCESSING = "stuck-processing"
    NO_TRANSCRIPT = "no-transcript"
    TRANSCRIPT_FAILED = "transcript-failed"
    TRANSCRIPT_PARTLY = "transcript-partly"  # said to have failed, and both outputs are there in some form
    SUMMARY_FAILED = "summary-failed"  # the same, and the transcript is there
    TRANSCRIPT_STUCK = "transcript-stuck"


@dataclass(frozen=True, slots=True)
class Held:
    """A session; `ended` is None while it goes on."""

    session_id: str
    started: int
    ended: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the settings ask; `then`: as they stood when the session began, else as they stand today."""

    kinds: frozenset[str] = frozenset()
    transcript: bool = False
    longest: int = 0  # microseconds; 0 when nobody says
    then: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody started one here, and 100ms said yes: its job, and when."""

    kind: str
    job_id: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Actual:
    """One recording. `state` as `Recording.State`; `length` is the file's; `paused`: it was, by somebody here."""

    id: str
    kind: str
    state: str
    at: int
    job_id: str = ""
    started: int | None = None
    stopped: int | None = None
    finished: int | None = None
    length: int | None = None
    stop_reason: str = ""
    error_type: str = ""
    error_message: str = ""
    paused: bool = False
    has_transcript: bool = False
    has_summary: bool = False

    @property
    def ran(self) -> int:
        """How long it was recorded, as far as anybody can tell."""
        if self.started is not None and self.stopped is not None and self.stopped > self.started:
            return self.stopped - self.started
        return self.length or 0

    @property
    def is_over(self) -> bool:
        return self.state in ("ready", "failed")


@dataclass(frozen=True, slots=True)
class Transcribing:
    """The making of one transcript. `state` as `Transcription.State`."""

    recording_id: str
    state: str
    begun: int | None = None
    length: int | None = None
    outputs: frozenset[str] = frozenset()  # "transcript", "summary": what it named


@dataclass(frozen=True, slots=True)
class Finding:
    """`since`: from when on it has been so; `length` of `of` is what there is of what should be."""

    session_id: str
    what: What
    kind: str
    since: int
    recording_id: str = ""
    job_id: str = ""
    error_type: str = ""
    error_message: str = ""
    stop_reason: str = ""
    by: str = ""
    length: int | None = None
    of: int | None = None
    by_settings: bool = False
    then: bool = False

    @property
    def is_bad(self) -> bool:
        """Something is lost or will be; otherwise it is less than it should be, or late."""
        return self.what in (What.MISSING, What.NOT_RUNNING, What.LOST, What.FAILED)


def findings(
    held: Held,
    expected: Expected,
    orders: Sequence[Order],
    actual: Sequence[Actual],
    transcripts: Sequence[Transcribing],
    now: int,
) -> list[Finding]:
    """Everything that is not as it should be in one session, the worst first."""
    found = [
        *_by_settings(held, expected, actual, now),
        *_by_order(held, orders, actual, now),
        *(finding for one in actual for finding in _of_recording(held, expected, one, actual, now)),
        *_of_transcripts(held, expected, actual, transcripts, now),
    ]
    return sorted(found, key=lambda finding: (not finding.is_bad, finding.since, finding.what, finding.recording_id))


def _by_settings(held: Held, expected: Expected, actual: Sequence[Actual], now: int) -> Iterator[Finding]:
    end = now if held.ended is None else held.ended
    length = end - held.started
    if length < SHORTEST:
        return
    for kind in sorted(expected.kinds):
        mine = [one for one in actual if one.kind == kind]
        if not mine:
            if held.ended is None:
                late, what = kind in _TOLD_AT_ONCE and length >= BEGINS, What.NOT_RUNNING
            else:
                patience = BEGINS if kind in _TOLD_AT_ONCE else length + UPLOAD
                late, what = now >= held.ended + patience, What.MISSING
            if late:
                yield Finding(held.session_id, what, kind, held.started, by_settings=True, then=expected.then)
        elif kind in _WHOLE and held.ended is not None:
            yield from _all_too_short(held, expected, kind, mine, length)


def _all_too_short(held: Held, expected: Expected, kind: str, mine: list[Actual], length: int) -> Iterator[Finding]:
    """The films of a kind together against the session; only once all are there, and none was paused."""
    ready = [one for one in mine if one.state == "ready"]
    if not ready or any(one.paused or not one.is_over or not one.length for one in mine if one.state != "failed"):
        return
    whole = sum(one.length or 0 for one in ready)
    if _too_short(whole, length) and not any(_is_short(one) for one in ready):
        last = max(ready, key=lambda one: (one.at, one.id))
        yield Finding(
            held.session_id,
            What.SHORT,
            kind,
            last.stopped or last.at,
            recording_id=last.id,
            stop_reason=last.stop_reason,
            length=whole,
            of=length,
            by_settings=True,
            then=expected.then,
        )


def _by_order(held: Held, orders: Sequence[Order], actual: Sequence[Actual], now: int) -> Iterator[Finding]:
    known = {one.job_id for one in actual}
    for order in orders:
        if order.job_id not in known and now >= order.at + BEGINS:
            yield Finding(held.session_id, What.LOST, order.kind, order.at, job_id=order.job_id, by=order.by)


def _of_recording(held: Held, expected: Expected, one: Actual, every: Iterable[Actual], now: int) -> Iterator[Finding]:
    def finding(what: What, since: int, length: int | None = None, of: int | None = None) -> Finding:
        return Finding(
            held.session_id,
            what,
            one.kind,
            since,
            recording_id=one.id,
            job_id=one.job_id,
            error_type=one.error_type,
            error_message=one.error_message,
            stop_reason=one.stop_reason,
            length=length,
            of=of,
        )

    match one.state:
        case "failed":
            if _is_for_ops(one) or not any(_makes_good(other, one) for other in every):
                yield finding(What.FAILED, one.finished or one.at)
        case "ready" if _is_short(one):
            yield finding(What.SHORT, one.stopped or one.at, length=one.length, of=one.ran)
        case "starting" if now >= one.at + BEGINS:
            yield finding(What.STUCK_STARTING, one.at)
        case "running":
            begun = one.started or one.at
            over = held.ended is not None and now >= held.ended + UPLOAD
            if over or (expected.longest and now >= begun + expected.longest + UPLOAD):
                yield finding(What.STUCK_RUNNING, begun)
        case "stopping" | "processing":
            stopped = one.stopped or one.at
            if now >= stopped + one.ran + UPLOAD:
                yield finding(What.STUCK_PROCESSING, stopped, of=one.ran or None)


def _is_for_ops(failed: Actual) -> bool:
    """Storage and settings fail the next time too, whatever came after this one."""
    # A failed stop may be all that tells it (EVENTS trap 30).
    told = (failed.error_type, failed.error_message, failed.stop_reason.removeprefix("failure: "))
    return any(text.strip().upper().replace(" ", "_") in _FOR_OPS for text in told)


def _makes_good(other: Actual, failed: Actual) -> bool:
    """A later one of its kind that is ready, and has most of what this one would have had.

    One that never began would have had nothing yet.
    """
    if other.kind != failed.kind or other.state != "ready" or other.at < failed.at or _of_one(other):
        return False
    lost = failed.stopped or failed.finished
    if failed.started is None or lost is None or lost <= failed.started:
        return True
    begun = other.at if other.started is None else other.started
    ended = begun + other.ran if other.stopped is None else other.stopped
    both = min(lost, ended) - max(failed.started, begun)
    return 2 * both > lost - failed.started


def _of_one(one: Actual) -> bool:
    """A file of one person or track, for which no other can stand in."""
    return one.kind in ("stream", "track")


def _is_short(one: Actual) -> bool:
    return not one.paused and bool(one.length) and _too_short(one.length or 0, one.ran)


def _too_short(length: int, wanted: int) -> bool:
    return wanted - length > max(_SLACK, wanted // _SLACK_PART)


def _of_transcripts(
    held: Held, expected: Expected, actual: Sequence[Actual], transcripts: Sequence[Transcribing], now: int
) -> Iterator[Finding]:
    for one in actual:
        mine = [transcript for transcript in transcripts if transcript.recording_id == one.id]
        wanted = expected.transcript and one.kind in _TRANSCRIBED and one.state == "ready"
        begun = [transcript.begun for transcript in mine if transcript.begun is not None]
        since = max(begun, default=one.finished or one.stopped or one.at)
        told = [transcript.length for transcript in mine if transcript.length]
        length = one.length or one.ran or max(told, default=0)
        if any(transcript.state == "ready" for transcript in mine):
            continue
        if any(transcript.state == "failed" for transcript in mine):
            what = _failed_part(one, mine)
        elif one.has_transcript or not (mine or wanted) or now < since + length + transcript_takes(length):
            continue
        else:
            what = What.TRANSCRIPT_STUCK if mine else What.NO_TRANSCRIPT
        by_settings = what == What.NO_TRANSCRIPT
        yield Finding(
            held.session_id,
            what,
            one.kind,
            since,
            recording_id=one.id,
            job_id=one.job_id,
            of=length or None,
            by_settings=by_settings,
            then=by_settings and expected.then,
        )


def _failed_part(one: Actual, failed: Iterable[Transcribing]) -> What:
    """A failure may still name files that are good; by what is missing."""
    there = frozenset[str]().union(*(transcript.outputs for transcript in failed))
    if not one.has_transcript and "transcript" not in there:
        return What.TRANSCRIPT_FAILED
    return What.TRANSCRIPT_PARTLY if one.has_summary or "summary" in there else What.SUMMARY_FAILED


def transcript_takes(length: int) -> int:
    """The least that 100ms takes for a transcript of that length (EVENTS trap 35)."""
    return 5 * MINUTE + length // 5
