"""Building a poll: every type of question, order, clear errors, and nothing that was typed is ever lost."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from analytics.models import PollRun
from rooms.connection import client as hms_client
from rooms.mirrors import polls as mirror
from rooms.models import AuditEntry, Poll, Room, RoomAccess
from tests.dashboard import classes
from tests.rooms.polls import QUESTIONS, choice, known, known_room, quiz, seen, texts
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db

Form = dict[str, Any]


def asked(key: str, text: str, type: str = "single-choice", **fields: Any) -> Form:
    """A question as the browser sends it."""
    sent = {"text": text, "type": type, "weight": "1", "skippable": "on", "trim": "on", **fields}
    return {f"q-{key}-{name}": value for name, value in sent.items()}


def options(question: str, *texts: str, right: tuple[int, ...] = ()) -> Form:
    sent: Form = {f"q-{question}-o": [f"o{place}" for place in range(1, len(texts) + 1)]}
    for place, text in enumerate(texts, 1):
        sent |= {f"q-{question}-o-o{place}-text": text, f"q-{question}-o-o{place}-weight": "1"}
        if place in right:
            sent[f"q-{question}-o-o{place}-right"] = "on"
    return sent


def poll_form(*questions: Form, order: list[str], **fields: Any) -> Form:
    sent: Form = {"title": "Light", "kind": "quiz", "start": "auto", "mode": "userid", "once": "a1", "q": order}
    for question in questions:
        sent |= question
    return sent | fields


LENS = {**asked("a", "What bends light?", weight="2"), **options("a", "A lens", "A mirror", right=(1,))}
SPEED = asked("b", "Its speed?", "short-answer", right_text="299792458", max_length="20", once="on")
ESSAY = asked("c", "Describe a prism.", "long-answer", seconds="300", skippable="", min_length="10")
COLOURS = {**asked("d", "Which are colours?", "multiple-choice"), **options("d", "Red", "Loud", "Blue", right=(1, 3))}


def page(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def problems(answer: Any) -> list[str]:
    """What the summary at the top says is in the way."""
    return re.findall(r'<li><a href="#[^"]+">([^<]+)</a></li>', page(answer))


def as_shown(answer: Any) -> Form:
    """All fields of the form on a page, as a browser would send them."""
    text = answer.content.decode()
    sent: Form = {}

    def add(name: str, value: str) -> None:
        sent.setdefault(unescape(name), []).append(unescape(value))

    (form,) = re.findall(r"<form[^>]*data-builder.*?</form>", text, re.DOTALL)
    tags = r"<input[^>]*>|<textarea.*?</textarea>|<select.*?</select>"
    for tag in re.findall(tags, form, re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag)
        if name is None:
            continue
        if tag.startswith("<textarea"):
            content = re.search(r">(.*)</textarea>", tag, re.DOTALL)
            assert content is not None
            add(name[1], content[1].removeprefix("\n"))
        elif tag.startswith("<select"):
            chosen = re.search(r'<option value="([^"]*)" selected', tag)
            add(name[1], chosen[1] if chosen else "")
        elif re.search(r'type="(checkbox|radio)"', tag):
            value = re.search(r'value="([^"]*)"', tag)
            if "checked" in tag:
                add(name[1], value[1] if value else "on")
        else:
            value = re.search(r'value="([^"]*)"', tag)
            add(name[1], value[1] if value else "")
    return sent


@pytest.fixture
def optics(hms_simulator: SimulatedHms, wanjiru: User) -> Room:
    """A room of Wanjiru's that 100ms knows, and her only one."""
    room = known_room(hms_simulator)
    wanjiru.room_access.all().delete()
    RoomAccess.objects.create(user=wanjiru, room=room)
    return room


def save(client: Client, form: Form, url: str = "/polls/new/") -> HttpResponse:
    return client.post(url, form)  # type: ignore[return-value]


# a new poll


def test_a_quiz_with_each_type_of_question_is_in_100ms_as_it_was_built(
    hms_simulator: SimulatedHms, optics: Room, teacher: Client, wanjiru: User
) -> None:
    form = poll_form(LENS, SPEED, ESSAY, COLOURS, order=["d", "a", "b", "c"], minutes="2.5", anonymous="on")

    answer = save(teacher, {**form, "room": optics.pk, "mode": "peerid", "start": "manual"})

    poll = Poll.objects.get()
    assert answer["Location"] == f"/polls/{poll.pk}/"
    held = hms_simulator.world.polls[poll.pk].as_object()
    assert {name: held[name] for name in ("title", "type", "duration", "anonymous", "mode", "start")} == {
        "title": "Light",
        "type": "quiz",
        "duration": 150,
        "anonymous": True,
        "mode": "peerid",
        "start": "manual",
    }
    colours, lens, speed, essay = held["questions"]
    assert (lens["text"], lens["weight"], lens["answer"]["options"]) == ("What bends light?", 2, [1])
    assert [(one["index"], one["text"]) for one in lens["options"]] == [(1, "A lens"), (2, "A mirror")]
    assert (colours["type"], colours["answer"]["options"]) == ("multiple-choice", [1, 3])
    assert (speed["type"], speed["answer"]["text"], speed["answer_max_len"], speed["once"]) == (
        "short-answer",
        "299792458",
        20,
        True,
    )
    assert (essay["duration"], essay["skippable"], essay["answer_min_len"]) == (300, False, 10)
    assert hms_simulator.world.rooms[optics.pk].polls == [poll.pk]
    assert poll.made_by == wanjiru
    assert "Light” is made, and optics can ask it." in page(teacher.get(answer["Location"]))


def test_a_teacher_chooses_a_room_of_theirs_and_no_other(
    hms_simulator: SimulatedHms, optics: Room, teacher: Client, chemistry: Room
) -> None:
    form = poll_form(LENS, order=["a"])

    assert problems(save(teacher, form)) == ["Room: Choose one."]
    assert problems(save(teacher, {**form, "room": chemistry.pk})) == ["Room: You have no room of this name or id."]
    assert problems(save(teacher, {**form, "room": "a\x00b"})) == ["Room: You have no room of this name or id."]
    assert hms_simulator.changes() == []
    assert save(teacher, {**form, "room": "OPTICS"}).status_code == 302
    assert f'value="{optics.pk}" selected' in page(teacher.get("/polls/new/"))


def test_ops_may_leave_a_poll_in_no_room(hms_simulator: SimulatedHms, ops: Client) -> None:
    assert save(ops, poll_form(LENS, order=["a"])).status_code == 302

    assert hms_simulator.changes() == [("POST", "/polls")]


def test_a_room_is_typed_where_there_are_many(hms_simulator: SimulatedHms, ops: Client, optics: Room) -> None:
    for number in range(55):
        classes.room(f"room {number}")
    classes.room("twice")
    classes.room("Twice")
    form = poll_form(LENS, order=["a"])

    shown = page(ops.get(f"/polls/new/?room={optics.pk}"))

    assert '<datalist id="suggested">' in shown
    assert f'value="{optics.pk}"' in shown
    assert problems(save(ops, {**form, "room": "twice"})) == ["Room: Several rooms are called so. Give the id of one."]
    assert save(ops, {**form, "room": "optics"}).status_code == 302
    assert Poll.objects.get().rooms.get() == optics


# what is wrong, and where


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (asked("a", ""), "Question 1: what is asked? The question has no text."),
        (
            {**asked("a", "Why?"), **options("a", "x", "y")},
            "Question 1: a quiz question needs a right answer.",
        ),
        (asked("a", "Why?", "short-answer"), "Question 1: a quiz question needs a right answer."),
        ({**asked("a", "Why?"), **options("a", "x", "")}, "Question 1: a choice needs two options or more."),
        (
            {**asked("a", "Why?"), **options("a", "x", "y", right=(1, 2))},
            "Question 1: only one answer can be right where one can be chosen.",
        ),
        (
            {**asked("a", "Why?"), **options("a", "x", "y", "x", right=(1,))},
            "Question 1, option 3: this option is there already.",
        ),
        (
            {**asked("a", "Why?"), **options("a", "x", "y", "", right=(1, 3))},
            "Question 1, option 3: the right answer has no text.",
        ),
        (
            asked("a", "Why?", "long-answer", min_length="20", max_length="10"),
            "Question 1: this is less than the least.",
        ),
        (asked("a", "Why?", "long-answer", weight="many"), "Question 1: write a whole number."),
    ],
)
def test_what_is_wrong_with_a_question_is_said_with_its_number_and_nothing_is_sent(
    question: Form, says: str, hms_simulator: SimulatedHms, ops: Client
) -> None:
    answer = save(ops, poll_form(question, order=["a"]))

    assert says in problems(answer)
    assert hms_simulator.changes() == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": ""}, "Title: The poll needs a title; people see it when they are asked."),
        ({"title": "x" * 256}, "Title: 255 characters at most; these are 256."),
        ({"minutes": "-1"}, "Minutes it runs: 0.02 at least."),
        ({"mode": "face"}, "People are told apart: “face” is not one of the choices."),
    ],
)
def test_what_is_wrong_with_the_poll_is_said_on_its_field(
    fields: Form, says: str, hms_simulator: SimulatedHms, ops: Client
) -> None:
    assert says in problems(save(ops, poll_form(LENS, order=["a"]) | fields))
    assert hms_simulator.changes() == []


def test_a_poll_needs_a_question_and_an_opinion_needs_no_right_answer(hms_simulator: SimulatedHms, ops: Client) -> None:
    assert "A poll needs a question." in page(save(ops, poll_form(order=[])))

    free = {**asked("a", "How was it?"), **options("a", "Good", "Bad", "")}
    assert save(ops, poll_form(free, order=["a"], kind="poll")).status_code == 302
    assert [
        one["text"] for one in next(iter(hms_simulator.world.polls.values())).as_object()["questions"][0]["options"]
    ] == [
        "Good",
        "Bad",
    ]


def test_an_error_gives_back_everything_that_was_typed(hms_simulator: SimulatedHms, ops: Client) -> None:
    form = poll_form(LENS, SPEED, ESSAY, COLOURS, order=["c", "a", "d", "b"], title="", minutes="7")

    shown = as_shown(save(ops, form))

    assert shown["q"] == ["c", "a", "d", "b"]
    for name, value in form.items():
        if value != "":
            assert shown[name] == (value if isinstance(value, list) else [value]), name


# building without scripts


def test_each_button_is_one_step_and_keeps_what_is_typed(hms_simulator: SimulatedHms, ops: Client) -> None:
    form = poll_form(LENS, SPEED, ESSAY, order=["a", "b", "c"], title="", minutes="not a number")

    def after(step: str, typed: Form) -> Form:
        answer = save(ops, {**typed, "do": step})
        assert problems(answer) == []
        return as_shown(answer)

    assert after("up:b", form)["q"] == ["b", "a", "c"]
    assert after("up:a", form)["q"] == ["a", "b", "c"]
    assert after("down:a", form)["q"] == ["b", "a", "c"]
    assert after("down:c", form)["q"] == ["a", "b", "c"]
    assert after("remove:b", form)["q"] == ["a", "c"]
    assert after("remove:nothing", form)["q"] == ["a", "b", "c"]
    added = after("add", form)
    assert added["q"] == ["a", "b", "c", "n1"]
    assert added["q-n1-o"] == ["n1", "n2"]
    assert added["minutes"] == ["not a number"]
    assert added["q-a-text"] == ["What bends light?"]
    assert added["q-a-o-o1-right"] == ["on"]
    assert after("add-option:a", form)["q-a-o"] == ["o1", "o2", "n1"]
    assert after("option-down:a:o1", form)["q-a-o"] == ["o2", "o1"]
    assert after("option-up:a:o2", form)["q-a-o"] == ["o2", "o1"]
    assert after("remove-option:a:o1", form)["q-a-o"] == ["o2"]
    assert after("add", added)["q"] == ["a", "b", "c", "n1", "n2"]
    assert hms_simulator.requests() == []


def test_a_step_by_htmx_is_the_questions_alone_and_is_said_aloud(hms_simulator: SimulatedHms, ops: Client) -> None:
    form = poll_form(LENS, SPEED, order=["a", "b"])

    answer = ops.post("/polls/new/", {**form, "do": "add"}, headers={"HX-Request": "true", "HX-Target": "builder"})

    text = page(answer)
    assert text.lstrip().startswith('<div class="built"')
    assert 'data-said="Question 3 added."' in text
    assert re.findall(r'name="q" value="(\w+)"', text) == ["a", "b", "n1"]


def test_a_step_of_options_by_htmx_is_that_question_alone(hms_simulator: SimulatedHms, ops: Client) -> None:
    form = poll_form(LENS, COLOURS, order=["a", "d"])

    step = {**form, "do": "remove-option:d:o2"}
    answer = ops.post("/polls/new/", step, headers={"HX-Request": "true", "HX-Target": "built-d"})

    text = page(answer)
    assert 'data-said="Question 2, option 2 removed."' in text
    assert re.findall(r'name="q-d-o" value="(\w+)"', text) == ["o1", "o3"]
    assert "What bends light?" not in text


def test_a_form_has_its_bounds(hms_simulator: SimulatedHms, ops: Client) -> None:
    keys = [f"k{number}" for number in range(100)]
    form: Form = {"title": "Long", "kind": "poll", "start": "auto", "mode": "userid", "once": "b", "q": keys}
    for key in keys:
        form |= {**asked(key, f"Question {key}"), **options(key, *[f"option {number}" for number in range(12)])}

    full = save(ops, {**form, "do": "add"})

    assert "100 questions are the most" in page(full)
    assert save(ops, form).status_code == 302
    assert len(next(iter(hms_simulator.world.polls.values())).as_object()["questions"]) == 100


def test_keys_that_no_form_of_ours_has_are_let_go(hms_simulator: SimulatedHms, ops: Client) -> None:
    form = poll_form(LENS, order=["a", "a", '"><script>', "../b"])

    assert as_shown(save(ops, {**form, "do": "add"}))["q"] == ["a", "n1"]


# when 100ms does not do as asked


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500, "done": True}, {"status": 500}])
def test_after_a_lost_answer_the_form_is_still_there_and_says_what_is_known(
    wish: dict[str, Any], hms_simulator: SimulatedHms, optics: Room, teacher: Client
) -> None:
    hms_simulator.fault("POST", "/polls", **wish)
    form = poll_form(LENS, SPEED, order=["b", "a"], room=optics.pk)

    answer = save(teacher, form)

    assert "nobody knows whether it made this poll" in page(answer)
    assert "saving again is safe" in page(answer)
    again = as_shown(answer)
    assert again["q"] == ["b", "a"]
    assert save(teacher, again).status_code == 302
    assert [poll.title for poll in optics.polls.all()] == ["Light"]
    assert len(hms_simulator.world.rooms[optics.pk].polls or []) == 1
    assert [entry.outcome for entry in AuditEntry.objects.filter(action="poll.create").order_by("id")] == [
        "requested",
        "unsure",
        "requested",
        "succeeded",
    ]


@pytest.mark.parametrize(
    ("detail", "says"),
    [
        ("questions[1].text must be text", "Question 2: 100ms refused: Invalid input; questions[1].text must be text"),
        ("title must be text", "Title: 100ms refused: Invalid input; title must be text"),
        ("duration must be at least 60", "Minutes it runs: 100ms refused"),
    ],
)
def test_what_100ms_refuses_lands_where_it_belongs(
    detail: str, says: str, hms_simulator: SimulatedHms, ops: Client
) -> None:
    hms_simulator.fault("POST", "/polls", status=400, message="invalid input", details=[detail])

    answer = save(ops, poll_form(LENS, SPEED, order=["a", "b"]))

    assert any(problem.lower().startswith(says.lower()) for problem in problems(answer)), problems(answer)
    assert "Nothing was changed" in page(answer)
    assert as_shown(answer)["q"] == ["a", "b"]


def test_the_same_form_sent_twice_makes_one_poll(hms_simulator: SimulatedHms, optics: Room, teacher: Client) -> None:
    form = poll_form(LENS, order=["a"], room=optics.pk)

    first, second = save(teacher, form), save(teacher, form)

    assert first["Location"] == second["Location"]
    assert len(hms_simulator.world.polls) == 1
    assert "it is not made twice" in page(teacher.get(second["Location"]))
    assert save(teacher, {**form, "once": "b2"})["Location"] != first["Location"]


def test_a_poll_that_is_made_but_not_linked_says_so_and_is_there(
    hms_simulator: SimulatedHms, optics: Room, teacher: Client
) -> None:
    hms_simulator.fault("POST", "/rooms/{room_id}", status=409)

    answer = save(teacher, poll_form(LENS, order=["a"], room=optics.pk))

    shown = page(teacher.get(answer["Location"]))
    assert "is made, but not linked to optics" in shown
    assert "In no room yet" in shown


# a poll that is there


def test_editing_shows_the_poll_as_it_is_in_100ms_and_saves_it_as_it_is_typed(
    hms_simulator: SimulatedHms, ops: Client
) -> None:
    poll = known(
        hms_simulator,
        quiz(questions=[*QUESTIONS, {"text": "See https://a.example/?page=2", "type": "long-answer"}], duration=235),
    )
    url = f"/polls/{poll.pk}/edit/"

    form = as_shown(ops.get(url))
    untouched = hms_simulator.world.polls[poll.pk].as_object()
    assert form["minutes"] == ["3.92"]
    assert save(ops, form, url)["Location"] == f"/polls/{poll.pk}/"
    assert mirror.said(hms_simulator.world.polls[poll.pk].as_object()) == mirror.said(untouched)

    form = as_shown(ops.get(url))
    form["q"] = [form["q"][2], form["q"][0], form["q"][3]]
    form["title"] = ["Other"]
    assert save(ops, form, url).status_code == 302
    assert texts(hms_simulator, poll) == ["Its speed?", "What bends light?", "See https://a.example/?page=2"]
    poll.refresh_from_db()
    assert (poll.title, poll.question_count) == ("Other", 3)


def test_what_was_typed_survives_that_others_changed_the_poll(hms_simulator: SimulatedHms, ops: Client) -> None:
    first = {**QUESTIONS[0], "attachment": [{"type": "image/png", "url": "https://a.example/x.png"}]}
    poll = known(hms_simulator, quiz(questions=[QUESTIONS[1], first]))
    url = f"/polls/{poll.pk}/edit/"
    form = as_shown(ops.get(url))
    form["title"] = ["Mine"]
    hms_client().polls.delete_question(poll.pk, 1)

    answer = save(ops, form, url)

    assert "Somebody changed this poll while you were at it" in page(answer)
    assert len(texts(hms_simulator, poll)) == 1
    again = as_shown(answer)
    assert again["title"] == ["Mine"]
    assert save(ops, again, url).status_code == 302
    held = hms_simulator.world.polls[poll.pk].as_object()
    assert held["title"] == "Mine"
    assert [one["text"] for one in held["questions"]] == ["Which are colours?", "What bends light?"]
    assert [len(one["attachment"]) for one in held["questions"]] == [0, 1]  # each kept what is its own


@pytest.mark.parametrize("wish", [{"status": 500}, {"cut": "before", "done": False}, {"status": 409}])
def test_an_edit_that_100ms_did_not_take_may_be_sent_again(
    wish: dict[str, Any], hms_simulator: SimulatedHms, ops: Client
) -> None:
    poll = known(hms_simulator)
    url = f"/polls/{poll.pk}/edit/"
    form = as_shown(ops.get(url)) | {"title": ["Mine"]}
    hms_simulator.fault("POST", "/polls/{poll_id}", **wish)

    again = as_shown(save(ops, form, url))

    assert again["title"] == ["Mine"]
    assert save(ops, again, url).status_code == 302
    assert hms_simulator.world.polls[poll.pk].as_object()["title"] == "Mine"


@pytest.mark.parametrize("path", ["edit/", "questions/1/"])
@pytest.mark.parametrize("wish", [{"status": 500, "done": True}, {"cut": "before"}])
def test_an_edit_that_was_done_without_an_answer_is_found_saved_when_it_is_sent_again(
    path: str, wish: dict[str, Any], hms_simulator: SimulatedHms, ops: Client
) -> None:
    poll = known(hms_simulator)
    url = f"/polls/{poll.pk}/{path}"
    form = as_shown(ops.get(url)) | {"q-k1-text": ["Mine?"]}
    hms_simulator.fault("POST", "*", **wish)

    unsure = save(ops, form, url)
    assert "nobody knows yet whether this was done" in page(unsure)
    again = save(ops, as_shown(unsure), url)

    assert again.status_code == 302
    assert "is saved." in page(ops.get(again["Location"]))
    assert texts(hms_simulator, poll)[0] == "Mine?"
    assert len(hms_simulator.changes()) == 1


def test_nothing_can_be_edited_while_100ms_does_not_say_how_the_poll_stands(
    hms_simulator: SimulatedHms, ops: Client
) -> None:
    poll = known(hms_simulator)
    hms_simulator.fault("GET", "/polls/{poll_id}", status=500, times=None)

    for path in ("edit/", "questions/1/", "questions/1/delete/", "questions/1/options/1/"):
        shown = page(ops.get(f"/polls/{poll.pk}/{path}"))
        assert "100ms does not answer right now" in shown
        assert "<textarea" not in shown


def test_editing_a_poll_that_has_run_is_warned_of(hms_simulator: SimulatedHms, ops: Client, physics: Room) -> None:
    poll = known(hms_simulator)
    assert "This poll has run" not in page(ops.get(f"/polls/{poll.pk}/edit/"))
    held = classes.session(physics)
    PollRun.objects.create(id=f"{held.pk}:{poll.pk}", session=held, room=physics, poll_id=poll.pk)

    for path in ("edit/", "questions/1/", "questions/1/delete/", "questions/1/options/3/delete/"):
        assert "This poll has run 1 time." in page(ops.get(f"/polls/{poll.pk}/{path}"))


# one question, one option


def test_one_question_is_edited_on_a_page_of_its_own(hms_simulator: SimulatedHms, ops: Client) -> None:
    poll = known(hms_simulator)
    url = f"/polls/{poll.pk}/questions/2/"

    form = as_shown(ops.get(url))
    stepped = as_shown(save(ops, {**form, "do": "add-option:k2"}, url))
    stepped |= {"q-k2-text": ["Which of these?"], "q-k2-o-n1-text": ["Green"]}
    answer = save(ops, stepped, url)

    assert answer["Location"] == f"/polls/{poll.pk}/#question-2"
    assert texts(hms_simulator, poll) == ["What bends light?", "Which of these?", "Its speed?"]
    question = hms_simulator.world.polls[poll.pk].as_object()["questions"][1]
    assert [one["text"] for one in question["options"]] == ["Red", "Loud", "Blue", "Green"]
    assert hms_simulator.changes() == [("POST", f"/polls/{poll.pk}/questions/2")]


def test_one_question_that_moved_meanwhile_is_not_written_over_another(
    hms_simulator: SimulatedHms, ops: Client
) -> None:
    poll = known(hms_simulator)
    url = f"/polls/{poll.pk}/questions/2/"
    form = as_shown(ops.get(url)) | {"q-k2-text": ["Mine?"]}
    hms_client().polls.delete_question(poll.pk, 1)
    hms_simulator.forget()

    answer = save(ops, form, url)

    assert "Question 2 asks now: “Its speed?”" in page(answer)
    assert as_shown(answer)["q-k2-text"] == ["Mine?"]
    assert hms_simulator.changes() == []


def test_a_question_is_deleted_after_being_named_and_asked_for(hms_simulator: SimulatedHms, ops: Client) -> None:
    poll = known(hms_simulator)
    url = f"/polls/{poll.pk}/questions/1/delete/"

    shown = page(ops.get(url, headers={"HX-Request": "true", "HX-Target": "dialog"}))
    assert "What bends light?" in shown
    assert "The 2 questions after it move up by one." in shown
    answer = ops.post(url, {"seen": seen(poll)}, headers={"HX-Request": "true", "HX-Target": "dialog"})

    assert answer["HX-Redirect"] == f"/polls/{poll.pk}/"
    assert texts(hms_simulator, poll) == ["Which are colours?", "Its speed?"]


def test_a_deletion_whose_answer_was_lost_does_not_delete_the_next_question_too(
    hms_simulator: SimulatedHms, ops: Client
) -> None:
    poll = known(hms_simulator)
    url = f"/polls/{poll.pk}/questions/1/delete/"
    as_seen = seen(poll)
    hms_simulator.fault("DELETE", "/polls/{poll_id}/questions/{question_id}", cut="before")

    first = page(ops.post(url, {"seen": as_seen}))
    assert "nobody knows yet whether this was done" in first
    assert "Which are colours?" in first  # what number 1 asks by now
    second = page(ops.post(url, {"seen": as_seen}))

    assert "Somebody changed this poll in the meantime" in second
    assert texts(hms_simulator, poll) == ["Which are colours?", "Its speed?"]
    mirror.pull(hms_client(), at=timezone.now())
    assert AuditEntry.objects.order_by("id").values_list("outcome", flat=True)[2] == "succeeded"


def test_an_option_is_rewritten_and_another_deleted_in_the_dialog(hms_simulator: SimulatedHms, ops: Client) -> None:
    poll = known(hms_simulator)
    option = f"/polls/{poll.pk}/questions/1/options/2/"

    assert 'value="A mirror"' in page(ops.get(option))
    assert "Fill this in." in page(ops.post(option, {"seen": seen(poll), "text": "", "weight": "1"}))
    assert ops.post(option, {"seen": seen(poll), "text": "A prism", "weight": "3"}).status_code == 302
    assert ops.post(f"/polls/{poll.pk}/questions/1/options/3/delete/", {"seen": seen(poll)}).status_code == 302

    held = hms_simulator.world.polls[poll.pk].as_object()["questions"][0]["options"]
    assert [(one["text"], one["weight"]) for one in held] == [("A lens", 1), ("A prism", 3)]


def test_an_option_that_its_question_needs_is_kept(hms_simulator: SimulatedHms, ops: Client) -> None:
    poll = known(hms_simulator, quiz(questions=[QUESTIONS[0], choice("Two?", "a", "b", right=(1,))]))

    right = page(ops.get(f"/polls/{poll.pk}/questions/1/options/1/delete/"))
    two = page(ops.get(f"/polls/{poll.pk}/questions/2/options/2/delete/"))

    assert "This is the only right answer." in right
    assert "A choice needs two options or more." in two
    assert '<button class="btn danger"' not in right + two


@pytest.mark.parametrize("path", ["questions/9/", "questions/0/", "questions/9/delete/", "questions/1/options/9/"])
def test_a_number_that_no_question_has_is_not_there(path: str, hms_simulator: SimulatedHms, ops: Client) -> None:
    poll = known(hms_simulator)

    assert ops.get(f"/polls/{poll.pk}/{path}").status_code == 404


def test_a_poll_of_another_teachers_room_cannot_be_edited(
    hms_simulator: SimulatedHms, teacher: Client, wanjiru: User, signed_in: Callable[[User], Client]
) -> None:
    poll = known(hms_simulator)
    mine, other = known_room(hms_simulator, "mine", poll), known_room(hms_simulator, "other", poll)
    RoomAccess.objects.create(user=wanjiru, room=mine)

    assert teacher.get(f"/polls/{poll.pk}/").status_code == 200
    for path in ("edit/", "questions/1/", "questions/1/delete/", "questions/1/options/1/"):
        assert teacher.get(f"/polls/{poll.pk}/{path}").status_code == 404
    assert teacher.get(f"/polls/{poll.pk}/rooms/{other.pk}/unlink/").status_code == 404
    assert "so only ops can change it" in page(teacher.get(f"/polls/{poll.pk}/"))
