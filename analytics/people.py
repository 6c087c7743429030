"""People in lists: found by name, put in order, counted by role."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from analytics.activity import Away, Person, Visit

# Letters that Unicode does not take apart into a base and a mark, as a keyboard without them writes them.
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A name as one would type it in a hurry: "Łukasz Wróblewski" is "lukasz wroblewski"."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def matches(person: Person, query: str) -> bool:
    """Every word of the query stands somewhere in the person's name or id; an empty query matches everybody."""
    text = f"{folded(person.name)} {person.key.casefold()}"
    return all(word in text for word in folded(query).split())


ORDERS: Final[dict[str, tuple[str, Callable[[Person], Any]]]] = {
    "joined": ("First joined", lambda person: (person.first_joined_at, folded(person.label), person.key)),
    "name": ("Name", lambda person: (folded(person.label), person.first_joined_at, person.key)),
    "talk": ("Talk time", lambda person: (-person.mic_micros, folded(person.label), person.key)),
}


def ordered(people: Iterable[Person], order: str) -> list[Person]:
    """People by a key of ORDERS; an unknown one, as from an old link, means "joined"."""
    return sorted(people, key=ORDERS.get(order, ORDERS["joined"])[1])


def by_role(people: Iterable[Person]) -> list[tuple[str, int]]:
    """How many hold each role at the end, the commonest first, ties by name."""
    return sorted(Counter(person.role for person in people).items(), key=lambda entry: (-entry[1], entry[0]))


@dataclass(frozen=True, slots=True)
class State:
    """One person at one instant: what a detail card says. Not present when `visit` is None."""

    visit: Visit | None
    away: Away | None  # set between two visits
    role: str
    mic: bool
    camera: bool
    screen: bool


def state_at(person: Person, at: int) -> State:
    """What was on and where the person was at an instant."""
    here = [visit for visit in person.visits if visit.start <= at < visit.end]
    visit = here[-1] if here else None
    near = visit.stay if visit else person.visits[0].stay
    role = near.role
    for since, held in near.roles:
        if since is None or since <= at:
            role = held
    mic, camera, screen = (
        any(part.start <= at < part.end for part in lane) for lane in (person.mic, person.camera, person.screen)
    )
    away = next((away for away in person.away if away.start <= at < away.end), None)
    return State(visit, away, role, mic, camera, screen)
