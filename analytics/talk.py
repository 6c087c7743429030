"""How long each really spoke: the union of the times of their words, from transcripts that have such times.

Never mixed with how long a microphone was open: that counts silence, and this only what was understood as speech. A
person may be several peers (EVENTS trap 9) and a class may have several recordings, so what is told of one person is
laid on one axis and counted once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from analytics.instants import SECOND
from analytics.intervals import Interval, Intervals, total, union
from analytics.transcripts import Line

NOBODY: Final = ""
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Speaker:
    """One who speaks in a transcript, as it names them: the peer, the name, either may be "". Spans in microseconds."""

    peer_id: str
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """A `Speaker` of one transcript, and the instant at which that transcript's clock stands at zero."""

    speaker: Speaker
    zero: int = 0


def speakers(lines: Iterable[Line]) -> list[Speaker]:
    """Everybody whose words have times, by when they first speak. A line without word times tells no length."""
    spoken: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    for line in lines:
        for start, end, _ in line.words:
            # One peer is one speaker, however the name is spelt.
            who = (line.peer_id, "") if line.peer_id else ("", line.speaker)
            spoken[who].append(Interval(round(start * SECOND), round(end * SECOND)))
    names = {line.peer_id: line.speaker for line in lines if line.peer_id and line.speaker}
    found = [
        Speaker(peer_id, name or names.get(peer_id, ""), tuple((part.start, part.end) for part in union(parts)))
        for (peer_id, name), parts in spoken.items()
    ]
    return sorted((one for one in found if one.spans), key=lambda one: (one.spans[0], one.peer_id, one.name))


def owner(speaker: Speaker, peers: Mapping[str, str], names: Mapping[str, str | None]) -> str:
    """The key of the person who speaks: by peer, else by a name that only one of them has; `NOBODY` when unknown.

    `peers` and `names` lead to keys; a name shared by several leads to None.
    """
    return peers.get(speaker.peer_id) or names.get(speaker.name.strip().casefold()) or NOBODY


def by_person(
    voices: Iterable[Voice], peers: Mapping[str, str], names: Mapping[str, str | None]
) -> dict[str, Intervals]:
    """When each person spoke, over all transcripts, by key. Those of `NOBODY` are all that nobody is known to have
    said."""
    spoken: dict[str, list[Interval]] = defaultdict(list)
    for voice in voices:
        parts = (Interval(voice.zero + start, voice.zero + end) for start, end in voice.speaker.spans)
        spoken[owner(voice.speaker, peers, names)] += parts
    return {key: union(parts) for key, parts in spoken.items()}


def within(parts: Iterable[Interval], span: Interval) -> int:
    """How much of these falls into a span: of a microphone's time, what lies inside the recording."""
    clipped = (Interval(max(part.start, span.start), min(part.end, span.end)) for part in parts)
    return total(union(part for part in clipped if part.start < part.end))
