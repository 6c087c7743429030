"""What a player says while somebody watches: the same parts, the same seed, the same events."""

import random
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

Part = tuple[float, float]

MANNERS: Final = ("whole", "beginning", "skip", "rewatch")
LOADING: Final = 2.0  # seconds from opening the player to pressing play
LOOKING: Final = 3.0  # seconds in which somebody looks for the next part, paused


class Said(NamedTuple):
    """So many seconds after the player was opened: a type, and a position or both ends of a jump."""

    after: float
    type: str
    at: float | None = None
    jump: Part | None = None

    def as_object(self, emitted_at: str) -> dict[str, Any]:
        """As the contract writes it: positions in whole seconds."""
        if self.jump is not None:
            start, end = self.jump
            return {"emittedAt": emitted_at, "type": self.type, "from": int(start), "to": int(end)}
        return {"emittedAt": emitted_at, "type": self.type, "at": int(self.at or 0)}


def parts(how: str, length: float, seed: str) -> list[Part]:
    """What somebody watches who watches like that (`MANNERS`)."""
    chance = random.Random(f"{seed}/{how}")
    if how == "beginning":
        return [(0, length * chance.uniform(0.1, 0.5))]
    if how == "skip":
        edges = sorted(chance.uniform(0, length) for _ in range(6))
        return [(edges[0], edges[1]), (edges[2], edges[3]), (edges[4], edges[5])]
    if how == "rewatch":
        hard = length * chance.uniform(0.3, 0.6)
        until = min(length, hard + max(20.0, length * 0.08))
        return [(0, until), (hard, until), (hard, length)]
    return [(0, length)]


def said(watched: Sequence[Part], length: float, *, closes: bool = False) -> list[Said]:
    """Everything the player says while these parts are watched one after the other.

    Who `closes` the player does so while it plays: then nothing says where it stopped.
    """
    now, position = LOADING, 0.0
    told = [Said(0, "ready", 0)]
    for number, (start, end) in enumerate(watched):
        if start != position:
            if number:
                now += LOOKING
            kind = "seek.forward" if start > position else "seek.backward"
            told.append(Said(now, kind, jump=(position, start)))
        told.append(Said(now, "resume" if number else "play", start))
        now, position = now + end - start, end
        last = number == len(watched) - 1
        if not (last and closes):
            told.append(Said(now, "end" if position >= length else "pause", position))
    return told
