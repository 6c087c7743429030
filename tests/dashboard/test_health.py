"""What machines are told of us."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.celery import app
from webhooks import tasks
from webhooks.models import Heartbeat


@pytest.fixture
def no_broker() -> Iterator[None]:
    """The address of a broker that is not there: nobody listens at that port, and nobody else can take it meanwhile."""
    import socket

    before = app.conf.broker_url, app.conf.broker_transport_options
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        app.conf.update(broker_url=address, broker_transport_options={"socket_connect_timeout": 1})
        yield
    app.conf.update(broker_url=before[0], broker_transport_options=before[1])


@pytest.fixture
def standing_clock() -> Iterator[None]:
    """A page that says how many seconds ago may take its time."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.mark.django_db
def test_healthz_answers_without_asking_anybody(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readyz_is_200_when_all_is_there(client: Client, standing_clock: None) -> None:
    tasks.tick()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": {"ok": True, "words": "The database answers."},
        "broker": {"ok": True, "words": "The broker answers."},
        "beat": {"ok": True, "words": "Last tick 0 s ago."},
    }


@pytest.mark.django_db
def test_readyz_is_503_before_the_first_tick_and_when_ticks_stop(client: Client, standing_clock: None) -> None:
    first = client.get("/readyz")
    assert (first.status_code, first.json()["beat"]["ok"]) == (503, False)
    assert first.json()["beat"]["words"].startswith("No tick yet.")

    Heartbeat.objects.create(name="beat", beat_at=timezone.now() - timedelta(seconds=75))

    stopped = client.get("/readyz")
    assert (stopped.status_code, stopped.json()["ready"]) == (503, False)
    assert stopped.json()["beat"]["words"].startswith("Last tick 75 s ago. Check")


@pytest.mark.django_db
def test_readyz_is_503_without_a_broker(client: Client, no_broker: None) -> None:
    tasks.tick()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["broker"]["ok"] is False
    assert "127.0.0.1" not in answer.content.decode(), "addresses of ours stay inside"


@pytest.mark.django_db
def test_readyz_is_503_without_a_database(client: Client) -> None:
    def gone(execute: Any, *_: Any) -> Any:
        raise OperationalError("connection to server at 10.0.0.5 failed")

    with connection.execute_wrapper(gone):
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"]["ok"] is False
    assert answer.json()["beat"] == {"ok": False, "words": "Unknown: the database does not answer."}
    assert "10.0.0.5" not in answer.content.decode()
