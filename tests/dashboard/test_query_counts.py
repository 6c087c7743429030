"""A page asks the database the same number of questions, however much it shows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import Cursor
from rooms.models import Room, RoomAccess
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from webhooks.models import Delivery

MOST = 30
URLS = [
    "/",
    "/rooms/?size=100",
    "/sessions/?size=100",
    "/people/?size=100",
    "/people/ada/",
    "/search/?q=a",
    "/rooms/{room}/?size=100",
]
OF_OPS = ["/deliveries/?size=100"]


def fill(number: int, viewer: User, first: Room) -> None:
    """A school of `number` rooms with a class now and one before, everybody in trouble."""
    for index in range(number):
        held_in = first if index == 0 else classes.room(f"Room {index} a")
        RoomAccess.objects.get_or_create(user=viewer, room=held_in)
        pupils = [Pupil(), Pupil(f"Pupil {index} a", f"pupil-{index}", dropped=True)]
        held = classes.session(held_in, ago=timedelta(minutes=50 + index), pupils=pupils, failures=1)
        classes.session(held_in, ago=timedelta(minutes=20), pupils=pupils, length=None, failures=1)
        classes.session(first, ago=timedelta(minutes=90 + index), pupils=pupils)
        Cursor.objects.create(session_id=held.pk, room_id=held_in.pk, lost_at=timezone.now())
        classes.delivery(Delivery.State.DEAD, room_id=held_in.pk)
        classes.delivery(room_id=held_in.pk)


def asked(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(url)
    assert answer.status_code == 200
    return [query["sql"] for query in queries.captured_queries]


@pytest.mark.slow
@pytest.mark.parametrize("who", ["ops", "teacher"])
def test_pages_ask_no_more_with_50_rows_than_with_5(
    who: str, physics: Room, ikram: User, wanjiru: User, signed_in: Callable[[User], Client]
) -> None:
    viewer = ikram if who == "ops" else wanjiru
    client = signed_in(viewer)
    urls = [url.format(room=physics.pk) for url in URLS] + (OF_OPS if who == "ops" else [])

    fill(5, viewer, physics)
    few = {url: asked(client, url) for url in urls}
    fill(45, viewer, physics)
    many = {url: asked(client, url) for url in urls}

    assert {url: len(queries) for url, queries in many.items()} == {url: len(queries) for url, queries in few.items()}
    assert max(len(queries) for queries in many.values()) <= MOST


def test_a_stay_asks_no_more_with_many_events(physics: Room, ops: Client) -> None:
    held = classes.session(physics, pupils=[Pupil()])
    peer = held.peers.get()
    url = f"/sessions/{held.pk}/peers/{peer.pk}/"
    few = asked(ops, url)

    for _ in range(40):
        classes.failure(held)
        classes.stay(held, Pupil(), timezone.now() - timedelta(hours=2), timezone.now())

    assert len(asked(ops, url)) == len(few)
