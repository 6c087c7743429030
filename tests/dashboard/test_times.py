"""Times as the viewer's clock shows them, and lengths in words."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from dashboard.templatetags import times
from dashboard.times import ago, day, moment, zone_words

NOON = datetime(2026, 11, 12, 9, 4, 10, 250_000, tzinfo=UTC)  # a Thursday; 12:04:10 in Nairobi
MICROS = int(NOON.timestamp() * 1_000_000)


@pytest.mark.parametrize("at", [NOON, MICROS])
def test_a_moment_in_all_its_forms(at: datetime | int) -> None:
    with timezone.override(zoneinfo.ZoneInfo("Africa/Nairobi")):
        assert times.hm(at) == "12:04"
        assert times.hms(at) == "12:04:10"
        assert times.weekday(at) == "Thursday 12 November 2026"
        assert times.full(at) == "Thursday 12 November 2026, 12:04:10 EAT"
        assert times.iso(at) == "2026-11-12T09:04:10.250Z"


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(), "today 12:04"),
        (timedelta(hours=13), "yesterday 23:04"),
        (timedelta(days=3), "Monday 12:04"),
        (timedelta(days=6), "Friday 12:04"),
        (timedelta(days=7), "5 November 12:04"),
        (timedelta(days=400), "8 October 2025 12:04"),
        (timedelta(days=-1), "13 November 12:04"),
    ],
)
def test_days_are_said_as_people_say_them(ago: timedelta, said: str) -> None:
    with timezone.override(zoneinfo.ZoneInfo("Africa/Nairobi")), time_machine.travel(NOON, tick=False):
        assert moment(NOON - ago) == said


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (timedelta(seconds=4), "4 s ago"),
        (timedelta(minutes=47), "47 min ago"),
        (timedelta(minutes=119), "1 h 59 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(seconds=-9), "0 s ago"),
    ],
)
def test_how_long_ago(since: timedelta, said: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert ago(NOON - since) == said


def test_none_is_said_by_nothing() -> None:
    for said in (times.hm, times.hms, day, moment, times.full, times.iso, ago, times.weekday):
        assert said(None) == ""
    assert times.duration(None) == ""
    assert times.duration_text(None) == ""
    assert times.duration_exact(None) == ""


def test_a_length_in_words_holds_the_exact_one() -> None:
    assert times.duration(timedelta(minutes=42, seconds=12)) == '<span title="42 min 12 s">42 min</span>'
    assert times.duration(2_532_000_000) == '<span title="42 min 12 s">42 min</span>'
    assert times.seconds(5400) == '<span title="1 h 30 min 00 s">90 min</span>'
    assert times.duration_text(timedelta(seconds=8)) == "8 s"
    assert times.duration_exact(timedelta(minutes=2, seconds=6)) == "2 min 06 s"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Africa/Nairobi", "Nairobi time (EAT, UTC+3)"),
        ("Asia/Kolkata", "Kolkata time (IST, UTC+5:30)"),
        ("America/Sao_Paulo", "Sao Paulo time (UTC−3)"),
        ("America/New_York", "New York time (EST, UTC−5)"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_named_by_its_place_and_offset(zone: str, said: str) -> None:
    place = zoneinfo.ZoneInfo(zone)

    assert zone_words(NOON.astimezone(place), place) == said


@pytest.mark.parametrize(
    ("name", "letters"), [("Ikram Benali", "IB"), ("wanjiru", "W"), ("Ana Maria de Souza", "AS"), ("", ""), ("  ", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert times.initials(name) == letters


def test_the_viewers_zone_is_the_one_their_browser_names(teacher: Client) -> None:
    assert "Nairobi time" in teacher.get("/").content.decode()
    teacher.cookies["time_zone"] = "Asia/Tokyo"
    assert "Tokyo time" in teacher.get("/").content.decode()
    teacher.cookies["time_zone"] = "../../etc/passwd"
    assert "Nairobi time" in teacher.get("/").content.decode()
