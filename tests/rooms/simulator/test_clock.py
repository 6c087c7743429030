"""The clock and the three grains of its text."""

import pytest

from rooms.simulator.clock import (
    SECOND,
    SimulatedClock,
    in_milliseconds,
    in_nanoseconds,
    in_seconds,
    instant_of,
)


def test_the_same_instant_is_cut_never_rounded() -> None:
    instant = instant_of("2023-02-23T10:12:00Z") + 999_999_990
    assert in_seconds(instant) == "2023-02-23T10:12:00Z"
    assert in_milliseconds(instant) == "2023-02-23T10:12:00.999Z"
    assert in_nanoseconds(instant) == "2023-02-23T10:12:00.99999999Z"


@pytest.mark.parametrize(
    ("fraction", "text"), [(0, "Z"), (1, ".000000001Z"), (500_000_000, ".5Z"), (82_000_000, ".082Z")]
)
def test_zero_to_nine_digits(fraction: int, text: str) -> None:
    assert in_nanoseconds(1_700_000_000 * SECOND + fraction) == "2023-11-14T22:13:20" + text


def test_milliseconds_drop_trailing_zeros_as_the_session_sample_does() -> None:
    assert in_milliseconds(instant_of("2022-09-06T11:17:03.650999Z")) == "2022-09-06T11:17:03.65Z"
    assert in_milliseconds(instant_of("2022-09-06T11:17:03Z")) == "2022-09-06T11:17:03Z"


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="no zone"):
        instant_of("2022-09-06T11:17:03")


def test_it_runs_at_its_pace_jumps_ahead_and_changes_pace_where_it_stands() -> None:
    real = [0]
    clock = SimulatedClock(1000 * SECOND, speed=60, real=lambda: real[0])
    real[0] += 2 * SECOND
    assert clock() == 1120 * SECOND
    clock.advance(80)
    assert clock() == 1200 * SECOND
    clock.run_at(1)
    real[0] += 5 * SECOND
    assert clock() == 1205 * SECOND


def test_it_never_runs_backwards() -> None:
    clock = SimulatedClock(0)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="backwards"):
        clock.run_at(-1)


def test_it_stands_still_while_the_machine_sets_its_own_clock_back() -> None:
    real = [100 * SECOND]
    clock = SimulatedClock(1000 * SECOND, real=lambda: real[0])
    real[0] += 2 * SECOND
    assert clock() == 1002 * SECOND
    real[0] -= SECOND
    assert clock() == 1002 * SECOND
    real[0] += 3 * SECOND
    assert clock() == 1004 * SECOND
