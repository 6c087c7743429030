"""Two of our processes at the same rows, in one test: a thread with a connection of its own is the other."""

from collections.abc import Callable
from concurrent.futures import Future
from time import sleep

import pytest
from django.db import connection, connections

TWO_AT_ONCE = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite has one writer at a time; set DATABASE_URL to a PostgreSQL server",
    ),
]
"""The marks of a module of such tests."""


def alone(work: Callable[[], object]) -> None:
    """In another process's stead: on a connection of its own, which gives up on a lock rather than wait for ever."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20s'")
        work()
    finally:
        connections.close_all()


def wait_for_a_lock(other: "Future[None]") -> None:
    """Until the other stands before a lock of ours, or is through.

    Of ours alone: tests that run beside these have databases of their own on the same server, and wait there too.
    """
    while not other.done():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        sleep(0.01)
