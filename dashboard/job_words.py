"""How the kinds of jobs are called on pages, and the names of their URLs."""

from dataclasses import dataclass
from typing import Final

from rooms.jobs import Kind


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind is called, and the names of its pages."""

    noun: str
    icon: str
    page: str
    start: str
    stop: str
    stop_all: str
    nothing: str

    @property
    def nouns(self) -> str:
        return f"{self.noun}s"

    @property
    def one(self) -> str:
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"


WORDS: Final = {
    Kind.RECORDING: Words(
        "recording",
        "disc",
        "recording",
        "recording_start",
        "recording_stop",
        "recordings_stop",
        "Recordings appear here from the moment they are started, here, in the room, or by 100ms itself.",
    ),
    Kind.LIVE: Words(
        "live stream",
        "radio",
        "live_stream",
        "live_stream_start",
        "live_stream_stop",
        "live_streams_stop",
        "A live stream lets many watch the room in a browser without being in it.",
    ),
    Kind.EXTERNAL: Words(
        "external stream",
        "cast",
        "external_stream",
        "external_stream_start",
        "external_stream_stop",
        "external_streams_stop",
        "An external stream sends the picture of the room to other platforms.",
    ),
}
