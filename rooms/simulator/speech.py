"""What people say while their microphones are open: invented, in English, settled by the session and the moment.

An open microphone is not speech: people say a sentence, breathe, listen. What was said before a moment stays as it was
when the session takes another turn after it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from rooms.simulator.clock import SECOND
from rooms.simulator.scenarios.footage import Footage
from rooms.simulator.scenarios.script import Stay

if TYPE_CHECKING:
    from rooms.simulator.session import Session

_LEADS = (
    "Good morning everybody, can you all hear me well?",
    "Please open your books where we stopped last time.",
    "Let us look at the first example together.",
    "What do you notice when you compare these two lines?",
    "That is a good thought, can somebody say why it holds?",
    "Take a minute and write down your own answer first.",
    "Remember what we measured on Monday and how we wrote it down.",
    "I will share my screen so that everybody sees the drawing.",
    "This is the step that most people forget in the exam.",
    "Who would like to explain it in their own words?",
    "Careful, the sign changes when we move it to the other side.",
    "Let me say that once more, a little slower.",
    "We will come back to this question at the end of the lesson.",
    "For homework please do the exercises on page forty two.",
    "If something is still unclear, put it into the chat.",
    "Very good, that is exactly the point.",
)
_OTHERS = (
    "I think it gets smaller because the distance grows.",
    "Could you please repeat the last part?",
    "My answer is the second one.",
    "I am not sure, but I would say both are right.",
    "We had the same result in our group.",
    "Is that the same as what we did last week?",
    "Yes, I can hear you now.",
    "I do not understand why we divide here.",
    "Can I share my screen to show it?",
    "It works if you start from the other end.",
    "Sorry, my connection was gone for a moment.",
    "So the answer must be twelve.",
    "Do we have to write this down?",
    "I agree with what was said before.",
)


@dataclass(frozen=True, slots=True)
class Word:
    """`[start, end)` in milliseconds of the file."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one person said in one breath."""

    stay: Stay
    name: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


def spoken(session: "Session", footage: Footage) -> list[Sentence]:
    """Everything that can be heard in a file, by when it begins."""
    return _spoken(session, session.version, replace(footage, name="", form=""))


@lru_cache(maxsize=16)
def _spoken(session: "Session", version: int, footage: Footage) -> list[Sentence]:
    found = []
    for stay in session.script.stays:
        if footage.stay in (None, stay.key):
            for breath in _said(session, stay):
                words = tuple(_heard(session, footage, breath))
                if words:
                    found.append(Sentence(stay, stay.naming_at(breath[0][1]).name, words))
    return sorted(found, key=lambda one: (one.start, one.end, one.stay.key))


def _heard(session: "Session", footage: Footage, breath: list[tuple[str, int, int]]) -> Iterator[Word]:
    """The words of it that are whole in the file; a pause of the recording takes them away."""
    limit, before = session.length_of(footage) * 1000, 0
    for begin, end in footage.shown:
        since = session.when(begin)
        for text, start, stop in breath:
            if begin <= start and stop <= end:
                # Rounded inwards: no word may reach past the microphone's own edges.
                first = before + -((since - session.when(start)) // 1_000_000)
                last = before + (session.when(stop) - since) // 1_000_000
                if first < last <= limit:
                    yield Word(text, first, last)
        before += (session.when(end) - since) // 1_000_000


def _said(session: "Session", stay: Stay) -> Iterator[list[tuple[str, int, int]]]:
    """Breaths of a peer, each the words with their moments in the script."""
    leads = stay.role in ("teacher", "co-teacher", "host")
    for track in stay.tracks:
        if track.kind == "audio" and track.source == "regular":
            for begin, end in track.on:
                chance = random.Random(f"{session.id}/{stay.key}/{begin}")
                at = begin + int(chance.uniform(0.2, 1.2) * SECOND)
                while at < end:
                    breath = _breath(chance, _LEADS if leads else _OTHERS, at, end)
                    if breath:
                        yield breath
                        at = breath[-1][2]
                    at += int(chance.uniform(0.8, 9 if leads else 4) * SECOND)


def _breath(chance: random.Random, lines: tuple[str, ...], at: int, end: int) -> list[tuple[str, int, int]]:
    words: list[tuple[str, int, int]] = []
    for text in chance.choice(lines).split():
        stop = at + int((0.16 + 0.045 * len(text)) * chance.uniform(0.85, 1.2) * SECOND)
        if stop > end:
            break
        words.append((text, at, stop))
        at = stop + int(chance.uniform(0.02, 0.12) * SECOND)
    return words
