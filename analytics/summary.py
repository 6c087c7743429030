"""The figures at the head of a session's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.activity import Frame, Person
from analytics.leaving import Ending
from analytics.people import by_role
from analytics.timeline import steps_of


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and lengths of one session; lengths in microseconds."""

    length: int
    people: int
    roles: tuple[tuple[str, int], ...]  # (role, how many) but the commonest role: "1 host, 1 co-host"
    by_phone: int
    peak: int
    peak_at: int | None
    drops: int  # visits the network cut off
    dropped_people: int
    lost: int  # time between a drop and the return, of all who returned
    untold: int  # leaves whose reason nobody told: their webhooks were lost
    estimated_times: int  # joins and leaves that were not told, or told late; of a running session, joins only


def summary(people: Sequence[Person], frame: Frame) -> Summary:
    """The figures of a session from its people."""
    steps = steps_of(people)
    estimated = sum(
        visit.start_estimated + (visit.uncertain is not None or (visit.end_estimated and not frame.is_live))
        for person in people
        for visit in person.visits
    )
    return Summary(
        length=frame.length,
        people=len(people),
        roles=tuple(by_role(people)[1:]),
        by_phone=sum(person.by_phone for person in people),
        peak=steps.peak,
        peak_at=steps.peak_at,
        drops=sum(len(person.drops) for person in people),
        dropped_people=sum(bool(person.drops) for person in people),
        lost=sum(away.length for person in people for away in person.away if away.ending is Ending.NETWORK),
        untold=sum(
            visit.stay.left_at is not None and not visit.stay.reason for person in people for visit in person.visits
        ),
        estimated_times=estimated,
    )
