"""A timeline of many people cut into what is drawn: named lanes, thin lanes between them, and what is left out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from analytics.activity import Person
from analytics.thin_rows import ThinRows, thin_rows
from analytics.timeline import Group, Lane

_PITCH: Final = {"thin": 8, "thinnest": 6}
_FIRST: Final = {"stage": 60, "named": 60, "thin": 64, "thinnest": 64}  # lanes drawn until all are asked for
_FOUND: Final = 30  # lanes a search opens; who finds more will type on
SIZES: Final = {"": "Mixed", "named": "Named", "thin": "Thin"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Either one lane with a name, or a block of thin ones whose people are named when they are pointed at."""

    lane: Lane | None = None
    thin: ThinRows | None = None
    lanes: tuple[Lane, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One group as drawn. `hidden` lanes are left out until they are asked for."""

    group: Group
    size: str
    pieces: tuple[Piece, ...]
    hidden: int


def sections(
    groups: Sequence[Group],
    *,
    opened: Collection[str],
    whole: Collection[str],
    size: str,
    stretched: Mapping[str, Person],
) -> list[Section]:
    """The groups cut into pieces.

    `opened` are the people whose lanes stand open among thin ones, `whole` the groups of which every lane is drawn,
    `size` a key of SIZES. `stretched` are people drawn on beyond now, for a running session.
    """
    return [_section(group, opened, whole, size, stretched) for group in groups]


def _section(
    group: Group, opened: Collection[str], whole: Collection[str], size: str, stretched: Mapping[str, Person]
) -> Section:
    height = {"named": "named", "thin": "thinnest"}.get(size, group.size)
    at_most = group.count if group.key in whole else _FIRST[height]
    kept, rest = group.lanes[:at_most], group.lanes[at_most:]
    found = [lane for lane in rest if lane.person.key in opened][:_FOUND]
    if height not in _PITCH:
        pieces = [Piece(lane=lane) for lane in (*kept, *found)]
    else:
        pieces = [*_cut(kept, opened, _PITCH[height], stretched), *(Piece(lane=lane) for lane in found)]
    return Section(group, height, tuple(pieces), len(rest) - len(found))


def _cut(
    lanes: Sequence[Lane], opened: Collection[str], pitch: int, stretched: Mapping[str, Person]
) -> Iterator[Piece]:
    """Thin blocks, interrupted where a lane stands open."""
    block: list[Lane] = []
    done = left = 0
    for lane in lanes:
        done += 1
        if lane.person.key in opened and left < _FOUND:
            left += 1
            yield from _block(block, pitch, done - 1, stretched)
            yield Piece(lane=lane)
            block = []
        else:
            block.append(lane)
    yield from _block(block, pitch, done, stretched)


def _block(lanes: list[Lane], pitch: int, last: int, stretched: Mapping[str, Person]) -> Iterator[Piece]:
    if lanes:
        drawn = [replace(lane, person=stretched.get(lane.person.key, lane.person)) for lane in lanes]
        yield Piece(thin=thin_rows(drawn, pitch, first=last - len(lanes) + 1), lanes=tuple(lanes))
