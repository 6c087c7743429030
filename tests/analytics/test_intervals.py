"""The interval operations against a brute-force model on small whole numbers, and the mute fold by its traps."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import instants
from analytics.instants import SECOND
from analytics.intervals import (
    Interval,
    TrackState,
    at_once,
    gaps,
    on_spans,
    overlap,
    peak,
    subtract,
    total,
    union,
)
from tests.conftest import payload

few = st.lists(
    st.builds(Interval, st.integers(0, 20), st.integers(0, 20), st.booleans()), max_size=6
)  # some of them empty, or ending before they start


def points(intervals: object) -> set[int]:
    return set(counts(intervals))


def counts(intervals: object) -> Counter[int]:
    """The half-open model: every whole number an interval holds."""
    return Counter(n for piece in intervals for n in range(piece[0], piece[1]))  # type: ignore[attr-defined]


def is_canonical(intervals: tuple[Interval, ...]) -> bool:
    edges = [edge for piece in intervals for edge in piece[:2]]
    return edges == sorted(set(edges))


@given(few)
def test_union_holds_what_any_holds(some: list[Interval]) -> None:
    result = union(some)
    assert points(result) == points(some)
    assert is_canonical(result)
    assert total(result) == len(points(some))
    assert union(result) == result


@given(few, st.randoms())
def test_union_does_not_mind_order_or_repetition(some: list[Interval], dice: object) -> None:
    again = [*some, *some]
    dice.shuffle(again)  # type: ignore[attr-defined]
    assert union(again) == union(some)


@given(few)
def test_a_union_is_estimated_exactly_where_the_certain_ones_do_not_reach(some: list[Interval]) -> None:
    certain = points(piece for piece in some if not piece.estimated)
    for piece in union(some):
        assert piece.estimated == (not points([piece]) <= certain)


@given(few, few)
def test_subtract_leaves_what_the_holes_do_not_take(first: list[Interval], second: list[Interval]) -> None:
    rest = subtract(first, second)
    assert points(rest) == points(first) - points(second)
    assert is_canonical(rest)


@given(few)
def test_overlap_is_where_two_or_more_cover(some: list[Interval]) -> None:
    result = overlap(some)
    assert points(result) == {n for n, count in counts(some).items() if count >= 2}
    assert is_canonical(result)


@given(few)
def test_at_once_counts_every_moment(some: list[Interval]) -> None:
    steps = dict(at_once(some))
    model = counts(some)
    count = 0
    for moment in range(21):
        count = steps.get(moment, count)
        assert count == model[moment]
    highest, first = peak(at_once(some))
    assert highest == max(model.values(), default=0)
    assert first == min((n for n, count in model.items() if count == highest), default=None)


@given(few)
def test_gaps_and_the_union_fill_the_whole(some: list[Interval]) -> None:
    held = points(some)
    whole = set(range(min(held), max(held) + 1)) if held else set()
    assert points(gaps(some)) == whole - held


def test_one_that_goes_as_another_comes_are_never_two_at_once() -> None:
    assert at_once([Interval(0, 5), Interval(5, 9)]) == ((0, 1), (9, 0))
    assert overlap([Interval(0, 5), Interval(5, 9)]) == ()


# ── The mute fold ──


def add(at: int, *, mute: bool) -> TrackState:
    return TrackState(at, "", "add", mute)


def update(at: int, *, mute: bool, key: str = "") -> TrackState:
    return TrackState(at, key, "update", mute)


def remove(at: int, *, mute: bool = False) -> TrackState:
    return TrackState(at, "", "remove", mute)


def test_the_published_sample_had_the_microphone_on_for_97_81_seconds() -> None:
    events = payload("analytics/track_events")["events"]
    states = []
    for event in events:
        moment = instants.parse(event["timestamp"])
        assert moment is not None
        kind = event["type"].split(".")[1]
        states.append(TrackState(moment, instants.sequence(event["timestamp"]), kind, event["data"]["mute"]))
    [(start, end)] = on_spans(states)
    assert end is not None
    assert round((end - start) / SECOND, 2) == 97.81


def test_trap_24_a_track_may_be_added_muted_and_removed_unmuted() -> None:
    assert on_spans([add(0, mute=True), remove(9, mute=False)]) == ()
    assert on_spans([add(0, mute=True), update(4, mute=False), remove(9, mute=False)]) == ((4, 9),)
    assert on_spans([add(0, mute=False), remove(9, mute=True)]) == ((0, 9),)


def test_trap_25a_the_last_unmuted_stretch_before_a_removal_counts() -> None:
    assert on_spans([add(0, mute=False), remove(9)]) == ((0, 9),)


def test_trap_25b_a_track_muted_from_add_to_remove_was_never_on() -> None:
    assert on_spans([add(0, mute=True), remove(9, mute=True)]) == ()


def test_trap_25c_no_stretch_counts_twice_and_no_muted_gap_counts() -> None:
    assert on_spans([add(0, mute=False), update(4, mute=True), remove(9, mute=True)]) == ((0, 4),)


def test_trap_25d_a_repeated_unmuted_event_does_not_restart_the_clock() -> None:
    assert on_spans([add(0, mute=False), update(3, mute=False), update(5, mute=False), remove(9)]) == ((0, 9),)


def test_a_track_nobody_removed_stays_open() -> None:
    assert on_spans([add(0, mute=False), update(2, mute=True), update(5, mute=False)]) == ((0, 2), (5, None))


def test_without_the_add_nothing_is_claimed_before_the_first_unmuted_event() -> None:
    assert on_spans([update(3, mute=True), update(5, mute=False), remove(9)]) == ((5, 9),)
    assert on_spans([remove(9, mute=False)]) == ()


def test_a_stray_update_of_a_removed_track_changes_nothing_and_a_new_add_does() -> None:
    gone = [add(0, mute=False), remove(5), update(7, mute=False)]
    assert on_spans(gone) == ((0, 5),)
    assert on_spans([*gone, add(8, mute=False)]) == ((0, 5), (8, None))
    assert on_spans([*gone, add(8, mute=True), update(9, mute=False)]) == ((0, 5), (9, None))


def test_trap_17_order_within_a_microsecond_comes_from_the_sequence_key() -> None:
    off_then_on = [update(5, mute=True, key="1"), update(5, mute=False, key="2")]
    on_then_off = [update(5, mute=False, key="1"), update(5, mute=True, key="2")]
    assert on_spans([add(0, mute=False), *off_then_on, remove(9)]) == ((0, 9),)
    assert on_spans([add(0, mute=False), *on_then_off, remove(9)]) == ((0, 5),)


def test_a_tie_that_nothing_settles_ends_muted() -> None:
    assert on_spans([update(5, mute=True), update(5, mute=False)]) == ()


def test_in_one_microsecond_a_track_is_added_before_it_changes_and_goes_last() -> None:
    assert on_spans([remove(5), update(5, mute=False), add(5, mute=True)]) == ()


states = st.lists(
    st.builds(
        TrackState,
        st.integers(0, 12),
        st.sampled_from("ab"),
        st.sampled_from(["add", "update", "remove"]),
        st.booleans(),
    ),
    max_size=9,
)


@given(states, st.randoms())
def test_shuffled_and_repeated_states_give_the_same_spans(some: list[TrackState], dice: object) -> None:
    again = [*some, *some[::2]]
    dice.shuffle(again)  # type: ignore[attr-defined]
    assert on_spans(again) == on_spans(some)


@given(states)
def test_on_spans_are_what_a_second_by_second_reading_gives(some: list[TrackState]) -> None:
    """The model: at the end of each microsecond the track is on, off or gone; it was on until the next one begins."""
    life = {"add": 0, "update": 1, "remove": 2}
    was_on: set[int] = set()
    on, gone = False, False
    for moment in range(14):
        for state in sorted((s for s in some if s.at == moment), key=lambda s: (life[s.kind], s.sequence_key, s.mute)):
            gone = state.kind == "remove" or (gone and state.kind != "add")
            on = not gone and not state.mute
        if on:
            was_on.add(moment)
    spans = on_spans(some)
    assert {n for start, end in spans for n in range(start, 14 if end is None else end)} == was_on
    assert all(end is not None for _, end in spans[:-1])
    edges = [edge for span in spans for edge in span if edge is not None]
    assert edges == sorted(set(edges))


@pytest.mark.parametrize("mute", [True, False])
def test_a_removal_ends_it_whatever_its_mute_says(mute: bool) -> None:
    assert on_spans([add(0, mute=False), remove(4, mute=mute)]) == ((0, 4),)
