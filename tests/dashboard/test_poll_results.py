"""What people see of a poll's results: the far side's own figures, nothing that is not theirs, no anonymous name."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import openpyxl
import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics import poll_sync, sync
from analytics.mirroring import pull_mirror
from analytics.models import PollCursor, PollResponse, PollRun, Pull
from analytics.tasks import pull_session_polls
from rooms.access import OBSERVERS
from rooms.models import AuditEntry, Room, RoomAccess
from tests.analytics.quizzes import QUIZ, Lesson, lesson
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db


def known(one: Lesson) -> Lesson:
    """The lesson as the product knows it before its polls are pulled."""
    for kind in ("rooms", "templates"):
        assert pull_mirror(one.client, kind, clock=one.now).error == ""
    sync.pull_sessions(one.client, clock=one.now)
    return one


def read(one: Lesson) -> Lesson:
    """And after."""
    known(one)
    assert poll_sync.pull_polls(one.client, one.session.id, clock=one.now).error == ""
    return one


@pytest.fixture
def held(hms_simulator: SimulatedHms) -> Lesson:
    return read(lesson(hms_simulator))


@pytest.fixture
def unread(hms_simulator: SimulatedHms) -> Lesson:
    return known(lesson(hms_simulator))


@pytest.fixture
def olga(physics: Room) -> User:
    """She observes in `physics`."""
    user = User.objects.create_user("olga", password="pass-word-1")
    user.groups.add(Group.objects.get(name=OBSERVERS))
    RoomAccess.objects.create(user=user, room=physics)
    return user


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def words(html: str) -> str:
    """What is to be read on a page, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def rows_of(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode(), newline="")))


def test_the_page_shows_what_the_simulated_people_answered(held: Lesson, ops: Client) -> None:
    """Against the far side's own answers, counted here by hand."""
    html = shown(ops, f"/sessions/{held.session.id}/polls/")
    given = held.truth.responses()
    scores = Counter[str]()
    for result in held.truth.results():
        scores[result.response.user_id or result.response.peer_id] += result.as_object()["score"]
    for index, question in enumerate(QUIZ["questions"], 1):
        article = html[html.index(f'id="q-{index}"') :].partition("</article>")[0]
        answers = [one for one in given if one.question == index and not one.skipped]
        text = words(article)
        assert f"{len(answers)} answered" in text
        skipped = sum(one.question == index and one.skipped for one in given)
        assert (f"{skipped} skipped" in text) is bool(skipped)
        changed = sum(one.question == index and bool(one.replaces) for one in given)
        assert (f"{changed} changed their answer" in text) is bool(changed)
        took = median(one.took // 1_000_000 for one in answers)
        assert f"{took / 1000:.1f} s median" in text or f"{round(took / 1000)} s median" in text
        for option in range(1, len(question.get("options", [])) + 1):
            picked = sum(option in (one.value if isinstance(one.value, list) else [one.value]) for one in answers)
            line = words(re.findall(r"<tr role=\"row\".*?</tr>", article, re.DOTALL)[option])
            assert line.split()[-1] == str(picked)
            assert f"{round(100 * picked / len(answers))} %" in line
            assert ("right answer" in line) is (option in question.get("answer", {}).get("options", []))
    people = words(html[html.index('id="people-h"') :])
    assert "Who scored what" in people
    for points in set(scores.values()):
        assert f"{points} of 6" in people
    names = {held.session.peer_id(stay.key): stay.person.name for stay in held.session.script.stays}
    assert all(names[one.peer_id].split()[0] in people for one in given if names[one.peer_id])


def test_who_was_there_and_gave_no_answer_is_named_and_who_asks_is_not(held: Lesson, ops: Client) -> None:
    html = shown(ops, f"/sessions/{held.session.id}/polls/")
    answered = {one.user_id or one.peer_id for one in held.truth.responses()}
    pupils = {
        stay.person.user_id or held.session.peer_id(stay.key)
        for stay in held.session.script.stays
        if stay.role != "teacher"
    }
    silent = pupils - answered
    found = set(re.findall(r'href="/(?:people|sessions/[^/"]+/peers)/([^/"]+)/"', html.partition('id="silent-h"')[2]))
    assert found == silent


def test_a_figure_opens_the_answers_it_counts(held: Lesson, ops: Client) -> None:
    html = shown(ops, f"/sessions/{held.session.id}/polls/")
    links = set(re.findall(r'href="(/sessions/[^"]*/answers/\?[^"]*)"[^>]*>\s*(\d+)', html))
    assert len(links) > 20
    for url, count in links:
        if "sort" not in url:
            listed = shown(ops, url.replace("&amp;", "&"))
            # A person's points open all their answers; every other figure is the number of rows.
            if "person" not in url or "state" in url:
                assert f'id="count">{count}</span>' in listed, url


def test_an_answer_leads_to_the_event_and_to_what_100ms_has_now(held: Lesson, ops: Client) -> None:
    changed = next(one for one in held.truth.responses() if one.replaces)
    url = f"/sessions/{held.session.id}/polls/{held.poll.id}/answers/{changed.id}/"
    html = shown(ops, url)
    assert changed.replaces in html
    assert "snapshot.poll_response" in html
    assert f"/answers/{changed.replaces}/" in html  # the answer before
    assert "just as it was read" in shown(ops, f"{url}now/")
    held.far.fault("GET", "/polls/{poll_id}/sessions/*", times=None, status=404)
    assert "just as it was read" in shown(ops, f"{url}now/")
    held.far.fault("GET", "/polls/*", times=None, status=500)
    assert "100ms failed" in shown(ops, f"{url}now/")
    held.far.mend()
    score = held.truth.results()[0]
    url = f"/sessions/{held.session.id}/polls/{held.poll.id}/scores/{score.id}/"
    assert "snapshot.poll_result" in shown(ops, url)
    assert "just as it was read" in shown(ops, f"{url}now/")


def test_the_file_holds_every_answer_and_no_formula(held: Lesson, ops: Client) -> None:
    PollResponse.objects.filter(question=4, counts=True).update(text="=HYPERLINK(1)")
    url = f"/sessions/{held.session.id}/polls/{held.poll.id}/answers.csv"
    rows = rows_of(ops, url)
    assert {row["answer_id"] for row in rows} == {one.id for one in held.truth.responses()}
    assert {row["answer"] for row in rows if row["question"] == "4" and row["skipped"] == "false"} == {"'=HYPERLINK(1)"}
    true = {one.response.id: one.as_object()["score"] for one in held.truth.results()}
    assert {row["answer_id"]: float(row["score"]) for row in rows if row["score"]} == true
    assert all(re.fullmatch(r"\d+\.\d{3}|", row["seconds_to_answer"]) for row in rows)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["answered_at"]) for row in rows)
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.target_id, entry.room_id) == ("poll_results.export", held.poll.id, held.room.id)
    few = rows_of(ops, f"{url}?question=1&state=right")
    assert {(row["question"], row["right"]) for row in few} == {("1", "true")}


def test_the_workbook_has_answers_people_and_questions(held: Lesson, ops: Client) -> None:
    answer = ops.get(f"/sessions/{held.session.id}/polls/{held.poll.id}/results.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Answers", "People", "Questions"]
    assert book["Answers"].max_row == 1 + len(held.truth.responses())
    assert book["People"].max_row == 1 + PollResponse.objects.filter(counts=True).values("key").distinct().count()


@pytest.fixture
def masked(hms_simulator: SimulatedHms) -> Lesson:
    return read(lesson(hms_simulator, {**QUIZ, "anonymous": True}))


def test_an_anonymous_poll_names_nobody_anywhere(masked: Lesson, ops: Client) -> None:
    place = f"/sessions/{masked.session.id}/polls/"
    html = shown(ops, place)
    files = str(rows_of(ops, f"{place}{masked.poll.id}/answers.csv"))
    book = openpyxl.load_workbook(io.BytesIO(ops.get(f"{place}{masked.poll.id}/results.xlsx").content))
    assert book.sheetnames == ["Questions"]
    for stay in masked.session.script.stays:
        for trace in (stay.person.user_id, masked.session.peer_id(stay.key)):
            assert not trace or trace not in html
            assert not trace or trace not in files
    given = masked.truth.responses()
    assert f"{sum(one.question == 1 and not one.skipped for one in given)} answered" in words(html)
    for moment in (one.as_object()["sent_at"] for one in given):
        assert moment[:19] not in html + files
    one = given[0]
    for url in ("answers/", f"answers/{one.id}/", f"answers/{one.id}/now/"):
        assert ops.get(f"{place}{masked.poll.id}/{url}").status_code == 404
    for text in ("Who answered", "did not answer", "Who scored"):
        assert text not in html


def test_the_files_of_an_anonymous_poll_count_what_was_chosen(masked: Lesson, ops: Client) -> None:
    rows = rows_of(ops, f"/sessions/{masked.session.id}/polls/{masked.poll.id}/answers.csv")
    given = [one for one in masked.truth.responses() if not one.skipped]
    for row in rows:
        if row["question"] == "1":
            assert int(row["answers"]) == sum(one.question == 1 and one.value == int(row["option"]) for one in given)
    assert sum(int(row["answers"]) for row in rows if row["question"] == "4") == sum(one.question == 4 for one in given)


def test_pressing_read_asks_100ms_once_a_worker_looks(unread: Lesson, ops: Client) -> None:
    url = f"/sessions/{unread.session.id}/polls/"
    assert "Not read yet" in shown(ops, url)
    answer = ops.post(f"{url}ask/", follow=True)
    assert "100ms is being asked" in answer.content.decode()
    again = ops.get(url, headers={"HX-Request": "true", "HX-Target": "results"})
    assert again.status_code == 200
    pull_session_polls(session_id=unread.session.id)
    again = ops.get(url, headers={"HX-Request": "true", "HX-Target": "results"})
    assert again.status_code == 286  # no more asking
    assert "What carries sound?" in again.content.decode()


def test_a_reading_that_was_under_way_is_no_answer_to_who_asks(held: Lesson, ops: Client) -> None:
    """It may have passed what came since; the next one, which is due now, is awaited."""
    poll_sync.ask(PollRun.objects.get().session)
    asked = PollCursor.objects.get().asked_at
    assert asked is not None
    second = timedelta(seconds=1)
    Pull.objects.filter(kind=Pull.Kind.POLLS).update(started_at=asked - second, finished_at=asked + second)
    url = f"/sessions/{held.session.id}/polls/"
    assert "100ms is being asked" in shown(ops, url)
    pull_session_polls(session_id=held.session.id)
    assert "100ms is being asked" not in shown(ops, url)


def test_what_stood_in_the_way_is_said_on_the_page(held: Lesson, ops: Client) -> None:
    held.far.fault("GET", "/polls/*", times=None, status=503)
    poll_sync.ask(PollRun.objects.get().session)
    pull_session_polls(session_id=held.session.id)
    html = shown(ops, f"/sessions/{held.session.id}/polls/")
    assert "503" in html
    assert "late, as of" in words(html)
    assert "What carries sound?" in html  # what was read stays


def test_the_sessions_of_a_poll_are_found_and_read_at_a_press(unread: Lesson, ops: Client) -> None:
    held = unread
    answer = ops.post(f"/polls/{held.poll.id}/results/ask/", follow=True)
    assert "100ms knows of 1 session" in answer.content.decode()
    pull_session_polls(session_id=held.session.id)
    html = shown(ops, f"/polls/{held.poll.id}/results/")
    assert held.room.name in html
    answers = sum(not one.skipped for one in held.truth.responses())
    (row,) = rows_of(ops, f"/polls/{held.poll.id}/results.csv")
    assert (row["session_id"], row["answers"]) == (held.session.id, str(answers))
    held.far.fault("GET", "/polls/*", times=None, status=500)
    assert "100ms failed" in ops.post(f"/polls/{held.poll.id}/results/ask/", follow=True).content.decode()


def test_answers_of_several_sessions_are_counted_together_when_they_were_asked_the_same(
    physics: Room, ops: Client
) -> None:
    for number in range(3):
        held = classes.session(physics, pupils=[Pupil("Ada", "ada"), Pupil("Ben", "ben")])
        questions = classes.QUESTIONS if number < 2 else classes.QUESTIONS[1:]
        classes.quiz(held, "p1", questions=questions, asked_ago=timedelta(days=number))
    html = words(shown(ops, "/polls/p1/results/"))
    assert "the newest 2 sessions that asked the same" in html
    assert "4 answered" in html
    assert "2 right, 50 %" in html


def test_an_observer_reads_and_takes_nothing_away(
    physics: Room, olga: User, signed_in: Callable[[User], Client]
) -> None:
    held = classes.session(physics, pupils=[Pupil("Ada", "ada"), Pupil("Ben", "ben")])
    run = classes.quiz(held, "p1")
    client = signed_in(olga)
    html = shown(client, f"/sessions/{held.pk}/polls/")
    assert "Ada" in html
    assert "Export" not in html
    assert "Read from 100ms" not in html
    place = f"/sessions/{held.pk}/polls/p1"
    assert "Export" not in shown(client, f"{place}/answers/")
    for url in (f"{place}/answers.csv", f"{place}/results.xlsx", "/polls/p1/results.csv"):
        assert client.get(url).status_code == 404
    assert client.post(f"/sessions/{held.pk}/polls/ask/").status_code == 404
    assert client.get(f"{place}/answers/{run.responses.all()[0].response_id}/now/").status_code == 404


@pytest.mark.parametrize("length", [None, timedelta(hours=1)], ids=["while it runs", "afterwards"])
def test_what_is_right_is_no_observers_business(
    length: timedelta | None, physics: Room, olga: User, wanjiru: User, signed_in: Callable[[User], Client]
) -> None:
    """Afterwards neither: the quiz may be asked again any day."""
    held = classes.session(physics, length=length, pupils=[Pupil("Ada", "ada"), Pupil("Ben", "ben")])
    run = classes.quiz(held, "p1")
    for user, secret in ((wanjiru, False), (olga, True)):
        client = signed_in(user)
        for url in ("", "p1/answers/", "p1/source/"):
            html = shown(client, f"/sessions/{held.pk}/polls/{url}")
            assert not (secret and re.search(r"right answer</span>|>right<|>wrong<|of 2<", html)), url
        assert ("right answer" in shown(client, f"/sessions/{held.pk}/polls/")) is not secret
        score = client.get(f"/sessions/{held.pk}/polls/p1/scores/{run.scores.all()[0].result_id}/")
        assert score.status_code == (404 if secret else 200)
        listed = words(shown(client, "/polls/p1/results/"))
        assert ("50 %" in listed.partition("Answers together")[0]) is not secret


def test_the_page_of_a_person_has_the_polls_they_answered(
    physics: Room, chemistry: Room, wanjiru: User, signed_in: Callable[[User], Client]
) -> None:
    pupils = [Pupil("Ada", "ada"), Pupil("Ben", "ben")]
    classes.quiz(classes.session(physics, pupils=pupils), title="Waves of physics")
    classes.quiz(classes.session(chemistry, pupils=pupils), title="Bonds of chemistry")
    classes.quiz(classes.session(physics, pupils=pupils), title="Secret of physics", anonymous=True)
    html = shown(signed_in(wanjiru), "/people/ben/")
    assert "Waves of physics" in html
    assert "2 of 2" in words(html)
    assert "Bonds of chemistry" not in html
    assert "Secret of physics" not in html


def test_the_session_leads_to_its_polls_when_there_may_be_some(physics: Room, ops: Client) -> None:
    held = classes.session(physics)
    assert f"/sessions/{held.pk}/polls/" not in shown(ops, f"/sessions/{held.pk}/")
    assert "The room has no poll" in shown(ops, f"/sessions/{held.pk}/polls/")
    classes.quiz(held)
    assert f"/sessions/{held.pk}/polls/" in shown(ops, f"/sessions/{held.pk}/")


def test_a_poll_that_was_not_asked_there_is_not_there(physics: Room, ops: Client) -> None:
    held = classes.session(physics)
    classes.quiz(held, "p1")
    for url in (
        f"/sessions/{held.pk}/polls/?poll=p2",
        f"/sessions/{held.pk}/polls/p2/answers/",
        "/polls/none/results/",
    ):
        assert ops.get(url).status_code == 404


def asked(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
        assert b"".join(answer)  # a file is made while it is read
    assert answer.status_code == 200, url
    return len(queries)


def test_pages_ask_no_more_with_300_people_than_with_3(physics: Room, ops: Client) -> None:
    counts: list[dict[str, int]] = []
    for size in (3, 300):
        held = classes.crowd(physics, size)
        run = classes.quiz(held, f"p{size}")
        for _ in range(size // 20):
            classes.quiz(classes.session(physics), run.poll_id)
        answer, score = run.responses.all()[0].response_id, run.scores.all()[0].result_id
        place = f"/sessions/{held.pk}/polls/"
        counts.append(
            {
                url.replace(run.poll_id, "p").replace(held.pk, "s").replace(answer, "a").replace(score, "r"): asked(
                    ops, url
                )
                for url in (
                    place,
                    f"{place}{run.poll_id}/answers/?size=100",
                    f"{place}{run.poll_id}/answers.csv",
                    f"{place}{run.poll_id}/results.xlsx",
                    f"{place}{run.poll_id}/answers/{answer}/",
                    f"{place}{run.poll_id}/scores/{score}/",
                    f"/polls/{run.poll_id}/results/",
                    f"/polls/{run.poll_id}/results.csv",
                    "/people/u1/",
                )
            }
        )
    few, many = counts
    assert many == few
    assert max(many.values()) <= 30


def test_answers_are_found_by_name_words_and_id_and_put_in_order(physics: Room, ops: Client) -> None:
    held = classes.session(physics, pupils=[Pupil("Ada", "user-1"), Pupil("Ben", "user-2"), Pupil("Chloé", "user-3")])
    run = classes.quiz(held, "p1")
    url = f"/sessions/{held.pk}/polls/p1/answers/"
    for query, count in (
        ("", 6),
        ("?q=ben", 2),
        ("?q=user-3", 2),
        ("?q=Text+1", 1),
        (f"?q={run.responses.all()[0].response_id}", 1),
        ("?question=1&option=1", 2),
        ("?question=1&state=wrong", 1),
        ("?person=user-2&state=right", 1),
        ("?question=2&state=answered", 3),
        ("?question=two", 6),
    ):
        assert f'id="count">{count}</span>' in shown(ops, url + query), query
    assert "could not be understood" in shown(ops, f"{url}?question=two")
    listed = shown(ops, f"{url}?question=1&sort=-person")
    assert re.findall(r">(Ada|Ben|Chloé)</bdi>", listed) == ["Chloé", "Ben", "Ada"]
    assert "No answer matches" in shown(ops, f"{url}?q=nobody")
