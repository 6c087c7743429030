"""What quality series say: pure arithmetic over points of ten seconds."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.instants import SECOND
from analytics.quality import STEP, Series, Way, figure, quality, stretches

START = 1_700_000_000 * SECOND


def series(
    kind: str = "mic",
    loss: Sequence[float | None] = (),
    rate: Sequence[float | None] = (),
    start: int = START,
    **more: Sequence[float | None],
) -> Series:
    length = max(map(len, (loss, rate, *more.values())))
    times = [start + number * STEP for number in range(length)]
    return Series(kind, times, {"packet_loss_percent": loss, "bitrate": rate, **more})


def test_nothing_measured_is_empty() -> None:
    assert quality([], []).is_empty
    assert quality([Series("mic", [], {})], []).is_empty


def test_little_lost_stands_out_nowhere() -> None:
    found = quality([series(loss=[0.2] * 30, rate=[32_000] * 30)], [series(loss=[0.1] * 30)])

    assert [(one.way, one.kind) for one in found.streams] == [(Way.SENT, "mic"), (Way.GOT, "mic")]
    assert (found.findings, found.slow) == ((), ())


def test_sent_little_and_lost_much_is_a_weak_upload() -> None:
    loss = [0.1] * 10 + [12.0] * 48 + [0.1] * 10
    rate = [32_000.0] * 10 + [9_000.0] * 48 + [32_000.0] * 10

    (finding,) = quality([series(loss=loss, rate=rate)], []).findings

    assert (finding.way, finding.kinds, finding.little) == (Way.SENT, ("mic",), True)
    assert (finding.start, finding.end) == (START + 10 * STEP, START + 58 * STEP)
    assert finding.lost == pytest.approx(12)


def test_losses_at_the_usual_rate_are_not_called_little() -> None:
    (finding,) = quality([series(loss=[0.0, 0.0, 5.0, 5.0], rate=[32_000] * 4)], []).findings

    assert not finding.little


def test_one_bad_point_is_a_hiccup() -> None:
    assert quality([series(loss=[0.1, 40.0, 0.1])], []).findings == ()


def test_sound_bears_more_than_picture() -> None:
    loss = [2.0] * 6

    assert quality([series("mic", loss)], []).findings == ()
    assert quality([series("camera", loss)], []).findings != ()


def test_kinds_that_suffer_at_once_are_told_as_one() -> None:
    camera = series("camera", [0.0] * 4 + [6.0] * 6)
    mic = series("mic", [0.0] * 6 + [4.0] * 6)

    (finding,) = quality([camera, mic], []).findings

    assert finding.kinds == ("mic", "camera")
    assert (finding.start, finding.end) == (START + 4 * STEP, START + 12 * STEP)
    assert finding.lost == pytest.approx(6)


def test_what_was_got_is_told_apart() -> None:
    found = quality([series(loss=[0.0] * 5)], [series(loss=[9.0] * 5)])

    assert (found.lost(Way.SENT), found.lost(Way.GOT)) == (False, True)


def test_layers_are_one_picture_weighed_by_what_they_sent() -> None:
    high = series("camera", [10.0, 10.0], [300.0, 300.0], fps=[10, 10])
    low = series("camera", [0.0, 0.0], [100.0, 100.0], fps=[30, 30])

    (stream,) = quality([high, low], []).streams

    assert [value for _, value in stream.bitrate] == [400, 400]
    assert [value for _, value in stream.loss] == [7.5, 7.5]
    assert [value for _, value in stream.fps] == [30, 30]


def test_a_long_way_is_found_over_all_that_was_sent() -> None:
    found = quality([series(loss=[0.0] * 6, rtt_ms=[50, 50, 400, 500, 400, 50])], [])

    assert [(one.start, one.end) for one in found.slow] == [(START + 2 * STEP, START + 5 * STEP)]
    assert found.slow[0].value == pytest.approx(1300 / 3)


@pytest.mark.parametrize(
    ("counts", "times"),
    [([0, 0, 1, 1, 3], 3), ([1, 0, 2, 0], 3), ([None, 0, 0], 0), ([None, None], 0)],
    ids=["from the start", "from point to point", "never", "not measured"],
)
def test_freezes_are_counted_at_least(counts: list[float | None], times: int) -> None:
    (stream,) = quality([], [series("camera", rate=[1.0] * len(counts), freeze_count=counts)]).streams

    assert stream.freezes == times


def test_figures_are_the_usual_and_the_worst() -> None:
    line = ((1, 5.0), (2, 1.0), (3, 3.0))

    assert (figure(line).usual, figure(line).worst) == (3, 5)  # type: ignore[union-attr]
    assert figure(line, low_is_bad=True).worst == 1  # type: ignore[union-attr]
    assert figure(()) is None


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=60), st.floats(0.5, 50))
def test_stretches_never_overlap_and_hold_bad_points_only(values: list[float | None], limit: float) -> None:
    line = tuple((START + number * STEP, value) for number, value in enumerate(values) if value is not None)

    found = stretches(line, limit)

    assert all(before.end <= after.start for before, after in pairwise(found))
    for one in found:
        within = [value for at, value in line if one.start <= at < one.end]
        assert len(within) >= 2
        assert min(within) >= limit
        assert one.value == pytest.approx(sum(within) / len(within))
