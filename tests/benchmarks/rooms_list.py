"""The list of rooms: what a page of 50 rooms costs among 5,000, against the same page when there are no more."""

from collections.abc import Iterator
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from analytics.models import Session
from rooms.models import Room
from tests.benchmarks.measuring import Ratio, best_of, seconds
from tests.benchmarks.session_page import Asked
from tests.benchmarks.storing import empty

ROUNDS = 12
SESSIONS_EACH = 6
PAGES = {
    "last used first": "?size=50",
    "by name": "?size=50&sort=name",
    "by number of sessions": "?size=50&sort=-sessions",
    "disabled ones": "?size=50&state=disabled",
    "found by name": "?size=50&q=room-00",
    "the last page": "?size=50&page=9999",
}


def school(rooms: int) -> None:
    """Rooms on a few templates, every second one disabled, each with sessions that are over; nothing else."""
    empty()
    now = timezone.now()
    made = [
        Room(
            id=f"{number:024x}",
            name=f"Room-{number:05d}",
            template_name=f"Template {number % 7}",
            region="eu",
            enabled=number % 2 == 0,
            mirrored_at=now,
        )
        for number in range(rooms)
    ]
    Room.objects.bulk_create(made, batch_size=500)
    started = [now - timedelta(hours=2 + number) for number in range(rooms * SESSIONS_EACH)]
    Session.objects.bulk_create(
        [
            Session(id=f"session-{number}", room=made[number % rooms], started_at=at, ended_at=at, last_event_at=at)
            for number, at in enumerate(started)
        ],
        batch_size=500,
    )
    with connection.cursor() as cursor:
        # As autovacuum does, a minute later.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def opened(viewer: Client, path: str) -> tuple[float, int]:
    """Seconds of the quickest answer, and how many statements it took."""

    def get() -> None:
        answer = viewer.get(path)
        assert answer.status_code == 200, answer.status_code

    get()
    asked = Asked()
    with connection.execute_wrapper(asked):
        get()
    (best,) = best_of(ROUNDS, lambda: seconds(get))
    return best, asked.statements


def benchmark() -> Iterator[Ratio]:
    viewer = Client()
    viewer.force_login(User.objects.create_superuser("olga"))
    figures: dict[int, list[dict[str, tuple[float, int]]]] = {50: [], 5_000: []}
    for rooms in (50, 5_000, 50, 5_000):
        school(rooms)
        figures[rooms].append({what: opened(viewer, f"/rooms/{query}") for what, query in PAGES.items()})
    few, many = ({what: min(run[what] for run in runs) for what in PAGES} for runs in figures.values())
    # A search or a filter finds fewer of 50 than a page holds, so each is held against a page that is full.
    small = min(few[what][0] for what in ("last used first", "by name", "by number of sessions"))
    for what in PAGES:
        (_, asked_of_few), (large, asked_of_many) = few[what], many[what]
        yield Ratio(
            f"rooms, {what}: × for 5,000 ÷ for 50",
            large / small,
            1.5,
            at_most=True,
            detail=f"{large * 1000:.0f} ms and {small * 1000:.0f}; {asked_of_many} and {asked_of_few} statements",
        )
