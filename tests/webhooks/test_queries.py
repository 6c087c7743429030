"""How the inbox is doing, in figures."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webhooks.conftest import Deliver, joined
from webhooks import queries
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 12, 12, 4, 10, tzinfo=UTC)
State = Delivery.State


def test_an_empty_inbox_has_nothing_waiting() -> None:
    found = queries.inbox(NOW)

    assert (found.waiting, found.failed, found.dead) == (0, 0, 0)
    assert (found.oldest_waiting_at, found.oldest_waiting_seconds) == (None, None)
    assert found.received == [0] * 60


def test_deliveries_are_counted_by_what_they_wait_for(
    deliver: Deliver, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number, (state, age) in enumerate(
        [
            (State.PENDING, 5),
            (State.PENDING, 90),
            (State.FAILED, 500),
            (State.DEAD, 900),
            (State.DEAD, 901),
            (State.DEAD, 902),
        ]
    ):
        deliver(joined(number), state=state, received_at=NOW - timedelta(seconds=age))
    for state in (State.PROCESSED, State.IGNORED):
        deliver(joined(9), state=state, processed_at=NOW, received_at=NOW - timedelta(hours=5))

    with django_assert_num_queries(2):
        found = queries.inbox(NOW)

    assert (found.waiting, found.failed, found.dead) == (2, 1, 3)
    assert found.oldest_waiting_at == NOW - timedelta(seconds=90)
    assert found.oldest_waiting_seconds == 90


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_the_last_hour_is_counted_by_the_minute(deliver: Deliver, zone: str) -> None:
    for seconds in (0, 9, 10, 11, 70, 59 * 60, 60 * 60, 7200):
        deliver(joined(seconds), received_at=NOW - timedelta(seconds=seconds))
    deliver(joined(99), received_at=NOW + timedelta(seconds=70))

    with timezone.override(zone):
        found = queries.inbox(NOW)

    assert found.received[-3:] == [0, 2, 3]
    assert found.received[0] == 1
    assert found.received_last_hour == 6
