"""How many people are in several sessions at once: now, and over time. One query for all of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from analytics import instants, queries
from analytics.intervals import Interval, Step, at_once, union
from analytics.models import Peer


@dataclass(frozen=True, slots=True)
class Presence:
    """`people` are in at the moment asked for; `steps` is the number of people from each instant on."""

    people: int
    steps: tuple[Step, ...]


def presence(session_ids: Iterable[str], now: datetime) -> dict[str, Presence]:
    """By session id; a session nobody has joined is left out.

    A person with two devices counts once (EVENTS trap 9), recorders not at all (trap 42).
    """
    peers = Peer.objects.filter(session_id__in=list(session_ids), joined_at__isnull=False)
    until = instants.from_datetime(now)
    stays: dict[str, dict[str, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    inside: dict[str, set[str]] = defaultdict(set)
    for session_id, pk, user_id, joined_at, left_at in queries.counted(peers).values_list(
        "session_id", "id", "user_id", "joined_at", "left_at"
    ):
        assert joined_at is not None  # filtered above
        person = user_id or pk
        end = until if left_at is None else instants.from_datetime(left_at)
        stays[session_id][person].append(Interval(instants.from_datetime(joined_at), end))
        if left_at is None:
            inside[session_id].add(person)
    return {
        session_id: Presence(
            len(inside[session_id]), at_once(part for person in people.values() for part in union(person))
        )
        for session_id, people in stays.items()
    }
