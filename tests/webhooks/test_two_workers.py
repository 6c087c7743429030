"""Two workers on one room at once, as happens with every nudge that overtakes the sweep."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from analytics.models import Event, Peer
from tests.webhooks.conftest import Deliver, joined
from webhooks import inbox, operations
from webhooks.models import Delivery

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROOM = joined()["data"]["room_id"]


@pytest.fixture(autouse=True)
def on_postgresql(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time; set DATABASE_URL to a PostgreSQL server")


def at_once(*works: Callable[[], int]) -> list[int]:
    together = Barrier(len(works))

    def work(do: Callable[[], int]) -> int:
        together.wait()
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work, works))


def test_they_share_the_work_and_repeat_none(deliver: Deliver) -> None:
    for number in range(300):
        deliver(joined(number))

    read = at_once(*[lambda: inbox.process(ROOM, batch=20).read] * 3)

    assert sum(read) == 300
    assert Delivery.objects.filter(state=Delivery.State.PROCESSED).count() == 300
    assert Event.objects.count() == Peer.objects.count() == 300


def test_a_delivery_another_worker_holds_is_passed_over(deliver: Deliver) -> None:
    held, free = deliver(joined(1)), deliver(joined(2))

    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=held.pk)
        (read,) = at_once(lambda: inbox.process(ROOM).read)

    free.refresh_from_db()
    assert (read, free.state) == (1, Delivery.State.PROCESSED)
    assert inbox.process(ROOM).read == 1


def test_repeats_read_by_two_workers_are_one_event(deliver: Deliver) -> None:
    for number in range(100):
        deliver(joined(number))
        deliver(joined(number))

    read = at_once(*[lambda: inbox.process(ROOM, batch=7).read] * 2)

    assert sum(read) == 200
    assert Event.objects.count() == 100


def test_an_event_id_in_two_rooms_at_once_is_one_event_and_both_deliveries_are_read(deliver: Deliver) -> None:
    for number in range(100):
        deliver(joined(number, room_id="one", id=f"same-{number}"))
        deliver(joined(number, room_id="two", id=f"same-{number}"))

    at_once(lambda: inbox.process("one").read, lambda: inbox.process("two").read)

    assert Event.objects.count() == 100
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.PROCESSED}


def test_requeueing_while_a_worker_reads_leaves_each_delivery_read(deliver: Deliver, superuser: User) -> None:
    for number in range(50):
        deliver(joined(number), state=Delivery.State.DEAD if number % 2 else Delivery.State.PENDING)

    at_once(
        lambda: inbox.process(ROOM, batch=5).read,
        lambda: operations.requeue(Delivery.objects.all(), actor=superuser),
    )
    inbox.process(ROOM)

    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.PROCESSED}


@pytest.fixture
def superuser(transactional_db: None) -> User:
    return User.objects.create_superuser("root")
