"""In a storm of webhooks the worker, the broker and the web server are killed, one after the other.

What was acknowledged is there, once, and projected.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bin import servers
from bin.processes import Family, free_port
from tests.kill.classes import classes
from tests.kill.product import SECRET, Product
from tests.kill.sender import Sender

pytestmark = [pytest.mark.kill, pytest.mark.slow]

# For each part of the storm, and for two sweeps and the reading itself: long, for the machine has other things to do.
COME_WITHIN, SETTLED_WITHIN = 120.0, 180.0


class Storm:
    """A sender at work in the background, and how far it has come."""

    def __init__(self, product: Product, events: list[dict[str, Any]]) -> None:
        self.sender = Sender(port=product.port, secret=SECRET)
        self.total = len(events)
        self.thread = Thread(target=self.sender.send, args=[events], daemon=True)
        self.thread.start()

    def meets_nobody(self) -> Callable[[], bool]:
        """Have a hundred tries more been made than now?"""
        before = self.sender.tries
        return lambda: self.sender.tries >= before + 100 or not self.thread.is_alive()

    def has_come(self, share: float) -> Callable[[], bool]:
        return lambda: len(self.sender.acknowledged) >= share * self.total or not self.thread.is_alive()


def kill_the_web_server(product: Product, storm: Storm) -> None:
    """In the middle of what is sent. Then the storm waits: of what is refused for 14 s 100ms gives up, and that is
    soon all of it where a busy machine takes longer to start another one."""
    product.kill("web")
    product.wait_until(storm.meets_nobody(), COME_WITHIN, "the part without a web server")
    storm.sender.held = True
    product.start_web()
    product.wait_until(product.is_alive, COME_WITHIN, "the new web server")
    storm.sender.held = False
    storm.thread.join(COME_WITHIN)


def everything_is_there_once_and_projected(product: Product, sender: Sender) -> None:
    stored = [event_id for (event_id,) in product.rows("SELECT event_id FROM analytics_event WHERE channel='webhook'")]
    assert len(stored) == len(set(stored))
    assert sender.acknowledged <= set(stored)
    assert set(product.states()) == {"processed"}

    people = product.rows(
        "SELECT id FROM analytics_peer WHERE joined_at IS NOT NULL AND left_at IS NOT NULL AND role='speaker'"
    )
    left = {name.replace("-peer.leave-", "-peer-") for name in sender.acknowledged if "-peer.leave-" in name}
    assert left <= {peer for (peer,) in people}
    ended = {session for (session,) in product.rows("SELECT id FROM analytics_session WHERE ended_at IS NOT NULL")}
    assert {
        name.split("-session.close")[0] + "-session" for name in sender.acknowledged if "session.close" in name
    } <= ended

    # The read models are what a fold of all events gives: nothing was projected half, twice or out of turn.
    before = read_models(product)
    product.manage("rebuild_projections")
    assert read_models(product) == before


def read_models(product: Product) -> list[list[tuple[Any, ...]]]:
    return [
        product.rows("SELECT id, session_id, role, joined_at, left_at, leave_reason FROM analytics_peer ORDER BY id"),
        product.rows("SELECT id, started_at, ended_at, people_count, peak_count FROM analytics_session ORDER BY id"),
    ]


@pytest.mark.postgres
@pytest.mark.redis
def test_worker_broker_and_web_server_are_killed_in_a_storm_of_5000(processes: Family, tmp_path: Path) -> None:
    programs = servers.postgresql()
    if programs is None:
        pytest.skip("PostgreSQL 15 or newer is not installed here")
    if not servers.redis():
        pytest.skip("redis-server is not installed here")
    data = tmp_path / "postgresql"
    data.mkdir()
    product = Product(processes, tmp_path, servers.start_postgresql(programs, processes, data), free_port())
    product.start_broker()
    product.start()

    storm = Storm(product, classes(rooms=10, people=166))
    product.wait_until(storm.has_come(0.15), COME_WITHIN, "the first part of the storm")
    product.kill("worker")
    product.wait_until(storm.has_come(0.3), COME_WITHIN, "the part without a worker")
    product.start_worker()
    product.wait_until(storm.has_come(0.4), COME_WITHIN, "the part with a new worker")
    product.kill("broker")
    product.wait_until(storm.has_come(0.6), COME_WITHIN, "the part without a broker")
    product.start_broker()
    product.wait_until(storm.has_come(0.75), COME_WITHIN, "the part with a new broker")
    kill_the_web_server(product, storm)

    sender = storm.sender
    assert len(sender.acknowledged) + len(sender.given_up) == storm.total == 5_000
    assert sender.tries > storm.total, "the web server was killed while nobody was sending"
    assert len(sender.acknowledged) > 4_500
    product.wait_until(product.has_settled, SETTLED_WITHIN, "reading what was stored")
    everything_is_there_once_and_projected(product, sender)
    product.kill_all()


def test_the_embedded_product_survives_the_same(processes: Family, tmp_path: Path) -> None:
    """SQLite, and a broker that forgets the task of a killed worker."""
    product = Product(processes, tmp_path)
    product.start()

    storm = Storm(product, classes(rooms=4, people=82))
    product.wait_until(storm.has_come(0.2), COME_WITHIN, "the first part of the storm")
    product.kill("worker")
    product.wait_until(storm.has_come(0.5), COME_WITHIN, "the part without a worker")
    product.start_worker()
    product.wait_until(storm.has_come(0.6), COME_WITHIN, "the part with a new worker")
    kill_the_web_server(product, storm)

    sender = storm.sender
    assert len(sender.acknowledged) + len(sender.given_up) == storm.total == 992
    assert len(sender.acknowledged) > 900
    product.wait_until(product.has_settled, SETTLED_WITHIN, "reading what was stored")
    everything_is_there_once_and_projected(product, sender)
    product.kill_all()
