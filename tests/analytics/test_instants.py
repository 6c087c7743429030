from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import instants
from tests.analytics.classroom import NAIROBI, TEN


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2026-11-12T07:00:01Z", 1_000_000),
        ("2026-11-12T07:00:01.8Z", 1_800_000),
        ("2026-11-12T07:00:01.816Z", 1_816_000),
        ("2026-11-12T07:00:01.816243Z", 1_816_243),
        ("2026-11-12T07:00:01.8162439Z", 1_816_243),
        ("2026-11-12T07:00:01.81624399Z", 1_816_243),
        ("2026-11-12T07:00:01.999999999Z", 1_999_999),
        ("2026-11-12T10:00:01.5+03:00", 1_500_000),
        ("2026-11-12T01:30:01-05:30", 1_000_000),
    ],
)
def test_trap_17_zero_to_nine_fraction_digits_are_cut_to_microseconds(text: str, micros: int) -> None:
    assert instants.parse(text) == TEN + micros


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00+14:00"])
def test_trap_18_the_year_one_means_none(text: str) -> None:
    assert instants.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "2026-11-12", "2026-11-12T07:00:01", "2026-02-30T07:00:01Z", "2026-11-12T07:00Z",
        "2026-W46-4T07:00:01Z", "2026-11-12T07:00:01,5Z", "20261112T070001Z", "2026-11-12T07:61:01Z",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="not an RFC 3339 time") as refusal:
        instants.parse(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "2014-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:01Z", "0001-01-01T01:00:00+14:00",
        "2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00",
    ],
)  # fmt: skip
def test_what_no_clock_of_100ms_showed_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="not a time from 2015 to 2099") as refusal:
        instants.parse(text)
    assert repr(text) in str(refusal.value)


def test_order_within_a_microsecond_is_kept() -> None:
    texts = ["2026-11-12T07:00:01.8162431Z", "2026-11-12T07:00:01.81624309Z", "2026-11-12T07:00:01.816243Z"]
    assert len({instants.parse(text) for text in texts}) == 1
    assert sorted(texts, key=instants.sequence) == texts[::-1]
    assert instants.sequence("2026-11-12T07:00:01Z") == "000000000"
    assert instants.sequence("2026-11-12T10:00:01.5+03:00") == "500000000"


def test_a_naive_datetime_has_no_moment() -> None:
    with pytest.raises(ValueError, match="naive"):
        instants.from_datetime(datetime(2026, 11, 12, 10))  # noqa: DTZ001


@given(
    st.datetimes(
        min_value=datetime(2015, 1, 2),  # noqa: DTZ001
        max_value=datetime(2099, 12, 31),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
    )
)
def test_instants_and_datetimes_are_the_same_moments(value: datetime) -> None:
    instant = instants.from_datetime(value)
    assert instants.to_datetime(instant) == value
    assert instants.parse(value.isoformat(timespec="microseconds")) == instant


def test_exports_and_clocks() -> None:
    assert instants.to_rfc3339(TEN + 1_816_999) == "2026-11-12T07:00:01.816Z"
    assert instants.to_rfc3339(TEN) == "2026-11-12T07:00:00.000Z"
    assert instants.clock(TEN + 61_000_000, NAIROBI) == "10:01"
    assert instants.clock(TEN + 61_000_000, NAIROBI, seconds=True) == "10:01:01"
