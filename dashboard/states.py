"""How recordings, streams and encoders stand, in the same word, icon and tone on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.models import Recording, Stream


@dataclass(frozen=True, slots=True)
class State:
    """Word, Lucide icon and tone (a class of `.state`)."""

    word: str
    icon: str
    tone: str = ""


STARTING: Final = State("starting", "loader")
STOPPING: Final = State("stopping", "square")
PROCESSING: Final = State("being processed", "cog")
LIVE: Final = State("live", "radio", "ok")
PAUSED: Final = State("paused", "pause", "warn")
FAILED: Final = State("failed", "octagon-x", "bad")
NEVER_TOLD: Final = State("end never told", "circle-question-mark", "warn")
# Of encoders.
CONNECTED: Final = State("connected", "plug", "ok")
GONE: Final = State("not connected", "unplug")
REFUSED: Final = State("turned away", "octagon-x", "bad")
BROKEN: Final = State("broken off", "octagon-x", "bad")

# By the status of the API (contract, jobs of recordings and streams).
JOBS: Final[Mapping[str, State]] = {
    "starting": STARTING,
    "running": State("running", "circle-dot", "ok"),
    "stopping": STOPPING,
    "post_processing": PROCESSING,
    "completed": State("done", "check"),
    "failed": FAILED,
}
RECORDINGS: Final[Mapping[str, State]] = {
    Recording.State.STARTING: STARTING,
    Recording.State.RUNNING: State("recording", "circle-dot", "ok"),
    Recording.State.STOPPING: STOPPING,
    Recording.State.PROCESSING: PROCESSING,
    Recording.State.READY: State("ready", "circle-check", "ok"),
    Recording.State.FAILED: FAILED,
}
STREAMS: Final[Mapping[str, State]] = {
    Stream.State.STARTING: STARTING,
    Stream.State.RUNNING: LIVE,
    Stream.State.STOPPING: STOPPING,
    Stream.State.ENDED: State("ended", "check"),
    Stream.State.FAILED: FAILED,
}
