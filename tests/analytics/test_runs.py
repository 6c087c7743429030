"""What ran beside the people of a session: how long, what is missing, how it is drawn, said and ranked."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from analytics.activity import Frame
from analytics.axis import axis_of
from analytics.instants import MINUTE
from analytics.moments import Moment
from analytics.run_lanes import RunLane, run_lanes
from analytics.run_moments import run_moments
from analytics.runs import SLACK, Kind, Recorded, Run, recorded, stretches
from tests.analytics.classroom import ENDED, LENGTH, NAIROBI, at, live

CLOUD = "100ms was not let into the storage."


def run(
    start: float | None, end: float | None, *, kind: Kind = Kind.RECORDING, state: str = "ready", **more: Any
) -> Run:
    """In minutes of the class."""
    told = 0 if start is None else start
    return Run(
        id=more.pop("id", f"{kind}-{start}"),
        kind=kind,
        started_at=None if start is None else at(start * 60),
        ended_at=None if end is None else at(end * 60),
        at=more.pop("at", at(told * 60)),
        state=state,
        is_ready=more.pop("is_ready", state == "ready"),
        **more,
    )


def stream(start: float | None, end: float | None, kind: Kind = Kind.LIVE, **more: Any) -> Run:
    return run(start, end, kind=kind, state=more.pop("state", "ended"), **more)


def of(*runs: Run, frame: Frame = ENDED) -> Recorded:
    return recorded(stretches(runs, frame), frame)


def lanes(*runs: Run, frame: Frame = ENDED) -> tuple[RunLane, ...]:
    every = stretches(runs, frame)
    return run_lanes(every, recorded(every, frame), axis_of(frame, [], NAIROBI))


def said(*runs: Run, frame: Frame = ENDED) -> list[str]:
    return [lane.sentence for lane in lanes(*runs, frame=frame)]


def told(*runs: Run, frame: Frame = ENDED) -> list[Moment]:
    every = stretches(runs, frame)
    return run_moments(every, recorded(every, frame), frame)


# ── What is missing ──


def test_a_recording_that_began_late_misses_the_start() -> None:
    found = of(run(3, 50))
    assert (found.covered, found.of, found.late, found.early) == (47 * MINUTE, 50 * MINUTE, 3 * MINUTE, 0)
    assert (found.is_ready, found.is_whole, found.is_running) == (True, False, False)


def test_a_recorder_may_take_a_few_seconds_to_come_in() -> None:
    found = of(run(0.3, 49.8))
    assert found.is_whole
    assert found.late == found.early == 0


def test_two_recordings_of_any_kind_make_up_for_each_other() -> None:
    found = of(run(0, 20), run(18, 50, kind=Kind.STREAM_RECORDING))
    assert found.is_whole
    assert found.covered == 50 * MINUTE


def test_what_failed_recorded_nothing() -> None:
    found = of(run(0, 50, state="failed", failed=True, trouble=CLOUD))
    assert (found.covered, found.has_failed, found.trouble, found.watchable) == (0, True, CLOUD, None)
    assert [(piece.start, piece.end) for piece in found.missing] == [(at(0), at(LENGTH))]


def test_without_any_recording_nothing_is_missing() -> None:
    assert of(stream(0, 50)).missing == ()
    assert of().missing == ()


def test_unless_one_should_have_been_there() -> None:
    found = recorded([], ENDED, expected=True)
    assert (found.covered, len(found.missing), found.has_failed) == (0, 1, False)
    [lane] = run_lanes([], found, axis_of(ENDED, [], NAIROBI))
    assert (lane.note, lane.sentence, lane.bars) == ("none", "Nothing of it is recorded", ())
    assert [moment.words for moment in run_moments([], found, ENDED)] == ["Nothing was recorded"]


def test_single_tracks_are_no_recording_of_the_room() -> None:
    assert of(run(0, 50, kind=Kind.PARTS)).stretches == ()


def test_a_recording_whose_end_was_never_told_ends_with_its_session() -> None:
    [one] = stretches([run(5, None, state="recording", is_open=True)], ENDED)
    assert (one.end, one.end_estimated, one.is_open) == (at(LENGTH), True, False)


def test_or_by_the_length_of_its_file() -> None:
    [one] = stretches([run(5, None, length=10 * MINUTE)], ENDED)
    assert (one.end, one.end_estimated) == (at(15 * 60), True)


def test_a_file_of_which_nobody_knows_when_it_was_made_is_guessed_from_the_start() -> None:
    late = run(None, None, at=at(LENGTH + 300), length=20 * MINUTE)
    [one] = stretches([late], ENDED)
    assert (one.start, one.end, one.start_estimated, one.end_estimated) == (at(0), at(20 * 60), True, True)
    assert said(late) == ["Recorded from about 10:00 to about 10:20, 30 min at the end missing; ready"]


def test_an_end_that_was_worked_out_is_no_certainty() -> None:
    [one] = stretches([run(5, 30, end_estimated=True)], ENDED)
    assert one.end_estimated


def test_a_running_one_goes_on_until_now() -> None:
    now = live(30 * 60)
    found = of(run(2, None, state="recording", is_open=True), frame=now)
    assert found.is_running
    assert (found.covered, found.of, found.late) == (28 * MINUTE, 30 * MINUTE, 2 * MINUTE)


def test_the_longest_that_is_ready_is_watched() -> None:
    short, longer = run(0, 10), run(12, 40)
    found = of(short, longer, run(0, 50, state="being processed"))
    assert found.watchable == longer
    playing = found.playing(at(15 * 60))
    assert playing is not None
    assert playing.run == longer
    assert found.playing(at(11 * 60)) is None


minutes = st.integers(min_value=-20, max_value=80)
some_runs = st.lists(
    st.builds(
        lambda start, length, kind, failed: run(
            start,
            start + length,
            kind=kind,
            state="failed" if failed else "ready",
            failed=failed,
            id=f"{start}{length}",
        ),
        minutes,
        st.integers(min_value=0, max_value=60),
        st.sampled_from([Kind.RECORDING, Kind.STREAM_RECORDING, Kind.LIVE, Kind.PARTS]),
        st.booleans(),
    ),
    max_size=8,
)


@given(some_runs)
def test_covered_and_missing_are_the_whole_session(runs: list[Run]) -> None:
    found = of(*runs)
    missing = sum(piece.length for piece in found.missing)
    assert 0 <= found.covered <= found.of
    if found.stretches:
        # What is left out of both is shorter than a recorder takes to come in, once before each recording.
        assert 0 <= found.of - found.covered - missing <= SLACK * (len(found.stretches) + 1)
    assert all(ENDED.started_at <= piece.start < piece.end <= ENDED.until for piece in found.missing)


@given(some_runs, st.randoms())
def test_the_order_in_which_rows_come_matters_to_nobody(runs: list[Run], chance: Any) -> None:
    mixed = list(runs)
    chance.shuffle(mixed)
    assert of(*mixed).missing == of(*runs).missing
    assert [lane.key for lane in lanes(*mixed)] == [lane.key for lane in lanes(*runs)]


@given(some_runs)
def test_every_bar_is_on_the_axis_and_every_failure_has_a_mark(runs: list[Run]) -> None:
    drawn = lanes(*runs)
    for lane in drawn:
        places = [(bar.x, bar.width) for bar in lane.bars] + [(hole.x, hole.width) for hole in lane.holes]
        assert all(0 <= x <= x + width <= 1.00001 for x, width in places)
    assert sum(len(lane.marks) for lane in drawn) == sum(one.failed for one in runs)


# ── Lanes ──


def test_a_session_without_any_has_no_lanes() -> None:
    assert lanes() == ()


def test_the_lane_of_a_late_recording_says_how_late() -> None:
    [lane] = lanes(run(3, 50))
    assert (lane.key, lane.title, lane.note) == ("recording", "Recording", "3 min late")
    assert lane.sentence == "Recorded from 10:03 to 10:50, 3 min at the start missing; ready"
    [hole] = lane.holes
    assert (hole.start, hole.end) == (at(0), at(180))
    [bar] = lane.bars
    assert hole.x + hole.width == bar.x


def test_a_stream_that_broke_and_came_back_keeps_its_gap() -> None:
    broken = stream(2, 27, state="failed", failed=True, trouble="Something failed inside 100ms.", id="live-1")
    [lane] = lanes(broken, stream(27.75, 50, id="live-2"))
    assert [bar.stretch.run.id for bar in lane.bars] == ["live-1", "live-2"]
    assert lane.holes == ()
    assert lane.sentence == (
        "Live stream from 10:02 to 10:27, from 10:27 to 10:50, broken for 45 s at 10:27; "
        "Live stream failed: something failed inside 100ms"
    )
    [mark] = lane.marks
    assert mark.words == "10:27:00 Live stream failed: something failed inside 100ms"


def test_a_stream_that_was_stopped_and_started_again_was_off_and_not_broken() -> None:
    first, second = stream(2, 20, id="live-1"), stream(25, 50, id="live-2")
    assert said(first, second) == ["Live stream from 10:02 to 10:20, from 10:25 to 10:50, off for 5 min at 10:20"]


def test_what_overlaps_stands_in_further_lanes() -> None:
    found = lanes(run(0, 50, id="a"), run(10, 30, id="b"), run(35, 45, id="c"))
    assert [(lane.key, lane.title, len(lane.bars)) for lane in found] == [
        ("recording", "Recording", 1),
        ("recording-2", "Recording 2", 2),
    ]
    assert found[1].holes == ()


def test_kinds_come_in_one_order_each_in_lanes_of_its_own() -> None:
    every = [stream(0, 50, kind) for kind in (Kind.ENCODER, Kind.EXTERNAL, Kind.LIVE)]
    assert [lane.kind for lane in lanes(*every, run(0, 50, kind=Kind.STREAM_RECORDING), run(0, 50))] == [
        Kind.RECORDING,
        Kind.STREAM_RECORDING,
        Kind.LIVE,
        Kind.EXTERNAL,
        Kind.ENCODER,
    ]


def test_recordings_of_tracks_are_one_lane_however_many() -> None:
    tracks = [run(number % 40, 50, kind=Kind.PARTS, id=f"track-{number}") for number in range(500)]
    [lane] = lanes(*tracks, run(3, None, kind=Kind.PARTS, state="failed", failed=True, id="lost"))
    assert (lane.note, len(lane.bars), len(lane.marks)) == ("501", 1, 1)
    assert lane.sentence == "501 single tracks or people were recorded, from 10:00 to 10:50; 1 of them failed"


def test_a_failed_recording_is_no_bar_but_a_hole_with_a_mark() -> None:
    [lane] = lanes(run(0, 50, state="failed", failed=True, trouble=CLOUD))
    assert (lane.bars, len(lane.holes), lane.note) == ((), 1, "failed")
    assert lane.sentence == "Nothing of it is recorded; Recording failed: 100ms was not let into the storage"


def test_an_encoder_that_was_turned_away_is_a_mark_alone() -> None:
    refused = stream(None, None, Kind.ENCODER, at=at(600), state="turned away", failed=True, trouble="Key disabled.")
    [lane] = lanes(refused)
    assert (lane.bars, lane.sentence) == ((), "Encoder turned away: key disabled")
    assert [(mark.at, mark.words) for mark in lane.marks] == [(at(600), "10:10:00 Encoder turned away: key disabled")]


def test_what_runs_is_said_so_that_time_passing_changes_nothing() -> None:
    running = run(3, None, state="recording", is_open=True)
    now, later = (said(running, frame=live(seconds)) for seconds in (1000, 1055))
    assert now == later == ["Being recorded since 10:03, 3 min at the start missing"]


def test_a_sentence_ends_however_often_a_stream_was_started() -> None:
    [sentence] = said(*(stream(number, number + 0.9, id=f"live-{number}") for number in range(40)))
    assert "and 36 more" in sentence
    assert len(sentence) < 400


# ── Moments ──


def test_moments_tell_of_what_is_missing() -> None:
    assert [(moment.words, moment.at) for moment in told(run(3, 20), run(25, 45))] == [
        ("Recording misses the first 3 min", at(0)),
        ("Recording misses 5 min", at(20 * 60)),
        ("Recording misses the last 5 min", at(45 * 60)),
    ]


def test_a_recording_that_was_whole_is_no_moment() -> None:
    assert told(run(0.5, 49.5)) == []


def test_while_it_runs_nobody_says_that_it_stopped_early() -> None:
    assert told(run(0, 20), frame=live(25 * 60)) == []


def test_a_failure_is_told_once_with_its_cause() -> None:
    failures = [run(n, n + 1, state="failed", failed=True, trouble=CLOUD, id=f"r{n}") for n in range(3)]
    [moment] = told(*failures)
    assert moment.words == "Recording failed: 100ms was not let into the storage (3 times)"
    assert (moment.kind, moment.lane, moment.tone) == ("failed", "recording", "bad")


def test_a_moment_says_the_cause_in_short() -> None:
    cloud = "100ms was not let into the storage: the key of the bucket is wrong, or may not write."
    for trouble, words in ((cloud, CLOUD[:-1]), ("100ms says: disk: on fire.", "100ms says: disk: on fire")):
        [moment] = told(run(0, 50, state="failed", failed=True, trouble=trouble))
        assert moment.words == f"Recording failed: {words}"


def test_a_stream_began_broke_and_was_started_again() -> None:
    broken = stream(2, 27, state="failed", failed=True, id="live-1")
    assert [moment.words for moment in told(broken, stream(27.75, 50, id="live-2"))] == [
        "Live stream began",
        "Live stream failed, and was started again 45 s later",
    ]


def test_encoders_that_dropped_or_were_turned_away_are_told() -> None:
    dropped = stream(5, 20, Kind.ENCODER, failed=True, trouble="the connection broke", id="e1")
    refused = stream(None, None, Kind.ENCODER, at=at(60), failed=True, trouble="Key disabled.", id="e2")
    assert {moment.words for moment in told(dropped, refused)} == {
        "Encoder turned away: key disabled",
        "Encoder broke off: the connection broke",
    }
