"""Changes to polls: what 100ms is asked, what the book says of it, and that any of it may be tried again."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from rooms import hms
from rooms.access import polls_for
from rooms.actors import NotPermitted
from rooms.audit import change
from rooms.connection import client
from rooms.mirrors import polls as mirror
from rooms.mirrors.polls import of_poll
from rooms.models import AuditEntry, Poll, Room, RoomAccess
from rooms.operations import polls as operations
from tests.rooms.polls import QUESTIONS, choice, known, known_room, quiz, seen, texts
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db


def outcomes(poll: Poll) -> list[str]:
    return [entry.outcome for entry in AuditEntry.objects.filter(target_id=poll.pk).order_by("id")]


def in_100ms(simulated: SimulatedHms, poll: Poll) -> dict[str, Any]:
    return simulated.world.polls[poll.pk].as_object()


# what each change asks


def test_a_new_poll_is_known_from_the_answer_on(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = operations.create(actor=ikram, settings=quiz(duration=120))

    assert [poll.pk] == list(hms_simulator.world.polls)
    assert (poll.title, poll.kind, poll.duration_seconds, poll.question_count) == ("Light", "quiz", 120, 3)
    assert (poll.made_by, poll.made_at is not None) == (ikram, True)
    requested, succeeded = AuditEntry.objects.order_by("id")
    assert (requested.action, requested.target_id, requested.target_name) == ("poll.create", "", "Light")
    assert (succeeded.outcome, succeeded.target_id) == ("succeeded", poll.pk)
    assert (succeeded.after or {})["questions"][0]["answer"]["options"] == [1]


def test_an_update_keeps_what_it_does_not_name_and_what_we_do_not_know(
    hms_simulator: SimulatedHms, ikram: User
) -> None:
    first = {**QUESTIONS[0], "attachment": [{"type": "image/png", "url": "https://a.example/prism.png?size=2"}]}
    poll = known(hms_simulator, quiz(questions=[{**first, "hint": "ours alone"}, QUESTIONS[1]], duration=90))

    operations.update(
        actor=ikram,
        poll=poll,
        seen=seen(poll),
        settings={"title": "Order", "questions": [{"index": 2}, {"index": 1, "text": "Lens?"}, {"text": "New?"}]},
    )

    held = in_100ms(hms_simulator, poll)
    assert (held["title"], held["duration"], held["type"]) == ("Order", 90, "quiz")
    assert texts(hms_simulator, poll) == ["Which are colours?", "Lens?", "New?"]
    assert held["questions"][1]["hint"] == "ours alone"
    assert held["questions"][1]["attachment"][0]["url"] == "https://a.example/prism.png?size=2"
    assert [question["index"] for question in held["questions"]] == [1, 2, 3]
    entry = AuditEntry.objects.filter(outcome="succeeded").get()
    assert set(entry.after or {}) == {"title", "questions"}
    assert (entry.before or {})["title"] == "Light"


def test_one_question_is_rewritten_and_the_others_stay(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)

    poll = operations.update_question(
        actor=ikram, poll=poll, seen=seen(poll), index=2, question={"text": "Which of these?", "skippable": False}
    )

    assert texts(hms_simulator, poll) == ["What bends light?", "Which of these?", "Its speed?"]
    assert in_100ms(hms_simulator, poll)["questions"][1]["answer"]["options"] == [1, 3]
    assert mirror.settings_of(poll)["questions"][1]["skippable"] is False
    assert ("POST", f"/polls/{poll.pk}/questions/2") in hms_simulator.changes()


def test_a_deleted_question_moves_the_later_ones_down(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)

    poll = operations.delete_question(actor=ikram, poll=poll, seen=seen(poll), index=1)

    assert texts(hms_simulator, poll) == ["Which are colours?", "Its speed?"]
    assert poll.question_count == 2
    assert hms_simulator.changes() == [("DELETE", f"/polls/{poll.pk}/questions/1")]


def test_options_are_rewritten_and_deleted_with_the_right_answers_following(
    hms_simulator: SimulatedHms, ikram: User
) -> None:
    poll = known(hms_simulator)

    poll = operations.update_option(
        actor=ikram, poll=poll, seen=seen(poll), question=2, index=3, option={"text": "Green", "weight": 2}
    )
    poll = operations.delete_option(actor=ikram, poll=poll, seen=seen(poll), question=2, index=2)

    question = in_100ms(hms_simulator, poll)["questions"][1]
    assert [(one["index"], one["text"], one["weight"]) for one in question["options"]] == [
        (1, "Red", 1),
        (2, "Green", 2),
    ]
    assert question["answer"]["options"] == [1, 2]
    assert mirror.settings_of(poll)["questions"][1]["answer"]["options"] == [1, 2]
    mirror.pull(client(), at=timezone.now())
    poll.refresh_from_db()
    assert poll.changed_elsewhere_at is None


def test_a_duplicate_asks_the_same_and_is_another_poll(hms_simulator: SimulatedHms, ikram: User) -> None:
    questions = [{**QUESTIONS[0], "attachment": [{"type": "image/png", "url": "https://a.example/x?token=t"}]}]
    poll = known(hms_simulator, quiz(questions=questions, anonymous=True))

    copy = operations.duplicate(actor=ikram, poll=poll, title="Light, group B")

    before, after = in_100ms(hms_simulator, poll), in_100ms(hms_simulator, copy)
    assert copy.pk != poll.pk
    assert after == {**before, "id": copy.pk, "title": "Light, group B"}


def test_a_link_is_one_more_and_an_unlink_one_less(hms_simulator: SimulatedHms, ikram: User) -> None:
    first, second = known(hms_simulator), known(hms_simulator)
    room = known_room(hms_simulator, "optics", first)

    operations.link(actor=ikram, poll=second, room=room)
    assert hms_simulator.world.rooms[room.pk].polls == [first.pk, second.pk]
    assert set(room.polls.all()) == {first, second}

    operations.unlink(actor=ikram, poll=first, room=room)
    assert hms_simulator.world.rooms[room.pk].polls == [second.pk]
    assert list(room.polls.all()) == [second]
    entry = AuditEntry.objects.filter(action="poll.unlink", outcome="succeeded").get()
    assert (entry.before, entry.after) == ({"polls": [first.pk, second.pk]}, {"polls": [second.pk]})
    assert entry.room_id == room.pk


def test_a_link_is_added_to_what_the_room_names_now_and_not_to_what_we_remember(
    hms_simulator: SimulatedHms, ikram: User
) -> None:
    first, second = known(hms_simulator), known(hms_simulator)
    room = known_room(hms_simulator)
    client().rooms.update(room.pk, polls=[first.pk])

    operations.link(actor=ikram, poll=second, room=room)

    assert hms_simulator.world.rooms[room.pk].polls == [first.pk, second.pk]


def test_linking_twice_asks_once(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)
    room = known_room(hms_simulator)

    operations.link(actor=ikram, poll=poll, room=room)
    operations.link(actor=ikram, poll=poll, room=room)

    assert hms_simulator.changes() == [("POST", f"/rooms/{room.pk}")]


def test_two_who_link_at_once_do_not_undo_each_other(hms_simulator: SimulatedHms, ikram: User) -> None:
    """Both read the room's list before either wrote it: the second is turned away instead."""
    first, second = known(hms_simulator), known(hms_simulator)
    room, other = known_room(hms_simulator), known_room(hms_simulator, "acids")

    with change(ikram, "poll.link", of_poll(first, room.pk)):
        with pytest.raises(operations.Busy):
            operations.link(actor=ikram, poll=second, room=room)
        operations.link(actor=ikram, poll=second, room=other)
    operations.link(actor=ikram, poll=second, room=room)

    assert hms_simulator.world.rooms[room.pk].polls == [second.pk]
    assert outcomes(second) == ["requested", "failed", "requested", "succeeded", "requested", "succeeded"]


def test_a_poll_put_away_comes_back(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)

    assert operations.put_away(actor=ikram, poll=poll).put_away_at is not None
    assert operations.bring_back(actor=ikram, poll=poll).put_away_at is None

    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == ["poll.put_away", "poll.bring_back"]
    assert hms_simulator.changes() == []


# only as it was seen


CHANGES: dict[str, dict[str, Any]] = {
    "update": {"settings": {"title": "Mine"}},
    "update_question": {"index": 1, "question": {"text": "Mine?"}},
    "delete_question": {"index": 1},
    "update_option": {"question": 1, "index": 1, "option": {"text": "Mine"}},
    "delete_option": {"question": 1, "index": 3},
}
ROUTES = {
    "update": ("POST", "/polls/{poll_id}"),
    "update_question": ("POST", "/polls/{poll_id}/questions/{question_id}"),
    "delete_question": ("DELETE", "/polls/{poll_id}/questions/{question_id}"),
    "update_option": ("POST", "/polls/{poll_id}/questions/{question_id}/options/{option_id}"),
    "delete_option": ("DELETE", "/polls/{poll_id}/questions/{question_id}/options/{option_id}"),
}
each_change = pytest.mark.parametrize("name", CHANGES)


@each_change
def test_a_poll_that_others_changed_meanwhile_is_left_alone(
    name: str, hms_simulator: SimulatedHms, ikram: User
) -> None:
    poll = known(hms_simulator)
    as_seen = seen(poll)
    client().polls.delete_question(poll.pk, 1)
    hms_simulator.forget()

    with pytest.raises(operations.ChangedMeanwhile):
        getattr(operations, name)(actor=ikram, poll=poll, seen=as_seen, **CHANGES[name])

    assert hms_simulator.changes() == []
    poll.refresh_from_db()
    assert poll.question_count == 2  # and the page shows what it is now


@each_change
def test_nothing_is_sent_while_100ms_does_not_say_how_the_poll_stands(
    name: str, hms_simulator: SimulatedHms, ikram: User
) -> None:
    poll = known(hms_simulator)
    as_seen = seen(poll)
    hms_simulator.fault("GET", "/polls/{poll_id}", status=500)

    with pytest.raises(operations.NotRead):
        getattr(operations, name)(actor=ikram, poll=poll, seen=as_seen, **CHANGES[name])

    assert hms_simulator.changes() == []
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("index", [0, 4])
def test_a_number_that_is_not_there_is_refused(index: int, hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)

    with pytest.raises(ValueError, match="there is no number"):
        operations.delete_question(actor=ikram, poll=poll, seen=seen(poll), index=index)

    assert hms_simulator.changes() == []


# faults at each step


class Fault(NamedTuple):
    wish: dict[str, Any]
    raises: type[hms.Error]
    outcome: str
    done: bool


FAULTS = {
    "lost answer, done": Fault({"cut": "before"}, hms.ConnectionFailed, "unsure", True),
    "half an answer, done": Fault({"cut": "middle"}, hms.ConnectionFailed, "unsure", True),
    "lost answer, not done": Fault({"cut": "before", "done": False}, hms.ConnectionFailed, "unsure", False),
    "500, done": Fault({"status": 500, "done": True}, hms.ServerFailed, "unsure", True),
    "500, not done": Fault({"status": 500}, hms.ServerFailed, "unsure", False),
    "409": Fault({"status": 409}, hms.Conflict, "failed", False),
    "400": Fault({"status": 400}, hms.BadRequest, "failed", False),
}
each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@each_fault
@each_change
def test_after_any_fault_the_book_says_so_and_trying_again_is_safe(
    name: str, fault: Fault, hms_simulator: SimulatedHms, ikram: User
) -> None:
    poll = known(hms_simulator)
    as_seen, before = seen(poll), in_100ms(hms_simulator, poll)
    hms_simulator.fault(*ROUTES[name], **fault.wish)

    def attempt() -> None:
        getattr(operations, name)(actor=ikram, poll=poll, seen=as_seen, **CHANGES[name])

    with pytest.raises(fault.raises):
        attempt()
    assert outcomes(poll) == ["requested", fault.outcome]
    assert (in_100ms(hms_simulator, poll) != before) is fault.done

    if fault.done:
        with pytest.raises(operations.ChangedMeanwhile):  # it was done, and is not done twice
            attempt()
    else:
        attempt()

    once = in_100ms(hms_simulator, poll)
    assert len(hms_simulator.changes()) == (1 if fault.done else 2)
    assert once != before
    mirror.pull(client(), at=timezone.now())
    poll.refresh_from_db()
    assert mirror.settings_of(poll) == mirror.said(once)
    assert poll.changed_elsewhere_at is None
    if fault.outcome == "unsure":
        assert outcomes(poll)[2] == ("succeeded" if fault.done else "failed")


@each_fault
@pytest.mark.parametrize("name", ["link", "unlink"])
def test_after_any_fault_a_link_may_be_tried_again(
    name: str, fault: Fault, hms_simulator: SimulatedHms, ikram: User
) -> None:
    poll, other = known(hms_simulator), known(hms_simulator)
    room = known_room(hms_simulator, "optics", other, *([poll] if name == "unlink" else []))
    hms_simulator.fault("POST", "/rooms/{room_id}", **fault.wish)

    with pytest.raises(fault.raises):
        getattr(operations, name)(actor=ikram, poll=poll, room=room)
    assert outcomes(poll) == ["requested", fault.outcome]
    getattr(operations, name)(actor=ikram, poll=poll, room=room)

    wanted = {other, poll} if name == "link" else {other}
    assert hms_simulator.world.rooms[room.pk].polls == [one.pk for one in (other, poll) if one in wanted]
    mirror.pull(client(), at=timezone.now())
    assert set(room.polls.all()) == wanted


def test_a_room_that_cannot_be_read_gets_no_new_list(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)
    room = known_room(hms_simulator)
    hms_simulator.fault("GET", "/rooms/{room_id}", status=500)

    with pytest.raises(operations.NotRead):
        operations.link(actor=ikram, poll=poll, room=room)

    assert outcomes(poll) == ["requested", "failed"]
    assert hms_simulator.changes() == []


@each_fault
def test_a_poll_made_without_an_answer_is_asked_nowhere_and_may_be_made_again(
    fault: Fault, hms_simulator: SimulatedHms, ikram: User
) -> None:
    hms_simulator.fault("POST", "/polls", **fault.wish)

    with pytest.raises(fault.raises):
        operations.create(actor=ikram, settings=quiz())
    assert [entry.outcome for entry in AuditEntry.objects.order_by("id")] == ["requested", fault.outcome]
    assert len(hms_simulator.world.polls) == fault.done
    assert not Poll.objects.exists()

    room = known_room(hms_simulator)
    poll = operations.create(actor=ikram, settings=quiz(), room=room)
    operations.link(actor=ikram, poll=poll, room=room)
    assert hms_simulator.world.rooms[room.pk].polls == [poll.pk]  # whatever else was made, the room asks one


def test_a_change_that_is_confirmed_stays_so_when_its_result_cannot_be_read(
    hms_simulator: SimulatedHms, ikram: User
) -> None:
    poll = known(hms_simulator)
    as_seen = seen(poll)
    hms_simulator.fault("GET", "/polls/{poll_id}", status=500, after=1)

    poll = operations.delete_question(actor=ikram, poll=poll, seen=as_seen, index=1)

    assert outcomes(poll) == ["requested", "succeeded"]
    assert poll.question_count == 2


# who may


def test_whose_polls_are_whose(
    hms_simulator: SimulatedHms, ikram: User, wanjiru: User, olive: User, sam: User, mallory: User
) -> None:
    mine, shared, of_sam, free = (known(hms_simulator, quiz(title)) for title in ("mine", "shared", "sam's", "free"))
    physics = known_room(hms_simulator, "physics", mine, shared)
    chemistry = known_room(hms_simulator, "chemistry", shared, of_sam)
    RoomAccess.objects.create(user=wanjiru, room=physics)
    RoomAccess.objects.create(user=olive, room=physics)
    RoomAccess.objects.create(user=sam, room=chemistry)
    made = known(hms_simulator, quiz("made by Wanjiru"), made_by=wanjiru)
    given_away = known(hms_simulator, quiz("made by Wanjiru, asked by Sam"), made_by=wanjiru)
    operations.link(actor=ikram, poll=given_away, room=chemistry)

    def titles(user: User, action: Any) -> set[str]:
        return set(polls_for(user, action).values_list("title", flat=True))

    everything = set(Poll.objects.values_list("title", flat=True))
    assert titles(ikram, "see") == titles(ikram, "ask") == everything
    assert titles(wanjiru, "see") == {mine.title, shared.title, made.title, given_away.title}
    assert titles(wanjiru, "ask") == {mine.title, made.title}
    assert titles(olive, "see") == {mine.title, shared.title}
    assert titles(sam, "ask") == {of_sam.title, given_away.title}
    assert titles(olive, "ask") == titles(mallory, "see") == set()
    assert free.title in everything


@pytest.fixture
def shared(hms_simulator: SimulatedHms, wanjiru: User) -> tuple[Poll, Room, Room]:
    """A poll that is asked in a room of Wanjiru's and in one of somebody else's."""
    poll = known(hms_simulator)
    mine, other = known_room(hms_simulator, "mine", poll), known_room(hms_simulator, "other", poll)
    RoomAccess.objects.create(user=wanjiru, room=mine)
    return poll, mine, other


@pytest.mark.parametrize(
    "attempt",
    [
        lambda poll, **by: operations.update(poll=poll, seen="", settings={"title": "x"}, **by),
        lambda poll, **by: operations.update_question(poll=poll, seen="", index=1, question={}, **by),
        lambda poll, **by: operations.delete_question(poll=poll, seen="", index=1, **by),
        lambda poll, **by: operations.update_option(poll=poll, seen="", question=1, index=1, option={}, **by),
        lambda poll, **by: operations.delete_option(poll=poll, seen="", question=1, index=1, **by),
        lambda poll, **by: operations.put_away(poll=poll, **by),
        lambda poll, **by: operations.bring_back(poll=poll, **by),
        lambda poll, **by: operations.unlink(poll=poll, room=poll.rooms.get(name="other"), **by),
        lambda poll, **by: operations.link(poll=poll, room=poll.rooms.get(name="other"), **by),
        lambda poll, **by: operations.create(settings=quiz(), **by),
        lambda poll, **by: operations.duplicate(poll=poll, title="x", **by),
    ],
)
def test_what_is_asked_in_anothers_room_too_is_not_the_teachers_to_change(
    attempt: Callable[..., Any], shared: tuple[Poll, Room, Room], hms_simulator: SimulatedHms, wanjiru: User
) -> None:
    hms_simulator.forget()

    with pytest.raises(NotPermitted):
        attempt(shared[0], actor=wanjiru)

    assert hms_simulator.changes() == []
    assert not AuditEntry.objects.exists()


def test_a_teacher_makes_polls_for_a_room_of_theirs_and_may_copy_and_drop_a_shared_one(
    shared: tuple[Poll, Room, Room], hms_simulator: SimulatedHms, wanjiru: User
) -> None:
    poll, mine, other = shared

    made = operations.create(actor=wanjiru, settings=quiz(questions=[choice("Why?", "a", "b")]), room=mine)
    copy = operations.duplicate(actor=wanjiru, poll=poll, title="Mine now", room=mine)
    operations.link(actor=wanjiru, poll=copy, room=mine)
    operations.unlink(actor=wanjiru, poll=poll, room=mine)

    assert (made.made_by, copy.made_by) == (wanjiru, wanjiru)
    assert hms_simulator.world.rooms[mine.pk].polls == [copy.pk]
    assert hms_simulator.world.rooms[other.pk].polls == [poll.pk]


def test_a_teacher_cannot_link_a_poll_they_do_not_know(hms_simulator: SimulatedHms, sam: User) -> None:
    poll = known(hms_simulator)
    room = known_room(hms_simulator)
    RoomAccess.objects.create(user=sam, room=room)

    with pytest.raises(NotPermitted):
        operations.link(actor=sam, poll=poll, room=room)

    assert hms_simulator.changes() == []
