"""Who spoke in a recording: by the words' times of its transcript, beside how long their microphone was open in it."""

from dataclasses import dataclass
from typing import Final

from analytics import talk_times
from analytics.activity import Person
from analytics.intervals import Interval
from analytics.models import TextFile
from analytics.people import folded
from analytics.talk import NOBODY, within
from analytics.text_files import Text
from dashboard.recording import RecordingReading

SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Voice:
    """A row: `spoke` and `mic` in microseconds; `share` of the longest in percent."""

    person: Person
    spoke: int
    mic: int
    share: float


@dataclass(frozen=True, slots=True)
class Talk:
    """`unknown` is what nobody is known to have said; `count` people spoke or had a microphone open."""

    rows: tuple[Voice, ...]
    count: int
    unknown: int


def talk(reading: RecordingReading, text: Text | None) -> Talk | None:
    """None where no transcript tells the times of words. One query more than the people."""
    if text is None or not text.is_read or text.kind != TextFile.Kind.TRANSCRIPT:
        return None
    spoken = talk_times.of_file(text.asset.pk, reading.people)
    if spoken is None:
        return None
    span = None if reading.zero is None or reading.end is None else Interval(reading.zero, reading.end)
    found = [(person, spoken.get(person.key, 0), within(person.mic, span) if span else 0) for person in reading.people]
    found = [one for one in found if one[1] or one[2]]
    found.sort(key=lambda one: (-one[1], -one[2], folded(one[0].label)))
    most = max((spoke for _, spoke, _ in found), default=0) or 1
    rows = tuple(Voice(person, spoke, mic, round(spoke * 100 / most, 1)) for person, spoke, mic in found[:SHOWN])
    return Talk(rows, len(found), spoken.get(NOBODY, 0))
