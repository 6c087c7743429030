"""What should have been recorded against what was: every finding, and what is none."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.guardian import (
    BEGINS,
    UPLOAD,
    Actual,
    Expected,
    Finding,
    Held,
    Order,
    Transcribing,
    What,
    findings,
    transcript_takes,
)
from analytics.instants import HOUR, MINUTE

NINE = 1_800_000_000_000_000
TEN = NINE + HOUR
LATER = TEN + 12 * HOUR
CLASS = Held("s1", NINE, TEN)
RUNNING = Held("s1", NINE, None)
FILM = Actual(
    "browser-b1",
    "browser",
    "ready",
    NINE,
    job_id="j1",
    started=NINE,
    stopped=TEN,
    finished=TEN + 5 * MINUTE,
    length=HOUR,
    has_transcript=True,
)
ASKED = Expected(kinds=frozenset({"browser"}), transcript=True, longest=4 * HOUR, then=True)
NOTHING = Expected()


def found(
    *actual: Actual,
    held: Held = CLASS,
    expected: Expected = ASKED,
    orders: tuple[Order, ...] = (),
    transcripts: tuple[Transcribing, ...] = (),
    now: int = LATER,
) -> list[Finding]:
    return findings(held, expected, orders, actual, transcripts, now)


def whats(seen: list[Finding]) -> list[What]:
    return [finding.what for finding in seen]


def test_a_class_recorded_from_beginning_to_end_is_as_it_should_be() -> None:
    assert found(FILM) == []


def test_a_class_that_nobody_wanted_recorded_is_as_it_should_be() -> None:
    assert found(expected=NOTHING) == []


@pytest.mark.parametrize("kind", ["browser", "composite", "stream", "track"])
def test_what_the_settings_record_and_is_not_there_is_missing(kind: str) -> None:
    [finding] = found(expected=replace(ASKED, kinds=frozenset({kind})))

    assert (finding.what, finding.kind, finding.since) == (What.MISSING, kind, NINE)
    assert finding.is_bad
    assert (finding.by_settings, finding.then) == (True, True)


def test_settings_of_today_are_said_to_be_todays() -> None:
    [finding] = found(expected=replace(ASKED, then=False))

    assert finding.by_settings
    assert not finding.then


def test_a_recording_of_another_kind_is_not_the_one_that_was_asked_for() -> None:
    track = Actual("track-t1", "track", "ready", NINE)

    assert whats(found(track)) == [What.MISSING]


def test_nothing_is_missing_while_100ms_may_still_tell_of_it() -> None:
    composite = replace(ASKED, kinds=frozenset({"composite"}))

    assert found(now=TEN + BEGINS - 1) == []
    assert whats(found(now=TEN + BEGINS)) == [What.MISSING]
    # A composite is told of when its file is there: as long again as the class, and the upload.
    assert found(expected=composite, now=TEN + HOUR + UPLOAD - 1) == []
    assert whats(found(expected=composite, now=TEN + HOUR + UPLOAD)) == [What.MISSING]


def test_a_class_of_half_a_minute_is_no_class() -> None:
    assert found(held=Held("s1", NINE, NINE + MINUTE // 2)) == []


def test_a_class_that_goes_on_unrecorded_is_told_while_something_can_be_saved() -> None:
    assert found(held=RUNNING, now=NINE + BEGINS - 1) == []

    [finding] = found(held=RUNNING, now=NINE + BEGINS)

    assert finding.what == What.NOT_RUNNING
    assert finding.is_bad
    # Of a composite nobody hears before the end.
    assert found(held=RUNNING, expected=replace(ASKED, kinds=frozenset({"composite"})), now=NINE + HOUR) == []


def test_what_somebody_started_and_100ms_does_not_have_is_lost() -> None:
    order = Order("browser", "j1", NINE + MINUTE, "ikram")

    [finding] = found(expected=NOTHING, orders=(order,))

    assert (finding.what, finding.by, finding.since) == (What.LOST, "ikram", NINE + MINUTE)
    assert found(expected=NOTHING, orders=(order,), now=NINE + MINUTE + BEGINS - 1) == []
    assert found(FILM, expected=NOTHING, orders=(order,)) == []


def test_a_failure_is_told_with_what_100ms_said() -> None:
    failed = replace(FILM, state="failed", error_type="UPLOAD_ERROR", error_message="bucket", length=None)

    [finding] = found(failed)

    assert (finding.what, finding.error_type, finding.error_message) == (What.FAILED, "UPLOAD_ERROR", "bucket")
    assert (finding.recording_id, finding.since) == ("browser-b1", TEN + 5 * MINUTE)


def test_a_failure_is_made_good_by_another_try_of_the_same_kind_only() -> None:
    failed = replace(FILM, id="browser-b0", job_id="j0", state="failed", error_type="BEAM_STOPPED", length=None)

    assert found(failed, FILM) == []
    assert whats(found(failed, replace(FILM, kind="hls"), expected=NOTHING)) == [What.FAILED]
    assert whats(found(failed, replace(FILM, at=failed.at - 1))) == [What.FAILED]


@pytest.mark.parametrize("error", ["UPLOAD_ERROR", "CLOUD_ACCESS_ERROR", "CONFIG_ERROR"])
def test_what_ops_can_mend_is_told_though_another_try_went_well(error: str) -> None:
    failed = replace(FILM, id="browser-b0", job_id="j0", state="failed", length=None)

    assert whats(found(replace(failed, error_type=error), FILM)) == [What.FAILED]
    assert whats(found(replace(failed, stop_reason=f"failure: {error}"), FILM)) == [What.FAILED]
    # A composite's failure carries its type in the message.
    assert whats(found(replace(failed, error_message=error.replace("_", " ").lower()), FILM)) == [What.FAILED]


def test_a_failure_is_made_good_only_by_a_film_of_most_of_its_time() -> None:
    half = NINE + HOUR // 2
    failed = replace(FILM, id="browser-b0", job_id="j0", state="failed", stopped=half, error_type="MEMORY_ERROR")
    rest = replace(FILM, started=half, at=half, length=HOUR // 2)
    most = replace(FILM, started=NINE + 10 * MINUTE, at=NINE + 10 * MINUTE, length=50 * MINUTE)

    assert whats(found(failed, rest, expected=NOTHING)) == [What.FAILED]
    assert found(failed, most, expected=NOTHING) == []
    # What never began lost nothing that the next one has not.
    assert found(replace(failed, started=None, stopped=None), rest, expected=NOTHING) == []


def test_no_file_of_one_person_makes_good_that_of_another() -> None:
    lost = Actual("track-t1", "track", "failed", NINE)

    assert whats(found(lost, Actual("track-t2", "track", "ready", TEN), expected=NOTHING)) == [What.FAILED]


def test_a_file_shorter_than_it_was_recorded_is_too_short() -> None:
    cut = replace(FILM, length=HOUR // 2)

    [finding] = found(cut)

    assert (finding.what, finding.length, finding.of) == (What.SHORT, HOUR // 2, HOUR)
    assert not finding.is_bad
    assert found(replace(FILM, length=HOUR - 6 * MINUTE)) == []


def test_a_recording_stopped_early_is_too_short_for_settings_that_record_everything() -> None:
    early = replace(FILM, stopped=NINE + HOUR // 2, length=HOUR // 2, stop_reason="client request")

    [finding] = found(early)

    assert (finding.what, finding.length, finding.of) == (What.SHORT, HOUR // 2, HOUR)
    assert (finding.by_settings, finding.stop_reason) == (True, "client request")
    # Whoever started it may stop it when they like.
    assert found(early, expected=NOTHING) == []
    # Two films cover the class together.
    half = NINE + HOUR // 2
    rest = replace(FILM, id="browser-b2", job_id="j2", at=half, started=half, length=HOUR // 2)
    assert found(early, rest) == []


def test_who_paused_a_recording_wanted_it_shorter() -> None:
    assert found(replace(FILM, length=HOUR // 2, paused=True)) == []


def test_a_recording_that_does_not_begin_is_stuck() -> None:
    starting = Actual("browser-b1", "browser", "starting", NINE)

    assert found(starting, held=RUNNING, now=NINE + BEGINS - 1) == []
    assert whats(found(starting, held=RUNNING, now=NINE + BEGINS)) == [What.STUCK_STARTING]


def test_trap_23_a_recording_does_not_run_on_after_its_class_nor_for_ever() -> None:
    running = Actual("browser-b1", "browser", "running", NINE, started=NINE)

    assert found(running, now=TEN + UPLOAD - 1) == []
    assert whats(found(running, now=TEN + UPLOAD)) == [What.STUCK_RUNNING]
    assert found(running, held=RUNNING, now=NINE + 4 * HOUR) == []
    assert whats(found(running, held=RUNNING, now=NINE + 4 * HOUR + UPLOAD)) == [What.STUCK_RUNNING]


@pytest.mark.parametrize("state", ["stopping", "processing"])
def test_a_file_takes_as_long_as_it_is_and_the_upload(state: str) -> None:
    processing = replace(FILM, state=state, length=None, finished=None)

    assert found(processing, now=TEN + HOUR + UPLOAD - 1) == []

    [finding] = found(processing, now=TEN + HOUR + UPLOAD)

    assert (finding.what, finding.of) == (What.STUCK_PROCESSING, HOUR)


def test_trap_35_a_transcript_is_missing_no_sooner_than_it_can_be_there() -> None:
    film = replace(FILM, has_transcript=False)
    ready = TEN + 5 * MINUTE
    due = ready + HOUR + transcript_takes(HOUR)
    assert transcript_takes(HOUR) == 17 * MINUTE

    assert found(film, now=due - 1) == []

    [finding] = found(film, now=due)

    assert (finding.what, finding.recording_id, finding.by_settings) == (What.NO_TRANSCRIPT, "browser-b1", True)
    assert found(film, expected=replace(ASKED, transcript=False)) == []
    assert found(film, transcripts=(Transcribing("browser-b1", "ready", ready, HOUR),)) == []


def test_a_transcript_that_is_written_for_too_long_is_stuck() -> None:
    film = replace(FILM, has_transcript=False)
    writing = (Transcribing("browser-b1", "running", TEN + 20 * MINUTE, HOUR),)
    due = TEN + 20 * MINUTE + HOUR + transcript_takes(HOUR)

    assert found(film, transcripts=writing, now=due - 1) == []
    assert whats(found(film, transcripts=writing, now=due)) == [What.TRANSCRIPT_STUCK]


def test_a_failed_transcript_is_told_whoever_asked_for_it_and_whatever_it_left() -> None:
    def whats_failed(film: Actual, *outputs: str) -> list[What]:
        failed = (Transcribing("browser-b1", "failed", TEN, HOUR, frozenset(outputs)),)
        return whats(found(film, expected=NOTHING, transcripts=failed))

    bare = replace(FILM, has_transcript=False)

    assert whats_failed(bare) == [What.TRANSCRIPT_FAILED]
    assert whats_failed(bare, "summary") == [What.TRANSCRIPT_FAILED]
    assert whats_failed(bare, "transcript") == whats_failed(FILM) == [What.SUMMARY_FAILED]
    assert whats_failed(bare, "transcript", "summary") == [What.TRANSCRIPT_PARTLY]
    assert whats_failed(replace(FILM, has_summary=True)) == [What.TRANSCRIPT_PARTLY]


def test_trap_35_composites_get_no_transcript_so_none_is_missing() -> None:
    film = replace(FILM, id="composite-s1", kind="composite", has_transcript=False)

    assert found(film, expected=replace(ASKED, kinds=frozenset({"composite"}))) == []


def test_what_is_lost_comes_before_what_is_late() -> None:
    failed = replace(FILM, id="hls-b2", kind="hls", state="failed", finished=TEN + HOUR, job_id="j2")
    short = replace(FILM, length=HOUR // 2)

    assert whats(found(short, failed)) == [What.FAILED, What.SHORT]


STATES = ["starting", "running", "stopping", "processing", "ready", "failed"]
MOMENTS = st.none() | st.integers(NINE - HOUR, LATER)
ACTUAL = st.builds(
    Actual,
    id=st.sampled_from(["a", "b", "c"]),
    kind=st.sampled_from(["browser", "composite", "hls", "stream", "track"]),
    state=st.sampled_from(STATES),
    at=st.integers(NINE - HOUR, LATER),
    started=MOMENTS,
    stopped=MOMENTS,
    finished=MOMENTS,
    length=st.none() | st.integers(0, 2 * HOUR),
    paused=st.booleans(),
    has_transcript=st.booleans(),
)


@given(st.lists(ACTUAL, max_size=4, unique_by=lambda one: one.id), st.sampled_from([CLASS, RUNNING]))
def test_the_order_in_which_recordings_are_told_does_not_matter(actual: list[Actual], held: Held) -> None:
    first = found(*actual, held=held)

    assert all(found(*told, held=held) == first for told in permutations(actual))


@given(st.lists(ACTUAL, max_size=4, unique_by=lambda one: one.id), st.integers(0, 48 * HOUR))
def test_what_is_late_does_not_become_on_time_by_waiting(actual: list[Actual], wait: int) -> None:
    before = whats(found(*actual, now=LATER))

    assert set(before) <= set(whats(found(*actual, now=LATER + wait)))
