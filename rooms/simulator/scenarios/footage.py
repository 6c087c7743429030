"""What one file of a session holds: which stretch, what was left out of it, and in which form."""

from dataclasses import dataclass
from typing import Final

from rooms.simulator.spans import Spans, clip, length

OUTPUTS: Final = ("summary_json", "transcript_json", "transcript_srt", "transcript_txt")
"""What a transcription makes."""
PIECE: Final = 10
"""Seconds of one piece of a playlist."""
TEXTS: Final = frozenset({"chat", "playlist", *OUTPUTS})


@dataclass(frozen=True, slots=True)
class Footage:
    """A file called `name` of what happened over `[start, stop)` less `left_out`; nanoseconds of the script.

    `form` is film, sound, picture, playlist, piece, chat or one of OUTPUTS. `stay` is the key of the only peer in it,
    None for a file of the whole room. `part` is the number of a piece, or the second a picture shows.
    """

    name: str
    form: str
    start: int
    stop: int
    left_out: Spans = ()
    width: int = 1280
    height: int = 720
    stay: str | None = None
    part: int = 0

    @property
    def shown(self) -> Spans:
        """The stretches that are in it, sorted."""
        found, at = [], self.start
        for begin, end in clip(self.left_out, self.start, self.stop):
            found.append((at, begin))
            at = end
        return clip([*found, (at, self.stop)], self.start, self.stop)

    @property
    def missing(self) -> int:
        """Nanoseconds left out."""
        return length(clip(self.left_out, self.start, self.stop))


def size_of_film(width: int, height: int, seconds: int) -> int:
    """Bytes of a film: settled by its look and length, so that lists can tell it before anybody has made the film."""
    return 96_000 + width * height // 4 + seconds * (900 + width * height // 400)


def size_of_sound(seconds: int) -> int:
    """Bytes of a file with sound alone."""
    return 32_000 + seconds * 2_600
