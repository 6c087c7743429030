"""Our copy of polls: read by id, a few at a time, and what others changed or nobody confirmed is told apart."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from rooms import hms
from rooms.audit import Target, change
from rooms.connection import client
from rooms.mirrors import polls as mirror
from rooms.mirrors import rooms as room_mirror
from rooms.models import AuditEntry, Poll
from rooms.operations import polls as operations
from tests.rooms.polls import known, known_room, quiz, seen
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db


def told(poll: Poll | None = None) -> list[tuple[str, str, str]]:
    """The audit's lines, of one poll or all: who, what, and what came of it."""
    entries = AuditEntry.objects.order_by("id")
    entries = entries.filter(target_id=poll.pk) if poll else entries
    return [(entry.actor, entry.action, entry.outcome) for entry in entries]


def test_a_poll_that_a_room_names_is_read_with_its_questions(hms_simulator: SimulatedHms) -> None:
    made = hms_simulator.world.add_poll(quiz(duration=90, anonymous=True, mode="peerid", start="manual"))
    hms_simulator.world.add_room("optics", polls=[made.id])
    room_mirror.pull(client(), at=timezone.now())

    pulled = mirror.pull(client(), at=timezone.now())

    poll = Poll.objects.get()
    assert (pulled.objects, pulled.problems) == (1, [])
    assert (poll.title, poll.kind, poll.duration_seconds, poll.anonymous) == ("Light", "quiz", 90, True)
    assert (poll.mode, poll.start, poll.question_count, poll.rooms.get().name) == ("peerid", "manual", 3, "optics")
    assert [question["text"] for question in mirror.settings_of(poll)["questions"]][2] == "Its speed?"
    assert poll.changed_elsewhere_at is None
    assert told() == []


def test_a_run_reads_so_many_and_those_longest_ago_first(hms_simulator: SimulatedHms) -> None:
    polls = [known(hms_simulator, quiz(f"Quiz {number}")) for number in range(4)]
    for hours, poll in enumerate(polls):
        Poll.objects.filter(pk=poll.pk).update(mirrored_at=timezone.now() - timedelta(hours=hours))
    never = hms_simulator.world.add_poll(quiz("Never read"))
    Poll.objects.create(id=never.id)
    hms_simulator.forget()

    mirror.pull(client(), at=timezone.now(), most=3)

    assert hms_simulator.requests() == [
        ("GET", f"/polls/{poll_id}") for poll_id in (never.id, polls[3].pk, polls[2].pk)
    ]


def test_a_poll_that_100ms_no_longer_has_is_marked_and_does_not_stop_the_others(hms_simulator: SimulatedHms) -> None:
    gone = Poll.objects.create(id="655bffeecd34739a72637305", title="Gone")
    poll = known(hms_simulator)
    at = timezone.now()

    pulled = mirror.pull(client(), at=at)

    gone.refresh_from_db()
    poll.refresh_from_db()
    assert (gone.gone_at, gone.title) == (at, "Gone")
    assert (poll.mirrored_at, poll.gone_at) == (at, None)
    assert len(pulled.problems) == 1
    assert gone.pk in pulled.problems[0]


def test_a_poll_that_is_there_again_is_no_longer_gone(hms_simulator: SimulatedHms) -> None:
    poll = known(hms_simulator, gone_at=timezone.now())

    mirror.pull(client(), at=timezone.now())

    poll.refresh_from_db()
    assert poll.gone_at is None


def test_a_100ms_that_fails_ends_the_run_and_keeps_what_was_read(hms_simulator: SimulatedHms) -> None:
    first, second = known(hms_simulator), known(hms_simulator)
    Poll.objects.filter(pk=first.pk).update(mirrored_at=timezone.now() - timedelta(days=1))
    hms_simulator.fault("GET", "/polls/{poll_id}", status=500, after=1)
    at = timezone.now()

    with pytest.raises(hms.ServerFailed):
        mirror.pull(client(), at=at)

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.mirrored_at == at
    assert second.mirrored_at != at


def test_what_others_changed_is_marked_and_noted_until_we_change_it(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)
    client().polls.update(poll.pk, **quiz("Light and shadow"))
    at = timezone.now()

    mirror.pull(client(), at=at)
    mirror.pull(client(), at=timezone.now())

    poll.refresh_from_db()
    assert (poll.title, poll.changed_elsewhere_at) == ("Light and shadow", at)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.before, entry.after) == (
        "outside Rollcall",
        "poll.change",
        {"title": "Light"},
        {"title": "Light and shadow"},
    )
    operations.update(actor=ikram, poll=poll, seen=seen(poll), settings={"title": "Light again"})
    poll.refresh_from_db()
    assert poll.changed_elsewhere_at is None


def test_an_older_reading_does_not_undo_a_newer_one(hms_simulator: SimulatedHms) -> None:
    before = timezone.now()
    poll = known(hms_simulator)
    stale = client().polls.get(poll.pk)
    client().polls.update(poll.pk, **quiz("Newer"))
    mirror.pull(client(), at=timezone.now())

    assert mirror.write([stale], at=before) == 0

    poll.refresh_from_db()
    assert poll.title == "Newer"


def test_an_answer_that_100ms_fills_up_with_its_defaults_is_no_change(hms_simulator: SimulatedHms, ikram: User) -> None:
    settings = {"title": "Bare", "questions": [{"text": "How was it?", "type": "long-answer"}]}

    poll = operations.create(actor=ikram, settings=settings)
    mirror.pull(client(), at=timezone.now())

    poll.refresh_from_db()
    assert poll.changed_elsewhere_at is None
    assert told(poll) == [("ikram", "poll.create", "succeeded")]


def test_a_lost_creation_is_settled_by_the_very_poll_and_by_no_namesake(
    hms_simulator: SimulatedHms, ikram: User
) -> None:
    """100ms lists no polls, so the poll is met again only where a room names it: somebody linked it there."""
    namesake = hms_simulator.world.add_poll(quiz(questions=[]))
    hms_simulator.fault("POST", "/polls", cut="before")
    with pytest.raises(hms.ConnectionFailed):
        operations.create(actor=ikram, settings=quiz())
    Poll.objects.create(id=namesake.id)
    mirror.pull(client(), at=timezone.now())
    assert told() == [("ikram", "poll.create", "requested"), ("ikram", "poll.create", "unsure")]

    made = next(poll for poll_id, poll in hms_simulator.world.polls.items() if poll_id != namesake.id)
    hms_simulator.world.add_room("optics", polls=[made.id])
    room_mirror.pull(client(), at=timezone.now())
    mirror.pull(client(), at=timezone.now())

    assert told()[2:] == [("ikram", "poll.create", "succeeded")]
    assert AuditEntry.objects.order_by("id")[2].target_id == made.id
    assert Poll.objects.get(pk=made.id).title == "Light"


@pytest.mark.parametrize(("did", "outcome"), [(True, "succeeded"), (False, "failed")])
def test_a_link_without_an_answer_is_settled_by_the_room(
    did: bool, outcome: str, hms_simulator: SimulatedHms, ikram: User
) -> None:
    poll, room = known(hms_simulator), known_room(hms_simulator)
    hms_simulator.fault("POST", "/rooms/{room_id}", cut="before", done=did)
    with pytest.raises(hms.ConnectionFailed):
        operations.link(actor=ikram, poll=poll, room=room)
    assert not room.polls.exists()

    mirror.pull(client(), at=timezone.now())

    assert told(poll)[-1] == ("ikram", "poll.link", outcome)
    assert room.polls.filter(pk=poll.pk).exists() is did
    mirror.pull(client(), at=timezone.now())
    assert len(told(poll)) == 3


def test_a_change_under_way_is_left_to_who_makes_it(hms_simulator: SimulatedHms, ikram: User) -> None:
    poll = known(hms_simulator)

    with change(ikram, "poll.update", Target("poll", poll.pk, "Light"), after={"title": "Mine"}) as under_way:
        client().polls.update(poll.pk, **quiz("Mine"))
        mirror.pull(client(), at=timezone.now())
        under_way.done()

    poll.refresh_from_db()
    assert (poll.title, poll.changed_elsewhere_at) == ("Mine", None)
    assert told(poll) == [("ikram", "poll.update", "requested"), ("ikram", "poll.update", "succeeded")]


def test_secrets_in_texts_are_not_kept(hms_simulator: SimulatedHms) -> None:
    poll = known(hms_simulator, quiz(questions=[{"text": "See https://a.example/x?token=hush-hush", "attachment": []}]))

    assert "hush-hush" not in str(poll.received)
