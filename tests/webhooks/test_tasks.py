"""The doors: each ends in one call of the domain, and what follows is sent to a real broker (kombu's, in memory)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery
from django.utils import timezone
from kombu import pools
from pytest_django import Settings

from dashboard.celery import app
from tests.conftest import payload
from tests.webhooks.conftest import Deliver, joined
from webhooks import tasks
from webhooks.models import Delivery, Heartbeat

pytestmark = pytest.mark.django_db


class Queue:
    def __init__(self, celery: Celery) -> None:
        self.celery = celery

    def sent(self, name: str = "rollcall") -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Task name, keyword arguments and headers of every message waiting in that queue, taking them."""
        messages: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        with self.celery.connection_for_read() as connection:
            queue = connection.SimpleQueue(name)
            while True:
                try:
                    message = queue.get(block=False)
                except queue.Empty:
                    return messages
                message.ack()
                messages.append((message.headers["task"], message.payload[1], message.headers))


def _forget_connections() -> None:
    """Celery keeps those of the broker it spoke to first."""
    pools.reset()  # type: ignore[no-untyped-call]
    app._pool = None
    app.amqp._producer_pool = None


@pytest.fixture
def queue() -> Iterator[Queue]:
    names = "broker_url", "broker_transport", "broker_transport_options"
    before = {name: app.conf[name] for name in names}
    app.conf.update(
        broker_url="memory://", broker_transport="memory", broker_transport_options={"polling_interval": 0.01}
    )
    _forget_connections()
    try:
        queue = Queue(app)
        queue.sent()
        queue.sent("pulls")
        yield queue
    finally:
        app.conf.update(before)
        _forget_connections()


def test_a_room_is_read_and_the_session_that_closed_is_pulled_soon(deliver: Deliver, queue: Queue) -> None:
    closing = payload("webhooks/session.close.success")
    deliver(closing)

    tasks.process(room_id=closing["data"]["room_id"])

    ((name, arguments, headers),) = queue.sent("pulls")
    assert (name, arguments) == ("analytics.tasks.pull_session", {"session_id": closing["data"]["session_id"]})
    assert headers["eta"] is not None
    assert Delivery.objects.get().state == Delivery.State.PROCESSED


def test_the_sweep_nudges_a_worker_for_each_room_it_finds(deliver: Deliver, queue: Queue) -> None:
    deliver(joined(1, room_id="one"))
    deliver(joined(2, room_id="two"))

    tasks.sweep()

    # This process may still be nudging for what was posted to it before: those are rooms of another test.
    sent = [one for one in queue.sent() if one[1].get("room_id") in ("one", "two")]
    assert [(name, arguments) for name, arguments, _ in sent] == [
        ("webhooks.tasks.process", {"room_id": "one"}),
        ("webhooks.tasks.process", {"room_id": "two"}),
    ]
    assert all(headers["expires"] for _, _, headers in sent)


def test_pruning_keeps_as_many_days_as_are_set(deliver: Deliver, settings: Settings) -> None:
    settings.HMS_WEBHOOK_KEEP_DAYS = 3
    now = timezone.now()
    read = {"state": Delivery.State.PROCESSED, "processed_at": now}
    deliver(joined(1), received_at=now - timedelta(days=3, hours=1), **read)
    kept = deliver(joined(2), received_at=now - timedelta(days=2, hours=23), **read)

    tasks.prune()

    assert Delivery.objects.get() == kept


def test_a_tick_leaves_its_time() -> None:
    before = timezone.now()

    tasks.tick()
    tasks.tick()

    assert before <= Heartbeat.objects.get(name="beat").beat_at <= timezone.now()
