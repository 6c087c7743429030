"""Two workers at once, on one room and on PostgreSQL: the same rows as one worker alone."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connections

from analytics.envelope import Envelope
from analytics.ingest import ingest
from analytics.models import Event, Failure, Peer, Session, Track
from tests.analytics.histories import history, rows
from tests.rooms.two_at_once import TWO_AT_ONCE

pytestmark = TWO_AT_ONCE


def work(batches: list[list[Envelope]]) -> int:
    try:
        return sum(ingest(batch).new for batch in batches)
    finally:
        connections.close_all()


@pytest.mark.parametrize(
    ("scenario", "seed"), [("class", 1), ("rejoin", 2), ("stuck_track", 3), ("promote", 4), ("lost_webhooks", 5)]
)
def test_two_workers_with_the_same_events_leave_what_one_leaves(scenario: str, seed: int) -> None:
    told = history(scenario, seed)
    ingest(told.everything)
    alone = rows()
    for model in (Track, Peer, Session, Failure, Event):
        model._default_manager.all().delete()

    with ThreadPoolExecutor(2) as workers:
        new = list(workers.map(work, [told.disturbed(Random(seed)), told.disturbed(Random(seed + 1))]))
    assert sum(new) == Event.objects.count() == len({event.id for event in told.everything})
    assert rows() == alone
