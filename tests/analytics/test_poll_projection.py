"""Whatever the order, the repeats and the batches: the same events of a poll give the same rows."""

from random import Random
from typing import Any

import pytest
from django.db.models import Model
from hypothesis import given
from hypothesis import strategies as st

from analytics import instants, snapshots
from analytics.envelope import Envelope
from analytics.ingest import ingest
from analytics.models import PollResponse, PollRun, PollScore
from analytics.projections.polls import fold_poll_run
from analytics.rebuild import rebuild
from rooms.simulator.answers import runs
from rooms.simulator.scenarios import school_class
from rooms.simulator.world import World
from tests.analytics.histories import MORNING
from tests.analytics.quizzes import LONG_AGO, QUIZ
from tests.analytics.test_one_truth import some, undone

pytestmark = pytest.mark.django_db

PLACE = snapshots.Place("6" * 24, "5" * 24, "4" * 24)
AT = 1_794_466_800 * instants.SECOND


def told(seed: int, *, anonymous: bool = False) -> list[Envelope]:
    """A lesson read three times: while it ran, after it, and once more when the poll had been edited."""
    now = [MORNING]
    world = World(clock=lambda: now[0])
    poll = world.add_poll({**QUIZ, "anonymous": anonymous}, LONG_AGO)
    played = world.play(
        school_class(seed, people=12, duration=600), world.add_room("Physics", polls=[poll.id]), MORNING
    )
    found: dict[str, Envelope] = {}
    for minutes in (1, 20, 40):
        now[0] = MORNING + minutes * 60 * 10**9
        (run,) = runs(world, poll, played.id)
        place = snapshots.Place(played.room.id, played.id, poll.id)
        read_at = now[0] // 1000
        kept: dict[str, Any] = {"read_at": read_at, "anonymous": anonymous}
        events = [
            snapshots.of_poll(poll.as_object(), place, read_at=read_at),
            snapshots.of_poll_run(run.as_object(), place, read_at=read_at),
            *(snapshots.of_poll_response(one.as_object(), place, **kept) for one in run.responses(replaced=True)),
            *(snapshots.of_poll_result(one.as_object(), place, **kept) for one in run.results()),
        ]
        for event in events:
            found.setdefault(event.id, event)
        if minutes == 20:
            poll.rewrite({"title": "Edited", "questions": QUIZ["questions"][1:]}, now[0])
    return list(found.values())


def rows() -> list[list[dict[str, Any]]]:
    models: tuple[type[Model], ...] = (PollRun, PollResponse, PollScore)
    return [[dict(row) for row in model._default_manager.order_by("pk").values()] for model in models]


@some
@given(seed=st.integers(0, 10_000), dice=st.integers(), anonymous=st.booleans())
def test_order_repeats_batches_and_a_rebuild_do_not_matter(seed: int, dice: int, anonymous: bool) -> None:
    events = told(seed, anonymous=anonymous)
    with undone():
        ingest(events)
        whole = rows()
    random = Random(dice)
    disturbed = events + random.sample(events, len(events) // 4)
    random.shuffle(disturbed)
    with undone():
        while disturbed:
            size = random.choice([1, 5, 40])
            ingest(disturbed[:size])
            del disturbed[:size]
        assert rows() == whole
        list(rebuild())
        assert rows() == whole
    assert whole[0][0]["title"] == "Waves"  # as it was asked, not as it was edited


def response(**data: Any) -> Envelope:
    raw = {"id": "7" * 24, "question": 1, "option": 2, "duration": 1500, "peer_id": "p1", **data}
    return snapshots.of_poll_response(raw, PLACE, read_at=AT, anonymous=False)


def test_an_answer_alone_makes_a_run_about_which_little_is_known() -> None:
    ingest([response(user_id="amina")])
    run = PollRun.objects.get()
    assert (run.title, run.questions, run.started_at, run.told_responses) == ("", [], None, None)
    answer = run.responses.get()
    assert (answer.chosen, answer.took_ms, answer.key, answer.right) == ([2], 1500, "amina", None)


def test_a_poll_that_was_only_read_was_not_asked() -> None:
    assert fold_poll_run([snapshots.of_poll({"id": "4" * 24, "title": "Later"}, PLACE, read_at=AT)]) is None


@pytest.mark.parametrize(
    "data",
    [
        {"question": -1, "option": 2**63, "duration": -5},
        {"question": True, "option": "two", "duration": 1e300},
        {"question": None, "option": None, "options": [None, "x", -1, 10**30], "text": ["a"], "sent_at": "yesterday"},
        {
            "question": "1",
            "option": None,
            "text": "a\x00b",
            "original_response": {"id": 1},
            "user_id": "u" * 400,
            "skipped": "no",
        },
    ],
)
def test_what_cannot_be_read_of_an_answer_is_left_out_and_the_answer_stays(data: dict[str, Any]) -> None:
    ingest([response(**data)])
    answer = PollResponse.objects.get()
    assert answer.counts
    assert not answer.skipped
    assert answer.chosen == []


def test_a_poll_in_an_odd_shape_is_read_as_far_as_it_goes() -> None:
    odd = {"title": 7, "type": "quiz", "questions": [None, {"weight": "heavy", "options": [3, {"text": "\x00"}]}, {}]}
    ingest([snapshots.of_poll({"id": "4" * 24, **odd}, PLACE, read_at=AT), response()])
    first, second = PollRun.objects.get().questions
    assert (first["index"], first["weight"], first["options"]) == (
        1,
        1,
        [{"index": 1, "text": "\N{REPLACEMENT CHARACTER}"}],
    )
    assert second["index"] == 2


def test_a_score_that_is_no_number_is_none() -> None:
    for number, score in enumerate([None, "2", True, float("1e400")]):
        raw = {"id": f"{number}" * 24, "question": 1, "score": score, "user_id": "amina"}
        ingest([snapshots.of_poll_result(raw, PLACE, read_at=AT, anonymous=False)])
    assert not PollScore.objects.exists()


def test_a_run_goes_on_while_any_of_its_runs_does() -> None:
    def run(number: int, read_at: int = AT, **data: Any) -> Envelope:
        raw = {"id": f"{number}" * 24, "total_responses": 3, "unique_participants": 2, **data}
        return snapshots.of_poll_run(raw, PLACE, read_at=read_at)

    first = run(1, started_at="2026-11-12T07:00:00Z", stopped_at="2026-11-12T07:10:00Z")
    ingest([first, run(2, started_at="2026-11-12T07:20:00Z", stopped_at=None)])
    assert PollRun.objects.get().stopped_at is None
    later: dict[str, Any] = {
        "read_at": AT + instants.MINUTE,
        "started_at": "2026-11-12T07:20:00Z",
        "total_responses": 4,
    }
    ingest([run(2, **later, stopped_at="2026-11-12T07:30:00Z")])
    row = PollRun.objects.get()
    assert (row.told_responses, row.told_participants) == (7, 4)
    assert row.stopped_at is not None
