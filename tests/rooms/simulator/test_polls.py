"""Polls and quizzes: what is set, and what the people of a session answered to it."""

from collections import Counter
from typing import Any

import pytest

from rooms.simulator.answers import Response, runs, score
from rooms.simulator.clock import SECOND, SimulatedClock, instant_of
from rooms.simulator.room import Room
from rooms.simulator.scenarios import school_class
from rooms.simulator.session import Session
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import Ask

QUIZ: dict[str, Any] = {
    "title": "Waves",
    "type": "quiz",
    "questions": [
        {
            "text": "What carries sound?",
            "type": "single-choice",
            "weight": 2,
            "options": [{"text": "Air"}, {"text": "Nothing"}, {"text": "Light"}],
            "answer": {"options": [1]},
        },
        {
            "text": "Which are waves?",
            "type": "multiple-choice",
            "skippable": False,
            "once": True,
            "weight": 3,
            "options": [{"text": "Light"}, {"text": "Stone"}, {"text": "Sound"}],
            "answer": {"options": [1, 3]},
        },
        {"text": "Its unit?", "type": "short-answer", "answer": {"text": "Hertz", "trim": True, "case": False}},
    ],
}


@pytest.fixture
def quiz(ask: Ask, physics: Room) -> str:
    """A quiz linked to the room."""
    made = ask("create_poll", json=QUIZ)
    ask("update_room", room_id=physics.id, json={"polls": [made["id"]]})
    return str(made["id"])


@pytest.fixture
def lesson(quiz: str, world: World, physics: Room, clock: SimulatedClock) -> Session:
    """A class of forty, twenty minutes in, that began with the quiz."""
    clock.advance(1)
    session = world.play(school_class(1, people=40, incidents=["rejoin", "second_device", "nameless"]), physics)
    clock.advance(1200)
    return session


def every(ask: Ask, operation: str, key: str, **wish: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    params = {"limit": 100, **wish.pop("params", {})}
    while True:
        page = ask(operation, **wish, params=params)
        found += page[key]
        if len(page[key]) < 100:
            return found
        params["start"] = page["last"]


def test_a_poll_is_filled_up_and_its_questions_and_options_numbered(ask: Ask) -> None:
    made = ask("create_poll", json={"questions": [{"text": "Well?", "options": [{"text": "Yes"}, {"text": "No"}]}]})
    assert {name: made[name] for name in ("title", "duration", "anonymous", "mode", "type", "start")} == {
        "title": "",
        "duration": 0,
        "anonymous": False,
        "mode": "userid",
        "type": "poll",
        "start": "auto",
    }
    (question,) = made["questions"]
    assert (question["index"], question["type"], question["skippable"], question["weight"]) == (
        1,
        "single-choice",
        True,
        1,
    )
    assert [(one["index"], one["weight"]) for one in question["options"]] == [(1, 1), (2, 1)]
    assert ask("get_poll", poll_id=made["id"]) == made
    again = ask("update_poll", poll_id=made["id"], json={"title": "New"})
    assert (again["id"], again["title"], again["questions"]) == (made["id"], "New", [])


def test_questions_and_options_change_and_those_after_move_down(ask: Ask, quiz: str) -> None:
    first: dict[str, Any] = {"poll_id": quiz, "question_id": 1}
    assert ask("update_poll_option", **first, option_id=2, json={"text": "Void"})["text"] == "Void"
    assert ask("delete_poll_option", **first, option_id=2) is None
    assert ask.status == 204
    second: dict[str, Any] = {"poll_id": quiz, "question_id": 2}
    ask("delete_poll_option", **second, option_id=1)
    poll = ask("get_poll", poll_id=quiz)
    assert [(one["index"], one["text"]) for one in poll["questions"][0]["options"]] == [(1, "Air"), (2, "Light")]
    assert poll["questions"][1]["answer"]["options"] == [2]  # the right ones move with their options
    changed = ask("update_poll_question", **second, json={"text": "New", "type": "long-answer", "index": 7})
    assert (changed["index"], changed["text"]) == (2, "New")
    ask("delete_poll_question", **first)
    questions = ask("get_poll", poll_id=quiz)["questions"]
    assert [(one["index"], one["text"]) for one in questions] == [(1, "New"), (2, "Its unit?")]
    for question in (0, 3, "x"):
        ask.refused("update_poll_question", 404, poll_id=quiz, question_id=question, json={})
    ask.refused("update_poll_option", 404, poll_id=quiz, question_id=1, option_id=1, json={})


@pytest.mark.parametrize(
    "body",
    [
        {"duration": -1},
        {"mode": "username"},
        {"type": "exam"},
        {"questions": [{"type": "essay"}]},
        {"questions": [{"options": [{"weight": "heavy"}]}]},
        {"questions": [{"answer": {"options": [0]}}]},
        {"questions": {}},
    ],
    ids=str,
)
def test_polls_that_cannot_be(ask: Ask, quiz: str, body: dict[str, Any]) -> None:
    ask.refused("create_poll", 400, json=body)
    ask.refused("update_poll", 400, poll_id=quiz, json=body)


def test_the_people_of_a_session_answer_while_they_are_there(ask: Ask, quiz: str, lesson: Session) -> None:
    place = {"poll_id": quiz, "session_id": lesson.id}
    (run,) = ask("get_poll_sessions", **place)["responses"]
    assert run["stopped_at"] is None
    given = every(ask, "list_poll_responses", "responses", **place)
    assert run["total_responses"] == len(given) > 60
    assert run["unique_participants"] == len({one.get("user_id") or one["peer_id"] for one in given})
    peers = {lesson.peer_id(stay.key): stay for stay in lesson.script.stays}
    for one in given:
        stay = peers[one["peer_id"]]
        assert stay.role == "student" or stay.role == "guest"  # who leads asks, and does not answer
        assert lesson.when(stay.start) < instant_of(one["sent_at"]) < lesson.when(stay.end)
        assert one.get("user_id") == stay.person.user_id
    counted = Counter((one.get("user_id") or one["peer_id"], one["question"]) for one in given)
    assert set(counted.values()) == {1}
    kinds = {1: "option", 2: "options", 3: "text"}
    assert all(one["skipped"] or kinds[one["question"]] in one for one in given)
    assert {one["question"] for one in given if one["skipped"]} == {1, 3}


def test_a_changed_mind_replaces_the_answer_before(ask: Ask, quiz: str, lesson: Session) -> None:
    place = {"poll_id": quiz, "session_id": lesson.id}
    now = every(ask, "list_poll_responses", "responses", **place)
    all_of_them = every(ask, "list_poll_responses", "responses", **place, params={"all": "true"})
    replaced = {one["original_response"] for one in now if one["update"]}
    assert replaced
    assert {one["id"] for one in all_of_them} - {one["id"] for one in now} == replaced
    assert all(one["question"] != 2 for one in now if one["update"])  # `once`


def test_scores_follow_from_the_answers(ask: Ask, quiz: str, lesson: Session) -> None:
    place = {"poll_id": quiz, "session_id": lesson.id}
    given = every(ask, "list_poll_responses", "responses", **place)
    results = every(ask, "list_poll_results", "results", **place)
    right = {1: lambda one: one["option"] == 1, 2: lambda one: one["options"] == [1, 3]}
    right[3] = lambda one: one["text"].strip().lower() == "hertz"
    weights = {1: 2, 2: 3, 3: 1}
    expected = {
        (one["peer_id"], one["question"]): weights[one["question"]] if right[one["question"]](one) else 0
        for one in given
        if not one["skipped"]
    }
    assert {(one["peer_id"], one["question"]): one["score"] for one in results} == expected
    assert {0, 1, 2, 3} == set(expected.values())
    took = {(one["peer_id"], one["question"]): one["duration"] for one in given}
    assert all(took[one["peer_id"], one["question"]] == one["duration"] for one in results)


def test_the_lists_without_a_session_hold_all_sessions(
    ask: Ask, quiz: str, lesson: Session, world: World, clock: SimulatedClock
) -> None:
    clock.advance(3600)
    second = world.play(school_class(2, people=10, incidents=[]), lesson.room)
    clock.advance(3600)
    assert [run["session_id"] for run in ask("list_poll_sessions", poll_id=quiz)["responses"]] == [
        second.id,
        lesson.id,
    ]
    for key in ("responses", "results"):
        one = key.removesuffix("s")
        apart = [
            item
            for session in (second, lesson)
            for item in every(ask, f"list_poll_{key}", key, poll_id=quiz, session_id=session.id)
        ]
        assert every(ask, f"list_poll_{key}_all_sessions", key, poll_id=quiz) == apart
        some = every(ask, f"list_poll_{key}_all_sessions", key, poll_id=quiz, params={"question": 2})
        assert some == [item for item in apart if item["question"] == 2]
        item = apart[0]
        named = {"poll_id": quiz, f"{one}_id": item["id"]}
        assert ask(f"get_poll_{one}", **named, session_id=item["session_id"]) == item
        assert ask(f"get_poll_{one}_unscoped", **named) == item
        ask.refused(f"get_poll_{one}", 404, **named, session_id=lesson.id)


def test_a_poll_begins_with_the_session_as_it_was_then(
    ask: Ask, quiz: str, lesson: Session, world: World, clock: SimulatedClock
) -> None:
    place = {"poll_id": quiz, "session_id": lesson.id}
    before = every(ask, "list_poll_responses", "responses", **place)
    ask("update_poll", poll_id=quiz, json={"title": "New", "start": "manual", "questions": []})
    late = ask("create_poll", json=QUIZ)
    ask("update_room", room_id=lesson.room.id, json={"polls": [late["id"]]})
    assert every(ask, "list_poll_responses", "responses", **place) == before
    assert ask("get_poll_sessions", poll_id=late["id"], session_id=lesson.id)["responses"] == []
    clock.advance(3600)
    after = world.play(school_class(3, people=6, incidents=[]), lesson.room)
    assert ask("get_poll_sessions", poll_id=quiz, session_id=after.id)["responses"] == []
    assert len(ask("get_poll_sessions", poll_id=late["id"], session_id=after.id)["responses"]) == 1


def test_an_anonymous_poll_by_peers_stops_in_time(ask: Ask, world: World, physics: Room, clock: SimulatedClock) -> None:
    poll = ask("create_poll", json={**QUIZ, "type": "poll", "anonymous": True, "mode": "peerid", "duration": 90})
    ask("update_room", room_id=physics.id, json={"polls": [poll["id"]]})
    session = world.play(school_class(1, people=30, incidents=["second_device"]), physics)
    clock.advance(600)
    (run,) = ask("list_poll_sessions", poll_id=poll["id"])["responses"]
    assert run["stopped_at"] == "2024-03-12T12:01:30Z"
    given = every(ask, "list_poll_responses_all_sessions", "responses", poll_id=poll["id"])
    results = every(ask, "list_poll_results_all_sessions", "results", poll_id=poll["id"])
    assert all("peer_id" not in one and "user_id" not in one for one in given + results)
    assert all(instant_of(one["sent_at"]) < session.start + 90 * SECOND for one in given)
    assert {one["score"] for one in results} == {0}  # only a quiz gives points


@pytest.mark.parametrize(
    ("rules", "text", "points"),
    [
        ({"text": "Hertz"}, "hertz", 4),
        ({"text": "Hertz", "case": True}, "hertz", 0),
        ({"text": "Hertz"}, " Hertz ", 0),
        ({"text": "Hertz", "trim": True}, " Hertz ", 4),
        ({}, "", 0),
    ],
)
def test_how_a_text_is_compared(
    world: World, quiz: str, lesson: Session, rules: dict[str, Any], text: str, points: int
) -> None:
    (run,) = runs(world, world.polls[quiz], lesson.id)
    response = Response("0" * 24, run, 1, "p", None, 0, 0, text)
    assert score({"type": "short-answer", "weight": 4, "answer": rules}, response) == points
