"""A worker hears of a delivery soon, and a broker that is down costs the request nothing.

Nothing here is timed: the thread's rests end when the test says so, and `SOON` only keeps a failure from hanging.
"""

import queue
import threading

from webhooks.nudges import Nudges

SOON = 60.0


class Broker:
    """The far side: keeps what it was sent, and can be down or hang."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.asked = 0
        self.is_down = False
        self.is_asked = threading.Event()
        self.answers = threading.Event()
        self.answers.set()

    def publish(self, room_id: str) -> None:
        self.asked += 1
        self.is_asked.set()
        assert self.answers.wait(SOON)
        if self.is_down:
            raise ConnectionRefusedError("no broker")
        self.sent.append(room_id)


class Rests:
    """The thread's sleep: each is told to the test, and ends when the test lets it."""

    def __init__(self) -> None:
        self._begun: queue.Queue[float] = queue.Queue()
        self._over = threading.Semaphore(0)

    def sleep(self, seconds: float) -> None:
        self._begun.put(seconds)
        self._over.acquire(timeout=SOON)

    def begun(self) -> float:
        """Wait until the thread rests; for how long it wants to."""
        return self._begun.get(timeout=SOON)

    def end(self) -> None:
        self._over.release()


def test_a_room_is_nudged_before_the_first_rest() -> None:
    broker, rests = Broker(), Rests()
    nudges = Nudges(broker.publish, gap=3600, sleep=rests.sleep)

    nudges.add("physics")

    assert rests.begun() == 3600
    assert broker.sent == ["physics"]


def test_a_storm_in_one_room_is_a_nudge_a_gap_and_the_last_event_has_one_after_it() -> None:
    broker, rests = Broker(), Rests()
    nudges = Nudges(broker.publish, gap=0.25, sleep=rests.sleep)

    nudges.add("physics")
    rests.begun()
    for _ in range(1_000):
        nudges.add("physics")
    assert broker.sent == ["physics"]
    rests.end()

    assert rests.begun() == 0.25
    assert broker.sent == ["physics", "physics"]
    rests.end()
    nudges.add("chemistry")  # nothing of the storm is left to be sent before it
    rests.begun()
    assert broker.sent == ["physics", "physics", "chemistry"]


def test_every_room_is_nudged() -> None:
    broker, rests = Broker(), Rests()
    nudges = Nudges(broker.publish, sleep=rests.sleep)
    nudges.add("physics")
    rests.begun()
    rooms = {f"room-{number}" for number in range(200)}

    for room in rooms:
        nudges.add(room)
    rests.end()

    rests.begun()
    assert sorted(broker.sent) == sorted({"physics", *rooms})


def test_a_broker_that_hangs_holds_up_no_request() -> None:
    broker, rests = Broker(), Rests()
    broker.answers.clear()
    nudges = Nudges(broker.publish, sleep=rests.sleep)
    nudges.add("room-0")
    assert broker.is_asked.wait(SOON)

    def webhooks() -> None:
        for number in range(1, 1_000):
            nudges.add(f"room-{number}")

    requests = threading.Thread(target=webhooks, daemon=True)
    requests.start()
    requests.join(SOON)

    # All were taken, and the broker has not answered the first yet.
    assert not requests.is_alive()
    assert (broker.asked, broker.sent) == (1, [])
    broker.answers.set()
    rests.begun()
    rests.end()
    rests.begun()
    assert sorted(broker.sent) == sorted(f"room-{number}" for number in range(1_000))


def test_a_broker_that_is_down_is_asked_seldom_and_told_everything_once_it_is_back() -> None:
    broker, rests = Broker(), Rests()
    broker.is_down = True
    nudges = Nudges(broker.publish, gap=0.25, pauses=(1.0, 5.0), sleep=rests.sleep)

    nudges.add("room-0")
    paused = [rests.begun()]
    for number in range(1, 100):
        nudges.add(f"room-{number}")
    for _ in range(2):
        rests.end()
        paused.append(rests.begun())
    assert paused == [1.0, 5.0, 5.0]
    assert broker.asked == 3
    broker.is_down = False
    rests.end()

    assert rests.begun() == 0.25
    assert sorted(broker.sent) == sorted(f"room-{number}" for number in range(100))
