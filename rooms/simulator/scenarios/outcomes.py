"""How recordings, streams and ingests of a class end, by name: well, or by each failure that is documented.

`recorded=["UPLOAD_ERROR", "live"]` of a class lets one browser recording fail so and one live stream go well. A name
alone is of a browser recording; "live", "push", "composite", "track", "stream" and "ingest" say of what else it is.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from rooms.simulator.clock import SECOND
from rooms.simulator.scenarios import feeds, recordings, runs
from rooms.simulator.scenarios.cast import Cast
from rooms.simulator.scenarios.footage import OUTPUTS
from rooms.simulator.scenarios.runs import Run

Outcome = Callable[[Cast], None]

PUSHED_TO = "rtmp://a.tube.example.com/live2/0123-4567-89ab-cdef"


def _browser(cast: Cast, error: str = "", **facts: Any) -> None:
    """A recording of nearly the whole class, and its transcript."""
    _add(cast, runs.beam(*_stretch(cast), transcribed=not error, error=error, **facts))


def _live(cast: Cast, error: str = "") -> None:
    _add(cast, runs.hls(*_stretch(cast), error=error))


def _push(cast: Cast, error: str = "") -> None:
    _add(cast, runs.push(*_stretch(cast), PUSHED_TO, error=error))


def _stretch(cast: Cast) -> tuple[Any, int, int]:
    return cast.stays[0], cast.end // 40, cast.end - cast.end // 50


def _add(cast: Cast, run: Run) -> None:
    """A run of each name once; what broke off before the end did so where its error says."""
    taken = {one.name for one in cast.runs}
    if run.name in taken:
        run = replace(run, name=f"{run.name}-{len(taken)}")
    begun = run.start
    last = {
        "BEAM_STOPPED": begun - 2 * SECOND,  # before it was up
        "SHORT_RECORDING_ERROR": begun + 4 * SECOND,
        "MAX_RETRIES_REACHED": begun + 40 * SECOND,
        "INTERNAL_ERROR": (begun + run.stop) // 2,
    }.get(run.error, run.stop)
    stop = min(last, run.stop)
    cast.run(replace(run, stop=stop, created=min(run.created, stop)))


def _until(cast: Cast, reason: str, share: float = 1) -> None:
    lead, start, _ = _stretch(cast)
    _add(cast, runs.beam(lead, start, int(cast.end * share), transcribed=True, reason=reason))


def _paused(cast: Cast) -> None:
    third = cast.end // 3
    _browser(cast, pauses=((third, third + cast.end // 6),))


def _missing(cast: Cast) -> None:
    """Nothing begins, whatever the room's template says."""
    cast.unrecorded = True


def _composite(cast: Cast, error: str = "") -> None:
    cast.notice(recordings.composite(cast.end, error=error))


def _track(cast: Cast, *, fails: bool = False) -> None:
    lead = cast.stays[0]
    mic = next(track for track in lead.tracks if track.key == "mic")
    cast.notice(*recordings.track_recording(lead, "mic", mic.start + SECOND, lead.end, fails=fails))


def _stream(cast: Cast, *, fails: bool = False) -> None:
    cast.notice(recordings.stream_recording(cast.stays[0], "mic", cast.stays[0].end, fails=fails))


def _ingest(cast: Cast, error: str = "", reason: str = "stream closed") -> None:
    cast.feed(feeds.Feed(f"encoder-{len(cast.feeds)}", cast.end // 8, cast.end * 2 // 3, reason, error))


def _refused(cast: Cast, error: str) -> None:
    cast.notice(feeds.refused(cast.end // 10, error))


_REFUSALS = ("stream key disabled", "no hls destinations", "remote session active", "already connected")

OUTCOMES: dict[str, Outcome] = {
    "ready": _browser,
    **{error: partial(_browser, error=error) for error in runs.ERRORS},
    "stuck": partial(_browser, stuck=True),
    "paused": _paused,
    "missing": _missing,
    "unread": partial(_browser, unread=("summary_json",)),
    "unread at all": partial(_browser, unread=OUTPUTS),
    "max duration reached": partial(_until, reason="max duration reached", share=0.7),
    "room ended": partial(_until, reason="room ended"),
    "last peer left": partial(_until, reason="last peer left"),
    "live": _live,
    **{f"live {error}": partial(_live, error=error) for error in runs.ERRORS if error != "SHORT_RECORDING_ERROR"},
    "push": _push,
    "push INTERNAL_ERROR": partial(_push, error="INTERNAL_ERROR"),
    "composite": _composite,
    **{f"composite {error}": partial(_composite, error=error) for error in recordings.COMPOSITE_ERRORS},
    "track": _track,
    "track failure": partial(_track, fails=True),
    "stream": _stream,
    "stream failure": partial(_stream, fails=True),
    "ingest": _ingest,
    "ingest lost": partial(_ingest, reason="reconnection window expired"),
    "ingest internal error": partial(_ingest, error="internal error"),
    **{f"ingest refused: {error}": partial(_refused, error=error) for error in _REFUSALS},
}
