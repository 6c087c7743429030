"""A worker hears of a delivery soon, and a broker that is down costs the request nothing."""

import threading
import time
from collections.abc import Callable

from webhooks.nudges import Nudges


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


class Broker:
    """The far side: keeps what it was sent, and can be down or hang."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.asked = 0
        self.is_down = False
        self.answers = threading.Event()
        self.answers.set()

    def publish(self, room_id: str) -> None:
        self.asked += 1
        self.answers.wait()
        if self.is_down:
            raise ConnectionRefusedError("no broker")
        self.sent.append(room_id)


def test_a_room_is_nudged_at_once() -> None:
    broker = Broker()
    nudges = Nudges(broker.publish)

    started = time.monotonic()
    nudges.add("physics")

    assert until(lambda: broker.sent == ["physics"])
    assert time.monotonic() - started < 0.2


def test_a_storm_in_one_room_is_a_nudge_a_gap_and_the_last_event_has_one_after_it() -> None:
    broker = Broker()
    nudges = Nudges(broker.publish, gap=0.2)

    for _ in range(1_000):
        nudges.add("physics")
    assert until(lambda: len(broker.sent) >= 1)
    before = len(broker.sent)
    nudges.add("physics")

    assert until(lambda: len(broker.sent) > before)
    assert len(broker.sent) <= 3


def test_every_room_is_nudged() -> None:
    broker = Broker()
    nudges = Nudges(broker.publish, gap=0.01)
    rooms = {f"room-{number}" for number in range(200)}

    for room in rooms:
        nudges.add(room)

    assert until(lambda: set(broker.sent) == rooms)


def test_a_broker_that_hangs_holds_up_no_request() -> None:
    broker = Broker()
    broker.answers.clear()
    nudges = Nudges(broker.publish, gap=0.01)

    started = time.monotonic()
    for number in range(1_000):
        nudges.add(f"room-{number}")
    took = time.monotonic() - started
    broker.answers.set()

    assert took < 0.5
    assert until(lambda: len(set(broker.sent)) == 1_000)


def test_a_broker_that_is_down_is_asked_seldom_and_told_everything_once_it_is_back() -> None:
    broker = Broker()
    broker.is_down = True
    nudges = Nudges(broker.publish, gap=0.01, pauses=(0.1, 0.3))

    for number in range(100):
        nudges.add(f"room-{number}")
        time.sleep(0.005)
    assert 1 <= broker.asked <= 6
    broker.is_down = False

    assert until(lambda: len(set(broker.sent)) == 100)
    assert len(broker.sent) == 100
