"""The address of a session page, read."""

from typing import Any

import pytest
from django.http import QueryDict

from analytics import instants
from dashboard.forms.session import Asked
from tests.analytics.classroom import NAIROBI, at


def asked(query: str, start: int = at(0), end: int = at(3000)) -> Asked:
    return Asked.from_query(QueryDict(query), start=start, end=end, zone=NAIROBI)


def test_nothing_asked_is_the_page_as_it_is() -> None:
    assert asked("") == Asked()


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        ("at=10:22", 22 * 60),
        ("at=10:22:58", 22 * 60 + 58),
        ("at=2026-11-12T07:22:58Z", 22 * 60 + 58),
        ("at=2026-11-12T07:22:58.500Z", 22 * 60 + 58.5),
        ("at=2026-11-12T10:22:58%2B03:00", 22 * 60 + 58),
        ("at=2026-11-12T10:22:58+03:00", 22 * 60 + 58),  # a "+" that nobody escaped
        ("at=09:59", -60),
    ],
)
def test_a_moment_is_of_the_viewers_clock_or_of_the_worlds(query: str, seconds: float) -> None:
    assert asked(query).at == at(seconds)


def test_after_midnight_is_the_next_day() -> None:
    late, end = at(13 * 3600), at(15 * 3600)  # from 23:00 to 01:00
    assert asked("at=00:10", late, end).at == at(14 * 3600 + 600)
    assert asked("at=23:10", late, end).at == at(13 * 3600 + 600)


@pytest.mark.parametrize("text", ["24:00", "10:60", "10:22:60", "soon", "2026-11-12", "1999-01-01T00:00:00Z", "\x00"])
def test_what_is_no_moment_of_the_session_is_not_asked(text: str) -> None:
    assert asked(f"at={text}").at is None


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("sort=talk", "sort", "talk"),
        ("sort=evil", "sort", "joined"),
        ("by=-mic", "by", "mic"),
        ("by=--mic", "by", "mic"),
        ("by=evil", "by", "first"),
        ("figure=camera", "figure", "camera"),
        ("figure=evil", "figure", "present"),
        ("page=3", "page", 3),
        ("page=0", "page", None),
        ("page=-1", "page", None),
        ("page=9999999999", "page", None),
        ("part=x", "part", 1),
        ("lanes=thin", "size", "thin"),
        ("lanes=evil", "size", ""),
        ("trouble=1", "trouble", True),
        ("trouble=yes", "trouble", False),
        ("view=table", "table", True),
        ("q=%20Ada%20", "q", "Ada"),
        ("whole=late&whole=early", "whole", frozenset({"late", "early"})),
    ],
)
def test_what_makes_no_sense_reads_as_not_asked(query: str, field: str, value: Any) -> None:
    assert getattr(asked(query), field) == value


def test_a_moment_is_whole_microseconds() -> None:
    moment = asked("at=10:22:58").at
    assert moment is not None
    assert moment % instants.SECOND == 0
