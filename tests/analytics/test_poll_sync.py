"""The pull of polls, against the simulated 100ms over a socket: whole, once, by either form, no name too many."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.db.models import Model

from analytics import mirroring, poll_sync, sync
from analytics.models import Event, PollCursor, PollResponse, PollRun, PollScore, Pull, Session
from analytics.rebuild import rebuild
from analytics.tasks import nudge_polls, pull_due_polls, pull_session_polls
from rooms import hms
from tests.analytics.quizzes import QUIZ, Lesson, lesson
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(hms_simulator: SimulatedHms) -> Lesson:
    """A lesson that ended long ago, of which the session is known here and the poll is not read."""
    one = lesson(hms_simulator)
    know(one)
    return one


def know(one: Lesson) -> None:
    mirroring.pull_mirror(one.client, "rooms", clock=one.now)
    sync.pull_sessions(one.client, clock=one.now)


def pull(one: Lesson) -> Pull:
    return poll_sync.pull_polls(one.client, one.session.id, clock=one.now)


def kept() -> dict[str, list[dict[str, Any]]]:
    """All rows of polls as plain values."""
    models: tuple[type[Model], ...] = (PollRun, PollResponse, PollScore)
    return {model.__name__: [dict(row) for row in model._default_manager.order_by("pk").values()] for model in models}


def test_a_pull_brings_all_answers_and_scores_of_a_lesson(held: Lesson) -> None:
    row = pull(held)
    assert (row.error, row.room_id) == ("", held.room.id)
    run = PollRun.objects.get()
    assert (run.title, run.kind, run.session_id, run.room_id) == ("Waves", "quiz", held.session.id, held.room.id)
    assert set(PollResponse.objects.values_list("response_id", flat=True)) == {
        one.id for one in held.truth.responses(replaced=True)
    }
    counting = PollResponse.objects.filter(counts=True)
    assert set(counting.values_list("response_id", flat=True)) == {one.id for one in held.truth.responses()}
    assert run.told_responses == counting.count()
    true = {one.id: one.as_object()["score"] for one in held.truth.results()}
    assert dict(PollScore.objects.filter(counts=True).values_list("result_id", "score")) == true
    assert run.told_participants == counting.values("key").distinct().count()


def test_what_is_right_here_is_what_scores_there(held: Lesson) -> None:
    pull(held)
    scored = {(one.key, one.question): one.score for one in PollScore.objects.filter(counts=True)}
    keyed = PollResponse.objects.filter(counts=True, skipped=False).exclude(question=4)
    assert keyed.filter(right=True).exists()
    assert keyed.filter(right=False).exists()
    for answer in keyed:
        assert (scored[answer.key, answer.question] > 0) is answer.right
    assert not PollResponse.objects.filter(question=4).exclude(right=None).exists()


def test_the_same_again_costs_no_event(held: Lesson) -> None:
    pull(held)
    events, rows = Event.objects.count(), kept()
    again = pull(held)
    assert (again.events_new, Event.objects.count(), kept()) == (0, events, rows)
    assert again.events_known > 0


def test_a_rebuild_says_the_same(held: Lesson) -> None:
    pull(held)
    before = kept()
    list(rebuild())
    assert kept() == before
    assert before["PollResponse"]


@pytest.mark.parametrize("status", [404, 403])
def test_where_100ms_does_not_serve_a_session_by_itself_the_lists_of_all_sessions_are_read(
    held: Lesson, status: int
) -> None:
    held.far.fault("GET", "/polls/{poll_id}/sessions/*", times=None, status=status)
    assert pull(held).error == ""
    assert PollResponse.objects.filter(counts=True).count() == len(held.truth.responses())
    assert PollScore.objects.exists()
    asked = {path.split(held.poll.id)[1] for _, path in held.far.requests() if held.poll.id in path}
    assert {"/sessions", "/responses", "/results"} <= asked


def test_of_the_lists_of_all_sessions_only_this_one_is_taken(hms_simulator: SimulatedHms) -> None:
    one = lesson(hms_simulator)
    other = lesson(hms_simulator, people=8)
    hms_simulator.world.update_room(other.room, {"polls": [one.poll.id]})
    know(one)
    hms_simulator.fault("GET", "/polls/{poll_id}/sessions/*", times=None, status=404)
    assert pull(one).error == ""
    assert set(PollResponse.objects.values_list("run__session_id", flat=True)) == {one.session.id}


def test_a_poll_that_100ms_does_not_know_is_no_failure(held: Lesson) -> None:
    held.far.fault("GET", "/polls/*", times=None, status=404)
    assert pull(held).error == ""
    assert not PollRun.objects.exists()


def test_a_later_edit_does_not_change_what_was_asked(held: Lesson) -> None:
    pull(held)
    asked = PollRun.objects.get()
    held.poll.rewrite({**QUIZ, "title": "Other", "questions": QUIZ["questions"][:1]}, held.far.clock())
    held.later(days=2)
    assert pull(held).events_new == 1  # the poll as it is now, kept beside
    run = PollRun.objects.get()
    assert (run.title, run.questions, run.asked_event_id) == (asked.title, asked.questions, asked.asked_event_id)


def test_an_anonymous_poll_leaves_no_trace_of_who(hms_simulator: SimulatedHms) -> None:
    one = lesson(hms_simulator, {**QUIZ, "anonymous": True})
    know(one)
    assert pull(one).error == ""
    assert nobody_is_named()
    # The last of each chain counts all the same.
    assert PollResponse.objects.filter(counts=True).count() == len(one.truth.responses())


def nobody_is_named() -> bool:
    assert PollRun.objects.get().anonymous
    assert PollResponse.objects.exists()
    for model in (PollResponse, PollScore):
        assert set(model._default_manager.values_list("key", "peer_id", "user_id")) == {("", "", "")}
    told = Event.objects.filter(type__in=["snapshot.poll_response", "snapshot.poll_result"])
    return all(
        not event.peer_id and not {"peer_id", "user_id", "user_name"} & set(event.payload["data"]) for event in told
    )


def test_not_even_where_100ms_sends_ids(held: Lesson) -> None:
    """Its docs say absent or empty, and nobody has seen it."""
    who = {"peer_id": "p-1", "user_id": "amina", "user_name": "Amina"}
    place = {"poll_id": held.poll.id, "session_id": held.session.id}
    sent = {"question": 1, "option": 1, "sent_at": "2026-11-12T07:00:05Z"}
    run = {"id": "r" * 24, **place, "started_at": "2026-11-12T07:00:00Z", "stopped_at": "2026-11-12T07:30:00Z"}
    answers = {
        "responses": {"responses": [{"id": "a" * 24, **place, **sent, **who}]},
        "results": {"results": [{"id": "b" * 24, **place, "question": 1, "score": 2, **who}]},
        held.session.id: {"responses": [run]},
        held.poll.id: {**QUIZ, "id": held.poll.id, "anonymous": True},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answers[request.url.path.rsplit("/", 1)[1]])

    with hms.Client(access_key="k", secret="s" * 32, transport=httpx.MockTransport(answer)) as client:
        assert poll_sync.pull_polls(client, held.session.id, clock=held.now).error == ""
    assert nobody_is_named()


def test_a_change_of_mind_between_two_pulls_counts_once(hms_simulator: SimulatedHms) -> None:
    """Read in the middle of the lesson and after it: points of an answer that was replaced are no longer listed."""
    one = lesson(hms_simulator, people=60, ago=0)
    replaced: set[str] = set()
    for _ in range(12):
        one.later(seconds=15)
        know(one)
        assert pull(one).error == ""
        replaced |= set(PollScore.objects.filter(counts=False).values_list("result_id", flat=True))
    one.later(hours=1)
    know(one)
    pull(one)
    assert PollScore.objects.filter(counts=False).exists()
    true = {result.id: result.as_object()["score"] for result in one.truth.results()}
    assert dict(PollScore.objects.filter(counts=True).values_list("result_id", "score")) == true
    counting = PollResponse.objects.filter(counts=True)
    assert set(counting.values_list("response_id", flat=True)) == {answer.id for answer in one.truth.responses()}
    assert PollRun.objects.get().stopped_at is not None


def test_a_session_is_read_soon_after_its_end_and_once_more(hms_simulator: SimulatedHms) -> None:
    one = lesson(hms_simulator, ago=600)
    know(one)
    assert poll_sync.follow(clock=one.now) == 0  # it runs
    one.later(minutes=21)
    know(one)
    assert poll_sync.follow(clock=one.now) == 1
    ended = Session.objects.get().ended_at
    assert ended is not None
    assert PollCursor.objects.get().due_at == ended + poll_sync.SOON
    one.later(minutes=1)
    assert poll_sync.claim_due(clock=one.now) == one.session.id
    assert poll_sync.claim_due(clock=one.now) is None
    pull(one)
    cursor = PollCursor.objects.get()
    assert (cursor.due_at, cursor.final_at) == (ended + poll_sync.LATE_ANSWERS, None)
    one.later(minutes=20)
    assert poll_sync.claim_due(clock=one.now) == one.session.id
    pull(one)
    cursor = PollCursor.objects.get()
    assert cursor.due_at is None
    assert cursor.final_at is not None
    assert poll_sync.follow(clock=one.now) == 0


def test_rooms_without_polls_are_not_asked_about(held: Lesson) -> None:
    held.far.world.update_room(held.room, {"polls": []})
    know(held)
    assert poll_sync.follow(clock=held.now) == 0


def test_a_poll_that_ran_here_once_is_asked_about_again(held: Lesson) -> None:
    pull(held)
    held.far.world.update_room(held.room, {"polls": []})
    know(held)
    assert poll_sync.polls_of(held.room.id) == [held.poll.id]


def test_when_100ms_asks_to_wait_the_session_is_put_off_that_long(held: Lesson) -> None:
    held.far.fault("GET", "/polls/*", times=None, status=429, retry_after=300)
    held.far.clock.run_at(0)
    assert "429" in pull(held).error
    assert PollCursor.objects.get().due_at == held.now() + timedelta(seconds=300)
    held.far.mend()
    assert pull(held).error == ""
    assert PollCursor.objects.get().failures == 0


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"cut": "before"}])
def test_what_was_read_before_a_fault_is_kept_and_the_rest_comes_later(held: Lesson, fault: dict[str, Any]) -> None:
    held.far.fault("GET", "/polls/{poll_id}/sessions/{session_id}/results", times=None, **fault)
    assert pull(held).error != ""
    assert PollResponse.objects.filter(counts=True).count() == len(held.truth.responses())
    assert not PollScore.objects.exists()
    cursor = PollCursor.objects.get()
    assert (cursor.failures, cursor.pulled_at, cursor.due_at is not None) == (1, None, True)
    held.far.mend()
    assert pull(held).error == ""
    assert PollScore.objects.exists()


def test_a_poll_that_cannot_be_read_holds_up_no_other(held: Lesson) -> None:
    other = held.far.world.add_poll(QUIZ)
    held.far.world.update_room(held.room, {"polls": [held.poll.id, other.id]})
    know(held)
    held.far.fault("GET", f"/polls/{other.id}/sessions/*", times=None, status=500)
    row = pull(held)
    assert other.id in row.error
    assert set(PollRun.objects.values_list("poll_id", flat=True)) == {held.poll.id}


def test_runs_of_a_poll_are_found_in_all_sessions_and_without_that_list_by_its_rooms(held: Lesson) -> None:
    assert poll_sync.find_runs(held.client, held.poll.id, clock=held.now) == {held.session.id}
    held.far.fault("GET", "/polls/{poll_id}/sessions", times=None, status=404)
    assert poll_sync.find_runs(held.client, held.poll.id, clock=held.now) == {held.session.id}


def test_one_answer_and_one_score_are_read_anew_by_either_form(held: Lesson) -> None:
    answer, result = held.truth.responses()[0], held.truth.results()[0]
    place = (held.poll.id, held.session.id)
    for _ in range(2):
        assert poll_sync.response_now(held.client, *place, answer.id).id == answer.id
        assert poll_sync.result_now(held.client, *place, result.id).id == result.id
        held.far.fault("GET", "/polls/{poll_id}/sessions/*", times=None, status=404)


def test_the_tasks_read_what_is_due_and_what_somebody_asked_for(held: Lesson) -> None:
    pull_due_polls()
    assert PollRun.objects.count() == 1
    PollRun.objects.all().delete()
    poll_sync.ask(Session.objects.get())
    nudge_polls(held.session.id)
    pull_session_polls(session_id=held.session.id)
    assert Pull.objects.filter(kind=Pull.Kind.POLLS).count() == 2
    pull_session_polls(session_id=held.session.id)  # done already: not again
    assert Pull.objects.filter(kind=Pull.Kind.POLLS).count() == 2


def test_who_asks_while_it_is_being_read_has_it_read_again(held: Lesson) -> None:
    """They may know of an answer that came after the reading had passed it by."""
    session = Session.objects.get(pk=held.session.id)
    held.far.forget()
    asked: list[datetime] = []

    def now() -> datetime:
        if held.far.requests() and not asked:
            held.far.clock.advance(1)
            asked.append(held.now())
            poll_sync.ask(session, clock=held.now)
        return held.now()

    assert poll_sync.pull_polls(held.client, session.pk, clock=now).error == ""

    assert asked
    assert poll_sync.claim_due(clock=held.now, session_id=session.pk) == session.pk
    pull(held)
    assert poll_sync.claim_due(clock=held.now, session_id=session.pk) is None


def test_the_command_reads_polls_and_says_so(held: Lesson, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync")
    assert f"poll results of a session {held.session.id}: 3 pages" in capsys.readouterr().out
    assert PollScore.objects.exists()
