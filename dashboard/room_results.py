"""Several changes one after another, each told by itself: what fails does not hold up the others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from dashboard import room_problems
from rooms import hms
from rooms.connection import NotConfigured
from rooms.models import Room
from rooms.names import NotAsked

Item = TypeVar("Item")
State = Literal["done", "same", "failed", "unsure", "left"]

WORDS: Final[Mapping[State, str]] = {
    "done": "done",
    "same": "already so",
    "failed": "failed",
    "unsure": "without an answer",
    "left": "not tried",
}
# So many without an answer in a row: the rest would only make everybody wait.
SILENT_AT_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one. "same": it was so already; "left": not tried, because 100ms fell silent."""

    name: str
    state: State
    words: str = ""
    room: Room | None = None


def each(
    items: Iterable[tuple[str, Item]], act: Callable[[Item], Room | None], *, new: bool = False
) -> Iterator[Result]:
    """Runs `act` on every item by its name; None says that there was nothing to do."""
    silent = 0
    for name, item in items:
        if silent >= SILENT_AT_MOST:
            yield Result(name, "left", "Not tried: 100ms did not answer several times in a row. Run it again later.")
            continue
        try:
            room = act(item)
        except (hms.Error, ValueError, NotConfigured) as problem:
            unsure = room_problems.is_unsure(problem)
            silent = silent + 1 if unsure or isinstance(problem, NotAsked | NotConfigured) else 0
            yield Result(name, "unsure" if unsure else "failed", room_problems.in_words(problem, new=new))
        else:
            silent = 0
            yield Result(name, "done" if room else "same", room=room)


def summary(counted: Mapping[str, int]) -> str:
    """ "38 done, 1 already so, 1 failed"."""
    return ", ".join(f"{counted[state]:,} {said}" for state, said in WORDS.items() if counted.get(state))
