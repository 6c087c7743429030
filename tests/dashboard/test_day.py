"""Today as a picture: where bars, marks and hours stand."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from analytics.models import Session
from dashboard.day import LANES, day_of
from rooms.models import Room

NAIROBI = zoneinfo.ZoneInfo("Africa/Nairobi")
NOW = datetime(2026, 11, 12, 12, 30, tzinfo=NAIROBI)
ROOM = Room(id="r1", name="Physics")


@pytest.fixture(autouse=True)
def in_nairobi() -> Iterator[None]:
    with timezone.override(NAIROBI):
        yield


def at(hour: int, minute: int = 0, day: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NAIROBI).astimezone(UTC)


def held(start: datetime | None, end: datetime | None, pk: str = "s1", room: Room = ROOM, peak: int = 9) -> Session:
    return Session(id=pk, room=room, started_at=start, ended_at=end, peak_count=peak)


def test_a_usual_day_shows_the_school_hours() -> None:
    day = day_of([held(at(10), at(11))], NOW, frozenset(), {})

    assert day.hours[0].label == "08:00"
    assert day.hours[-1].label == "17:00"
    assert day.now_x == "50.00%"
    (bar,) = day.lanes[0].bars
    assert (bar.x, bar.width, bar.number, bar.is_live) == ("22.22%", "11.11%", "9", False)


def test_an_early_and_a_late_class_widen_it() -> None:
    day = day_of([held(at(5, 30), at(6)), held(at(21), at(23, 15), "s2")], at(23, 30), frozenset(), {})

    assert day.hours[0].label == "05:00"
    assert day.hours[-1].label == "00:00"


def test_a_class_that_goes_on_ends_now() -> None:
    (lane,) = day_of([held(at(12), None)], NOW, frozenset({"s1"}), {}).lanes

    assert (lane.bars[0].x, lane.bars[0].width, lane.bars[0].is_live) == ("44.44%", "5.56%", True)
    assert lane.said == "Physics: 1 session so far, live now"


def test_a_class_that_began_yesterday_begins_at_midnight() -> None:
    day = day_of([held(at(23, day=11), None)], at(1), frozenset({"s1"}), {})

    assert day.hours[0].label == "00:00"
    assert day.lanes[0].bars[0].x == "0.00%"


def test_a_class_whose_end_was_never_told_ends_at_its_last_sign_of_life() -> None:
    unheard = held(at(10), None)
    unheard.last_event_at = at(10, 30)

    assert day_of([unheard], NOW, frozenset(), {}).lanes[0].bars[0].width == "5.56%"


def test_one_without_a_start_is_not_drawn() -> None:
    assert day_of([held(None, None)], NOW, frozenset(), {}).lanes == ()


def test_a_short_bar_has_no_room_for_its_number() -> None:
    assert day_of([held(at(10), at(10, 5))], NOW, frozenset(), {}).lanes[0].bars[0].number == ""


def test_trouble_close_together_is_one_mark() -> None:
    trouble = {"s1": [at(10, 1), at(10, 2), at(10, 50)]}

    (lane,) = day_of([held(at(10), at(11))], NOW, frozenset(), trouble).lanes

    assert len(lane.trouble) == 2
    assert lane.said.endswith("with trouble")


def test_no_hour_is_written_under_the_time_that_is_now() -> None:
    day = day_of([], NOW, frozenset(), {})

    labelled = [hour.label for hour in day.hours if hour.labelled]
    assert "12:00" not in labelled
    assert "13:00" not in labelled
    assert "10:00" in labelled


def test_many_rooms_are_counted_instead_of_drawn() -> None:
    sessions = [held(at(9), at(10), f"s{n}", Room(id=f"r{n}", name=f"Room {n}")) for n in range(LANES + 7)]

    day = day_of(sessions, NOW, frozenset(), {})

    assert (len(day.lanes), day.left_out, day.sessions) == (LANES, 7, LANES + 7)


def test_the_day_on_which_clocks_change_has_its_hours() -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 25, 12, tzinfo=berlin)  # 25 hours long
    with timezone.override(berlin):
        start = (now - timedelta(hours=2)).astimezone(UTC)
        day = day_of([held(start, start + timedelta(hours=1))], now, frozenset(), {})

    assert next(hour.label for hour in day.hours if hour.labelled) == "09:00"
    assert day.lanes[0].bars[0].x == "22.22%"
