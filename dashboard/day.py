"""Today as a picture: a lane a room, a bar a session, over the hours of the viewer's day. Pure geometry.

x is percent of the axis, so that the picture stretches; y is fixed by the stylesheet and the template.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from analytics.models import Session
from dashboard.times import midnight
from rooms.models import Room

LANES = 24
EARLIEST, LATEST = 8, 17  # the hours always shown
_APART, _APART_PHONE = 7.0, 14.0  # percent a label keeps from the pill that says now
_MARK = 2.5  # percent a mark of trouble takes; what is closer together is one
_ROOM_FOR_NUMBER = 3.0


@dataclass(frozen=True, slots=True)
class Hour:
    x: str
    label: str
    minor: bool
    labelled: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One session: `number` is the most people at once, "" where it has no room."""

    session: Session
    x: str
    width: str
    is_live: bool
    number: str


@dataclass(frozen=True, slots=True)
class Lane:
    room: Room
    bars: tuple[Bar, ...]
    trouble: tuple[str, ...]  # x of each

    @property
    def said(self) -> str:
        count = len(self.bars)
        live = ", live now" if any(bar.is_live for bar in self.bars) else ""
        bad = ", with trouble" if self.trouble else ""
        return f"{self.room}: {count} session{'' if count == 1 else 's'} so far{live}{bad}"


@dataclass(frozen=True, slots=True)
class Day:
    hours: tuple[Hour, ...]
    lanes: tuple[Lane, ...]
    now_x: str
    now: datetime
    sessions: int
    left_out: int  # rooms without a lane, for want of room


def ends(session: Session, now: datetime, live: Iterable[str]) -> datetime:
    """Where its bar ends: now while it runs; at its last sign of life when no end was told."""
    if session.pk in live:
        return now
    return session.ended_at or session.last_event_at or session.started_at or now


def day_of(
    sessions: Sequence[Session], now: datetime, live: frozenset[str], trouble: Mapping[str, Sequence[datetime]]
) -> Day:
    """The day of these sessions, rooms in the order of their first session.

    `live` holds the ids of those going on; `trouble` the moments of drops and failures by session id.
    """
    morning = midnight(timezone.localdate(now))
    known = [session for session in sessions if session.started_at is not None]
    starts = [max(session.started_at, morning) for session in known if session.started_at]
    first = min([starting.astimezone(morning.tzinfo).hour for starting in starts] + [EARLIEST, morning_hour(now)])
    last = max(
        [hour_after(ends(session, now, live), morning) for session in known] + [LATEST, hour_after(now, morning)]
    )
    begin, span = morning + timedelta(hours=first), timedelta(hours=last - first)

    def at(moment: datetime) -> float:
        return min(max((moment - begin) / span, 0.0), 1.0) * 100

    now_x = at(now)
    hours = tuple(
        Hour(
            x=f"{at(morning + timedelta(hours=hour)):.2f}%",
            label=f"{hour % 24:02d}:00",
            minor=(hour - first) % 2 == 1 or abs(at(morning + timedelta(hours=hour)) - now_x) <= _APART_PHONE,
            labelled=first < hour < last and abs(at(morning + timedelta(hours=hour)) - now_x) > _APART,
        )
        for hour in range(first, last + 1)
    )
    by_room: dict[str, list[Session]] = defaultdict(list)
    for session in sorted(known, key=lambda session: (session.started_at or now, session.pk)):
        by_room[session.room_id].append(session)
    lanes = []
    for group in list(by_room.values())[:LANES]:
        bars = []
        for session in group:
            x = at(max(session.started_at or begin, begin))
            width = max(at(ends(session, now, live)) - x, 0.4)
            number = str(session.peak_count) if width > _ROOM_FOR_NUMBER and session.peak_count else ""
            bars.append(Bar(session, f"{x:.2f}%", f"{width:.2f}%", session.pk in live, number))
        marks = sorted({round(at(moment) / _MARK) for session in group for moment in trouble.get(session.pk, ())})
        lanes.append(Lane(group[0].room, tuple(bars), tuple(f"{mark * _MARK:g}%" for mark in marks)))
    return Day(hours, tuple(lanes), f"{now_x:.2f}%", now, len(known), max(0, len(by_room) - LANES))


def morning_hour(now: datetime) -> int:
    return timezone.localtime(now).hour


def hour_after(moment: datetime, morning: datetime) -> int:
    """The hour of the day that begins at or after a moment, counted on past midnight: 25 is one in the morning."""
    return -((morning - moment) // timedelta(hours=1))
