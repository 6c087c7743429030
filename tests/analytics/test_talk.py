"""How long people really spoke."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.instants import SECOND
from analytics.intervals import Interval, total
from analytics.talk import NOBODY, Speaker, Voice, by_person, speakers, within
from analytics.transcripts import Line


def line(start: float, *words: tuple[float, float], peer: str = "", name: str = "") -> Line:
    return Line(start, start + 60, name, peer, "…", tuple((begin, end, "word") for begin, end in words))


def seconds(spoken: dict[str, tuple[Interval, ...]]) -> dict[str, float]:
    return {key: total(parts) / SECOND for key, parts in spoken.items()}


def test_only_the_words_count_and_not_the_pauses_between_them() -> None:
    """Worked by hand: 0.5 s and 1 s of words in a line of a minute."""
    (one,) = speakers([line(0, (1.0, 1.5), (3.0, 4.0), peer="p1")])

    assert one == Speaker("p1", "", ((1_000_000, 1_500_000), (3_000_000, 4_000_000)))


def test_words_that_overlap_count_once() -> None:
    (one,) = speakers([line(0, (1, 3), (2, 4), peer="p1"), line(2, (2, 3), peer="p1")])

    assert one.spans == ((1 * SECOND, 4 * SECOND),)


def test_a_line_without_times_of_words_tells_no_length() -> None:
    assert speakers([Line(1, 9, "Ada", "p1", "Yes")]) == []


def test_a_peer_is_one_speaker_however_the_name_is_spelt() -> None:
    told = [
        line(0, (1, 2), peer="p1", name="Ada"),
        line(5, (5, 6), peer="p1", name="ADA"),
        line(9, (9, 10), name="Ben"),
    ]

    assert [(one.peer_id, one.name) for one in speakers(told)] == [("p1", "ADA"), ("", "Ben")]


def test_a_person_on_two_devices_is_not_counted_twice() -> None:
    """EVENTS trap 9: both devices hear the same voice."""
    voices = [Voice(Speaker("p1", "", ((0, 2 * SECOND),))), Voice(Speaker("p2", "", ((SECOND, 3 * SECOND),)))]

    assert seconds(by_person(voices, {"p1": "ada", "p2": "ada"}, {})) == {"ada": 3}


def test_two_recordings_of_one_moment_count_it_once() -> None:
    """The second began a minute later, so what is said at 61 s of the first is said at 1 s of it."""
    first = Voice(Speaker("p1", "", ((61 * SECOND, 63 * SECOND),)), zero=0)
    second = Voice(Speaker("p1", "", ((1 * SECOND, 3 * SECOND),)), zero=60 * SECOND)

    assert seconds(by_person([first, second], {"p1": "ada"}, {})) == {"ada": 2}


def test_a_name_leads_to_who_alone_has_it_and_else_to_nobody() -> None:
    voices = [Voice(Speaker("", name, ((0, SECOND),))) for name in ("Ada ", "Ben", "Cleo", "")]

    found = by_person(voices, {}, {"ada": "u-ada", "ben": None})

    assert seconds(found) == {"u-ada": 1, NOBODY: 1}


def test_only_what_lies_in_the_recording_is_held_beside_it() -> None:
    mic = [Interval(0, 10), Interval(20, 40), Interval(90, 95)]

    assert within(mic, Interval(5, 30)) == 5 + 10
    assert within(mic, Interval(50, 60)) == 0


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=6)


@given(st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3"]), spans), max_size=5), st.randoms())
def test_order_and_repetition_change_nothing_and_nobody_speaks_longer_than_it_lasted(
    told: list[tuple[str, list[tuple[int, int]]]], random: object
) -> None:
    voices = [Voice(Speaker(peer, "", tuple((start, start + length) for start, length in some))) for peer, some in told]
    again = [*voices, *voices]
    random.shuffle(again)  # type: ignore[attr-defined]
    keys = {"p1": "ada", "p2": "ada", "p3": "ben"}

    assert by_person(voices, keys, {}) == by_person(again, keys, {})
    assert all(total(parts) <= 60 for parts in by_person(voices, keys, {}).values())
