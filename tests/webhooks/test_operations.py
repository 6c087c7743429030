"""Requeueing and setting aside: what they take, what they leave, and the trail of who asked."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from rooms.actors import NotPermitted
from rooms.models import AuditEntry
from tests.webhooks.conftest import CAME_AT, Deliver, joined
from webhooks import inbox, operations, queries
from webhooks.models import Delivery

State = Delivery.State


def test_ikram_requeues_a_dead_delivery_and_it_is_read_from_the_start(ikram: User, deliver: Deliver) -> None:
    delivery = deliver(joined(), state=State.DEAD, attempts=6, error="broken")

    assert operations.requeue([delivery], actor=ikram) == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == (State.PENDING, 0, "broken")
    assert inbox.process(delivery.room_id).read == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.PROCESSED, "")


def test_a_failed_delivery_need_not_rest_any_longer(ikram: User, deliver: Deliver) -> None:
    far = CAME_AT.replace(year=2999)
    delivery = deliver(joined(), state=State.FAILED, attempts=4, next_attempt_at=far)

    operations.requeue(Delivery.objects.all(), actor=ikram)

    assert inbox.process(delivery.room_id).read == 1


@pytest.mark.parametrize("state", [State.PENDING, State.PROCESSED, State.IGNORED])
def test_any_other_delivery_is_left_alone(ikram: User, deliver: Deliver, state: str) -> None:
    delivery = deliver(joined(), state=state, attempts=2)

    assert operations.requeue([delivery], actor=ikram) == 0

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (state, 2)
    assert not LogEntry.objects.exists()


def test_each_requeue_is_logged_with_who_asked(ikram: User, deliver: Deliver) -> None:
    deliveries = [deliver(joined(number), state=State.DEAD) for number in range(2)]

    operations.requeue(deliveries, actor=ikram)

    entries = LogEntry.objects.filter(user=ikram).order_by("object_id")
    assert [entry.object_id for entry in entries] == sorted(str(delivery.pk) for delivery in deliveries)
    assert all("Requeued" in entry.get_change_message() for entry in entries)


def test_an_audit_entry_names_who_asked_and_for_which(ikram: User, deliver: Deliver) -> None:
    one, two, three = (deliver(joined(number), state=State.DEAD) for number in range(3))

    operations.requeue([one], actor=ikram)
    operations.set_aside([two, three], actor=ikram)

    requeued, aside = AuditEntry.objects.order_by("id")
    assert (requeued.actor, requeued.action, requeued.target_id) == ("ikram", "delivery.requeue", str(one.pk))
    assert requeued.room_id == one.room_id
    assert (aside.actor, aside.action, aside.target_name) == ("ikram", "delivery.set_aside", "2 deliveries")
    assert aside.after == {"deliveries": [two.pk, three.pk]}


def test_a_delivery_set_aside_waits_for_nobody_and_is_kept(ikram: User, deliver: Deliver) -> None:
    delivery = deliver(b"not json", state=State.DEAD, attempts=1, error="body: not JSON")

    assert operations.set_aside([delivery], actor=ikram) == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error, delivery.note) == (State.ASIDE, "body: not JSON", "Set aside by ikram")
    assert delivery.processed_at is not None
    assert not queries.dead().exists()
    assert inbox.process("").read == 0


def test_what_was_set_aside_can_be_read_after_all(ikram: User, deliver: Deliver) -> None:
    delivery = deliver(joined(), state=State.DEAD)
    operations.set_aside([delivery], actor=ikram)

    assert operations.requeue([delivery], actor=ikram) == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.note, delivery.processed_at) == (State.PENDING, "", None)
    assert inbox.process(delivery.room_id).read == 1


@pytest.mark.parametrize("state", [State.PENDING, State.FAILED, State.PROCESSED, State.IGNORED, State.ASIDE])
def test_only_what_is_dead_is_set_aside(ikram: User, deliver: Deliver, state: str) -> None:
    delivery = deliver(joined(), state=state)

    assert operations.set_aside([delivery], actor=ikram) == 0

    delivery.refresh_from_db()
    assert delivery.state == state
    assert not AuditEntry.objects.exists()


def test_what_was_set_aside_is_kept_from_that_day_on(ikram: User, deliver: Deliver) -> None:
    delivery = deliver(b"not json", state=State.DEAD)
    later = CAME_AT + timedelta(days=60)
    with time_machine.travel(later, tick=False):
        operations.set_aside([delivery], actor=ikram)

    assert inbox.prune(later - timedelta(days=30)) == 0
    assert inbox.prune(later + timedelta(seconds=1)) == 1


def test_a_teacher_may_do_neither(wanjiru: User, deliver: Deliver) -> None:
    delivery = deliver(joined(), state=State.DEAD)

    with pytest.raises(NotPermitted):
        operations.requeue([delivery], actor=wanjiru)
    with pytest.raises(NotPermitted):
        operations.set_aside([delivery], actor=wanjiru)

    delivery.refresh_from_db()
    assert delivery.state == State.DEAD
