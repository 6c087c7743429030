"""A class on paper: it starts at ten in Nairobi and lasts fifty minutes. Times are seconds from its start."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics import instants
from analytics.activity import Failure, Frame, Person, Stay, Track, people
from analytics.instants import SECOND
from analytics.intervals import Interval

NAIROBI = ZoneInfo("Africa/Nairobi")
TEN = instants.from_datetime(datetime(2026, 11, 12, 10, tzinfo=NAIROBI))
LENGTH = 50 * 60
ENDED = Frame("s", TEN, TEN + LENGTH * SECOND, TEN + 7200 * SECOND)


def at(seconds: float) -> int:
    return TEN + round(seconds * SECOND)


def live(now: float) -> Frame:
    return Frame("s", TEN, None, at(now))


def part(start: float, end: float, estimated: bool = False) -> Interval:
    return Interval(at(start), at(end), estimated)


def track(kind: str, *on: tuple[float, float | None], stopped: float | None = None, peer: str = "p") -> Track:
    spans = tuple((at(start), None if end is None else at(end)) for start, end in on)
    return Track(f"{kind}-{peer}", peer, kind, spans, None, None if stopped is None else at(stopped))


def stay(
    name: str = "Amina",
    start: float | None = 0,
    end: float | None = LENGTH,
    reason: str = "client request",
    *,
    tracks: tuple[Track, ...] = (),
    user: str | None = None,
    peer: str = "",
    **more: Any,
) -> Stay:
    user = name.lower() if user is None else user
    return Stay(
        peer_id=peer or f"{user}@{start}",
        user_id=user,
        name=name,
        role=more.pop("role", "student"),
        type=more.pop("type", "regular"),
        joined_at=None if start is None else at(start),
        left_at=None if end is None else at(end),
        reason=reason if end is not None else "",
        tracks=tracks,
        **more,
    )


def person(*stays: Stay, frame: Frame = ENDED, failures: tuple[Failure, ...] = ()) -> Person:
    [one] = people(stays, frame, failures)
    return one
