"""Requeueing: what it takes, what it leaves, and the trail of who asked."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from tests.webhooks.conftest import CAME_AT, Deliver, joined
from webhooks import inbox, operations
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
