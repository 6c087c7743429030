import pytest

from analytics import durations
from analytics.instants import SECOND


@pytest.mark.parametrize(
    ("seconds", "words", "exact"),
    [
        (0, "0 s", "0 s"),
        (0.4, "0 s", "0 s"),
        (8, "8 s", "8 s"),
        (59.6, "1 min", "1 min 00 s"),
        (126, "2 min", "2 min 06 s"),
        (2850, "48 min", "47 min 30 s"),
        (5400, "90 min", "1 h 30 min 00 s"),
        (7200, "2 h", "2 h 00 min 00 s"),
        (7510, "2 h 5 min", "2 h 05 min 10 s"),
        (-3, "0 s", "0 s"),
    ],
)
def test_a_length_in_words_and_exactly(seconds: float, words: str, exact: str) -> None:
    assert durations.words(round(seconds * SECOND)) == words
    assert durations.exact(round(seconds * SECOND)) == exact


def test_minutes_of_lateness_are_never_none() -> None:
    assert [durations.minutes(seconds * SECOND) for seconds in (1, 89, 90, 462)] == [1, 1, 2, 8]
