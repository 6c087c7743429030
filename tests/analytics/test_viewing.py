"""From what a player said to what somebody watched. Positions are seconds of the video."""

from itertools import permutations
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import instants
from analytics.instants import SECOND
from analytics.intervals import Interval
from analytics.viewing import (
    FASTEST,
    SLACK,
    Film,
    PlayerEvent,
    Span,
    covered,
    heat,
    missed_and_caught_up,
    missed_in_any,
    most_watched,
    on_one_clock,
    once,
    share,
    watched,
)
from tests.conftest import payload

EIGHT = instants.parse("2026-11-12T20:00:00Z") or 0


def said(kind: str, second: float, at: float | None = None, *, jump: tuple[float, float] | None = None) -> PlayerEvent:
    """What a player said so many seconds after eight in the evening."""
    start, end = jump or (None, None)
    return PlayerEvent(EIGHT + round(second * SECOND), kind, at, start, end)


def published() -> list[PlayerEvent]:
    events = payload("api_video/session_events")["data"]
    return [
        PlayerEvent(
            instants.parse(event["emittedAt"]) or 0, event["type"], event.get("at"), event.get("from"), event.get("to")
        )
        for event in events
    ]


# The sample of api.video, worked out by hand, in the order in which it must have happened. The video is 30 s long: it
# says `end` at 30. Each line: time, event, and what it means.
BY_HAND: list[Span] = [
    # 09:47:42  ready 0            opened in the morning, not played
    # 21:35:57  play 0             the playhead moves from 0
    # 21:36:05  pause 7            8 s later it stands at 7: watched 0 to 7
    (0, 7),
    # 21:36:19  seek 7 to 21       listed after the resume, but it is what leads from 7 to 21: nothing is watched by it
    # 21:36:19  resume 21          moves from 21
    # 21:36:28  end 30             9 s later at 30: watched 21 to 30
    (21, 30),
    # 21:36:29  seek 30 to 0       listed after the play, but begins where `end` left the playhead
    # 21:36:29  play 0             moves from 0
    # 21:36:29  pause 21           in the same second: 21 s cannot have been played, so it was jumped to
    # 21:36:30  seek 0 to 21       told a second late, it is that jump; it began at 0, where play had begun: nothing
    # 21:36:30  resume 21          listed before the jump; moves from 21
    # 21:36:33  seek 24 to 20      listed last of its second, but it begins at 24, where 3 s of playing lead:
    (21, 24),
    # 21:36:33  pause 20           the player stops for the jump, which is over already, and
    # 21:36:33  resume 20          goes on from 20
    # 21:36:39  pause 17           6 s later it stands BEHIND 20: there was a jump back, and nobody knows from where
    # 21:36:39  seek 17 to 17      the jump that should say so says 17 to 17. Between 20 and 26 something was watched,
    #                              but not a second of it is told for certain, so it counts for nothing
    # 21:36:39  resume 17          moves from 17
    # 21:36:41  pause 19           watched 17 to 19
    (17, 19),
    # 17 September: ready 0 three times (09:20:47, 09:41:01, 09:41:08): loaded again, not played
    # 09:41:10  play 0
    # 09:41:12  pause 1            watched 0 to 1
    (0, 1),
    # 09:41:13  resume 1
    # 09:41:15  pause 3            watched 1 to 3
    (1, 3),
    # Here the page ends: 25 of 30 events. What the other five tell is not known, and nothing is made up for them.
]


def test_the_published_sample_gives_the_spans_worked_out_by_hand() -> None:
    found = watched(published(), 30)

    assert found.spans == tuple(BY_HAND)
    assert found.seconds == 7 + 9 + 3 + 2 + 1 + 2
    # 0 to 7 (the 0 to 1 and 1 to 3 of the second day lie in it), 17 to 19, 21 to 30 (21 to 24 lies in it).
    assert once(found.spans) == ((0, 7), (17, 19), (21, 30))
    assert covered(found.spans) == 18
    assert share(found.spans, 30) == 0.6
    assert found.last_position == 3
    assert found.still_playing_from is None


def test_the_published_page_is_a_part_and_says_so() -> None:
    pages = payload("api_video/session_events")["pagination"]

    assert (pages["currentPageItems"], pages["itemsTotal"], pages["pagesTotal"]) == (25, 30, 2)
    assert len(watched(published(), 30).steps) == 25


@given(st.permutations(published()))
def test_the_order_of_the_list_does_not_matter(events: list[PlayerEvent]) -> None:
    assert watched(events, 30) == watched(published(), 30)


def test_a_jump_cuts_and_what_lies_between_is_not_watched() -> None:
    found = watched([said("play", 0, 0), said("seek.forward", 10, jump=(10, 100)), said("pause", 15, 105)], 200)

    assert found.spans == ((0, 10), (100, 105))


def test_rewatching_counts_once_for_coverage_and_again_for_time() -> None:
    found = watched(
        [
            said("play", 0, 0),
            said("seek.backward", 10, jump=(10, 0)),
            said("seek.backward", 20, jump=(10, 5)),
            said("pause", 25, 10),
        ],
        60,
    )

    assert found.spans == ((0, 10), (0, 10), (5, 10))
    assert found.seconds == 25
    assert covered(found.spans) == 10


def test_pausing_a_while_is_not_watching() -> None:
    found = watched([said("play", 0, 0), said("pause", 5, 5), said("resume", 3600, 5), said("pause", 3605, 10)], 60)

    assert found.seconds == 10


def test_whoever_closes_the_player_is_believed_up_to_the_last_position_told() -> None:
    found = watched([said("play", 0, 0), said("seek.forward", 8, jump=(8, 30))], 60)

    assert found.spans == ((0, 8),)
    assert found.last_position == 30
    assert found.still_playing_from == 30


def test_the_player_loaded_anew_does_not_go_on_playing() -> None:
    found = watched([said("play", 0, 0), said("ready", 50, 0), said("pause", 60, 10)], 60)

    assert found.spans == ()
    assert found.still_playing_from is None


def test_a_position_that_no_clock_allows_was_jumped_to() -> None:
    assert watched([said("play", 0, 0), said("pause", 5, 50)], 60).spans == ()


def test_a_jump_told_a_second_after_its_pause_closes_what_was_played_before() -> None:
    events = [said("play", 0, 0), said("pause", 5, 50), said("seek.forward", 6, jump=(5, 50)), said("resume", 6, 50)]

    assert watched([*events, said("pause", 10, 54)], 60).spans == ((0, 5), (50, 54))


def test_a_jump_told_much_later_says_nothing_of_what_was_played_before() -> None:
    events = [said("play", 0, 0), said("pause", 5, 50), said("seek.forward", 60, jump=(5, 50))]

    assert watched(events, 60).spans == ()


def test_watching_at_double_speed_is_watching() -> None:
    assert watched([said("play", 0, 0), said("pause", 30, 60)], 60).spans == ((0, 60),)


def test_positions_beyond_the_end_are_cut_to_the_length_of_the_video() -> None:
    assert watched([said("play", 0, 20), said("end", 11, 31)], 30.4).spans == ((20, 30.4),)


def test_a_second_pause_adds_nothing() -> None:
    found = watched([said("play", 0, 0), said("pause", 5, 5), said("pause", 9, 9)], 60)

    assert found.spans == ((0, 5),)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_four_events_of_one_second_are_put_in_the_order_in_which_they_can_have_happened(order: tuple[int, ...]) -> None:
    # Playing since second 0: stopped at 10, jumped back to 3, went on from there.
    told = [said("pause", 10, 10), said("seek.backward", 10, jump=(10, 3)), said("resume", 10, 3), said("pause", 15, 8)]

    found = watched([said("play", 0, 0), *(told[number] for number in order)], 60)

    assert found.spans == ((0, 10), (3, 8))


def test_thousands_of_events_of_one_moment_are_read_in_no_time_and_in_any_order() -> None:
    told = [
        said(kind, 0, number % 50) for number in range(1_000) for kind in ("play", "pause", "ready", "end", "resume")
    ]
    begun = process_time()  # of our own work: others may keep the machine busy

    found = watched(told, 60)

    assert process_time() - begun < 5
    assert watched(reversed(told), 60) == found
    assert len(found.steps) == 5_000


POINTS = st.builds(
    said, st.sampled_from(["ready", "play", "pause", "resume", "end"]), st.integers(0, 120), st.integers(0, 60)
)
JUMPS = st.builds(
    lambda kind, second, jump: said(kind, second, jump=jump),
    st.sampled_from(["seek.forward", "seek.backward"]),
    st.integers(0, 120),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
ANYTHING = st.lists(POINTS | JUMPS, max_size=25)
SPANS = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)).filter(lambda span: span[0] < span[1]), max_size=8)


@given(ANYTHING)
def test_coverage_is_never_more_than_the_time_spent_nor_than_the_video(events: list[PlayerEvent]) -> None:
    found = watched(events, 50)

    assert covered(found.spans) <= found.seconds
    assert covered(found.spans) <= 50
    assert 0 <= share(found.spans, 50) <= 1
    assert all(0 <= start < end <= 50 for start, end in found.spans)


@given(ANYTHING)
def test_nobody_watches_more_than_the_clock_allows(events: list[PlayerEvent]) -> None:
    found = watched(events)
    times = [event.emitted_at for event in events]
    clock = (max(times) - min(times)) / SECOND if times else 0

    assert found.seconds <= FASTEST * clock + SLACK * len(found.spans)


@given(ANYTHING, st.randoms())
def test_whatever_the_player_said_the_order_of_the_list_does_not_matter(
    events: list[PlayerEvent], random: object
) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert watched(shuffled, 50) == watched(events, 50)


@given(ANYTHING)
def test_every_event_is_accounted_for(events: list[PlayerEvent]) -> None:
    assert sorted(map(repr, (step.event for step in watched(events).steps))) == sorted(map(repr, events))


@given(st.lists(SPANS, max_size=5), st.integers(1, 90))
def test_the_heat_line_adds_up_to_what_was_covered_and_to_what_was_seen_besides(
    viewers: list[list[Span]], bins: int
) -> None:
    slices = heat(viewers, 600, bins)
    width = 600 / bins

    assert sum(one.once for one in slices) * width == pytest.approx(sum(covered(spans) for spans in viewers))
    besides = sum(sum(end - start for start, end in spans) - covered(spans) for spans in viewers)
    assert sum(one.again for one in slices) * width == pytest.approx(besides, abs=1e-6)
    assert all(one.once <= len(viewers) + 1e-9 for one in slices)


def test_the_heat_line_tells_who_saw_a_part_once_and_how_often_it_was_seen_again() -> None:
    slices = heat([[(0, 20)], [(0, 10), (0, 10), (5, 10)]], 40, 4)

    assert [(one.once, one.again) for one in slices] == [(2, 1.5), (1, 0), (0, 0), (0, 0)]
    assert most_watched(slices, 40) == (0, 10)


def test_the_most_watched_part_reaches_as_far_as_it_is_nearly_as_high() -> None:
    assert most_watched(heat([[(10, 40)], [(20, 30)]], 60, 6), 60) == (20, 30)
    assert most_watched(heat([[(10, 40)]], 60, 6), 60) == (10, 40)
    assert most_watched(heat([], 60, 6), 60) is None


def away(start: float, end: float) -> Interval:
    return Interval(EIGHT + round(start * SECOND), EIGHT + round(end * SECOND))


def test_what_was_missed_is_cut_to_the_recording_and_of_it_counts_what_was_watched() -> None:
    # The recording begins a minute into the class and lasts ten; Liam came after five minutes and left for one.
    found = missed_and_caught_up([away(0, 300), away(400, 460)], EIGHT + 60 * SECOND, 600, [(100, 260), (340, 400)])

    assert found.missed == ((0, 240), (340, 400))
    assert found.caught == ((100, 240), (340, 400))
    assert (found.missed_seconds, found.caught_seconds) == (300, 200)
    assert not found.is_whole


def test_what_nobody_recorded_cannot_be_caught_up() -> None:
    assert missed_and_caught_up([away(0, 50)], EIGHT + 60 * SECOND, 600, []).missed == ()
    assert missed_and_caught_up([away(700, 800)], EIGHT + 60 * SECOND, 600, []).missed == ()


def test_a_reconnect_of_a_few_seconds_is_not_missing_the_class() -> None:
    assert missed_and_caught_up([away(100, 109)], EIGHT, 600, []).missed == ()


def test_positions_cut_to_seconds_do_not_keep_anybody_from_having_caught_up() -> None:
    assert missed_and_caught_up([away(100, 160)], EIGHT, 600, [(101, 159)]).is_whole
    assert not missed_and_caught_up([away(100, 160)], EIGHT, 600, [(101, 140)]).is_whole
    assert not missed_and_caught_up([], EIGHT, 600, [(0, 600)]).is_whole


@given(SPANS, SPANS)
def test_nobody_catches_up_more_than_they_missed_or_watched(absent: list[Span], spans: list[Span]) -> None:
    found = missed_and_caught_up([away(start, end) for start, end in absent], EIGHT, 500, spans)

    assert found.caught_seconds <= found.missed_seconds + 1e-6
    assert found.caught_seconds <= covered(spans) + 1e-6
    assert all(0 <= start < end <= 500 for start, end in found.missed)


def test_what_two_recordings_hold_is_missed_once_and_caught_up_in_either() -> None:
    # A browser recording of the whole class, and the live stream from its fourth minute on. Liam left after five.
    browser, stream = Film(EIGHT, 600, [(300, 360)]), Film(EIGHT + 240 * SECOND, 420, [(120, 240)])

    found = missed_in_any([away(300, 900)], [browser, stream])

    assert found.missed == ((300, 660),)
    assert found.caught == ((300, 480),)


def test_a_position_beyond_the_end_of_one_is_not_watched_in_the_other() -> None:
    found = missed_in_any([away(0, 600)], [Film(EIGHT, 300, [(290, 320)]), Film(EIGHT + 300 * SECOND, 300)])

    assert found.caught == ((290, 300),)


FILMS = st.lists(
    st.builds(
        lambda late, length, spans: Film(EIGHT + late * SECOND, length, spans),
        st.integers(0, 300),
        st.integers(30, 500),
        SPANS,
    ),
    min_size=1,
    max_size=4,
)


@given(SPANS, FILMS, st.randoms())
def test_another_recording_never_makes_a_class_missed_twice(
    absent: list[Span], films: list[Film], random: Random
) -> None:
    gone = [away(start, end) for start, end in absent]
    found = missed_in_any(gone, films)
    shuffled = random.sample(films, len(films))

    assert missed_in_any(gone, shuffled) == missed_in_any(gone, films * 2) == found
    assert found.missed_seconds <= covered(absent) + 1e-6
    assert found.caught_seconds <= min(found.missed_seconds, covered(on_one_clock(films))) + 1e-6
    for film in films:
        alone = missed_and_caught_up(gone, *film)
        assert alone.missed_seconds <= found.missed_seconds + 1e-6
        assert alone.caught_seconds <= found.caught_seconds + 1e-6


@given(SPANS, SPANS, SPANS)
def test_it_does_not_matter_in_which_of_two_equal_recordings_a_part_was_watched(
    absent: list[Span], one: list[Span], other: list[Span]
) -> None:
    gone = [away(start, end) for start, end in absent]

    both = missed_in_any(gone, [Film(EIGHT, 500, one), Film(EIGHT, 500, other)])

    assert both == missed_and_caught_up(gone, EIGHT, 500, [*one, *other])
