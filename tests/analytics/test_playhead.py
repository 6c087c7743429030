"""Places in a film, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.playhead import clock, parse, written


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1308", 1308),
        ("1308.5", 1308.5),
        ("21:48", 1308),
        (" 1:02:03 ", 3723),
        ("90:00", 5400),
        ("21m48s", 1308),
        ("1h", 3600),
        ("0", 0),
    ],
)
def test_a_place_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert parse(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "soon", "-1", "1:2", "21:60", "1:2:3:4", "1e9", "999999", "٣", "nan", "h", "1:00:00:00"]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert parse(text) is None


def test_a_place_is_the_second_that_is_running() -> None:
    assert [clock(seconds) for seconds in (0, 59.9, 60, 1308, 3723.4, -3)] == [
        "0:00",
        "0:59",
        "1:00",
        "21:48",
        "1:02:03",
        "0:00",
    ]


@given(st.integers(0, 172_800))
def test_what_is_written_is_read_again(seconds: int) -> None:
    assert parse(clock(seconds)) == parse(written(seconds)) == seconds


@given(st.text(max_size=12))
def test_any_text_is_a_place_or_none(text: str) -> None:
    found = parse(text)
    assert found is None or 0 <= found <= 172_800
