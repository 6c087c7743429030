"""What the address of a session page asks for: every state of the page can be linked to, reloaded and shared."""

import re
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Final, Self

from django.http import QueryDict

from analytics import instants
from analytics.instants import DAY
from analytics.people import ORDERS
from analytics.sums import FIGURES

_CLOCK: Final = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")
SORTS: Final = ("name", "role", "visits", "first", "last", "present", "mic", "spoke", "camera", "screen")
_KEPT: Final = ("sort", "trouble", "view", "lanes", "whole", "open", "figure", "by", "page")
LONGEST: Final = 200  # characters of a search: longer ones find nobody


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a session page, made safe: what makes no sense reads as not asked."""

    q: str = ""  # people whose name or id holds these words
    sort: str = "joined"  # of the timeline: a key of `analytics.people.ORDERS`
    trouble: bool = False
    table: bool = False  # the timeline as a table of intervals
    size: str = ""  # of a crowd's lanes: "named", "thin", or "" for each group its own
    person: str = ""  # whose detail card is open
    lane: str = ""  # or of which lane of recordings and streams, a key of `analytics.run_lanes`
    at: int | None = None  # at which instant
    whole: frozenset[str] = frozenset()  # groups of which all lanes are drawn
    open: str = ""  # whose sum is open in the activity table
    figure: str = "present"  # of which figure
    by: str = "first"  # order of the activity table, one of SORTS
    falling: bool = False
    page: int | None = None  # of the activity table
    part: int = 1  # page of the table of intervals
    kept: tuple[tuple[str, str], ...] = ()  # what a search must carry along

    @classmethod
    def from_query(cls, query: QueryDict, *, start: int, end: int, zone: tzinfo) -> Self:
        """`start` and `end` are the session's: `at=10:22` means the viewer's clock during it."""
        by = query.get("by", "first")
        return cls(
            q=query.get("q", "").strip()[:LONGEST],
            sort=sort if (sort := query.get("sort", "")) in ORDERS else "joined",
            trouble=query.get("trouble") == "1",
            table=query.get("view") == "table",
            size=size if (size := query.get("lanes", "")) in {"named", "thin"} else "",
            person=query.get("person", ""),
            lane=query.get("lane", ""),
            at=_instant(query.get("at", ""), start, end, zone),
            whole=frozenset(query.getlist("whole")),
            open=query.get("open", ""),
            figure=figure if (figure := query.get("figure", "")) in FIGURES else "present",
            by=by.lstrip("-") if by.lstrip("-") in SORTS else "first",
            falling=by.startswith("-"),
            page=_number(query.get("page", "")),
            part=_number(query.get("part", "")) or 1,
            kept=tuple((name, value) for name, values in query.lists() if name in _KEPT for value in values),
        )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 and int(text) else None


def _instant(text: str, start: int, end: int, zone: tzinfo) -> int | None:
    """An RFC 3339 time, or a time of day on the day it falls into the session."""
    text = text.strip()
    if clock := _CLOCK.match(text):
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if hour > 23 or minute > 59 or second > 59:
            return None
        day = instants.to_datetime(start).astimezone(zone).date()
        at = instants.from_datetime(datetime.combine(day, time(hour, minute, second), zone))
        # A session past midnight: 00:10 is then the next day's.
        return at + DAY if at < start - DAY // 2 and at + DAY <= end + DAY // 2 else at
    try:
        # A "+" that nobody escaped arrives as a blank.
        moment = instants.parse(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment is not None and start - DAY <= moment <= end + DAY else None
