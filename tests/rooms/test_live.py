"""What runs in a room now: read once for everybody who watches, and shown with its stamp when 100ms fails."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from rooms import live
from rooms.connection import client
from rooms.models import LiveReading, Room
from rooms.simulator.scenarios import SCENARIOS
from tests.rooms.simulated import SimulatedHms

LIST = "/active-rooms/{room_id}/peers"


class Moving:
    """A clock of ours that a test moves."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> Any:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def room(hms_simulator: SimulatedHms, db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    return Room.objects.create(id=made.id, name="Choir")


@pytest.fixture
def joined(hms_simulator: SimulatedHms, room: Room) -> Any:
    codes = {code.role: code.code for code in client().room_codes.create(room.pk)}

    def join(name: str = "Amina", role: str = "student") -> str:
        peer_id: str = hms_simulator.join(codes[role], name, name.lower())["peer_id"]
        return peer_id

    return join


def lists(hms_simulator: SimulatedHms) -> int:
    return sum(path.endswith("/peers") for _, path in hms_simulator.requests())


def test_who_is_in_with_role_and_devices(room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving) -> None:
    amina = joined()
    hms_simulator.clock.advance(2)

    reading = live.look(room, clock=clock)

    (peer,) = reading.peers.values()
    assert (peer["name"], peer["role"], peer["user_id"]) == ("Amina", "student", "amina")
    assert peer["on"] == {"mic": True, "camera": True, "screen": False}
    assert reading.session_id == hms_simulator.world.running(room.pk).id
    assert (reading.read_at, reading.problem) == (clock.now, "")
    assert list(reading.peers) == [amina]
    assert LiveReading.objects.get().peers == reading.peers


def test_ten_viewers_cost_one_reading(room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving) -> None:
    joined()
    hms_simulator.forget()

    for _ in range(10):
        live.look(room, clock=clock)
    assert lists(hms_simulator) == 1
    clock.pass_by(3)
    for _ in range(10):
        live.look(room, clock=clock)

    assert lists(hms_simulator) == 2


def test_while_somebody_reads_the_others_take_what_is_there(
    room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving
) -> None:
    joined()
    before = live.look(room, clock=clock)
    clock.pass_by(10)
    LiveReading.objects.update(claimed_until=clock.now + timedelta(seconds=5))
    hms_simulator.forget()

    assert live.look(room, clock=clock).read_at == before.read_at
    assert hms_simulator.requests() == []
    # Whoever claimed it died: the claim runs out.
    clock.pass_by(6)
    assert live.look(room, clock=clock).read_at == clock.now


def test_who_saw_an_older_row_asks_nothing(
    room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the row and the claim somebody else has read, and let go of the claim."""
    joined()
    live.look(room, clock=clock)
    clock.pass_by(5)
    LiveReading.objects.update(asked_at=clock.now)
    old = LiveReading.objects.get()
    old.asked_at = clock.now - timedelta(seconds=5)

    assert live.is_due(old, now=clock.now)
    assert not live._claimed(old, clock.now)


def test_what_is_changed_while_it_is_read_is_read_again(
    room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving
) -> None:
    """What was asked for before the change may be without it, also where it is written down after."""
    joined()
    hms_simulator.forget()

    def changing() -> Any:
        if lists(hms_simulator):
            live.forget(room)
        return clock.now

    live.look(room, clock=changing)
    assert lists(hms_simulator) == 1
    live.look(room, clock=clock)
    live.look(room, clock=clock)

    assert lists(hms_simulator) == 2


def test_what_somebody_else_claimed_since_stays_theirs(
    room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving
) -> None:
    """Our claim ran out while we read, and another process reads by now: it is not let go for it."""
    joined()
    hms_simulator.forget()
    theirs = clock.now + timedelta(minutes=5)

    def overtaken() -> Any:
        if lists(hms_simulator):
            LiveReading.objects.update(claimed_until=theirs)
        return clock.now

    live.look(room, clock=overtaken)

    assert LiveReading.objects.get().claimed_until == theirs


def test_ten_processes_that_look_at_once_cost_one_reading(
    room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving, transactional_db: None
) -> None:
    """They share the database alone: each has a connection of its own, and the claim is a row there.

    The clock stands: whoever comes late, on a busy machine, finds what was read as fresh as the others do.
    """
    joined()
    hms_simulator.forget()
    together = threading.Barrier(10)

    def look() -> None:
        together.wait()
        live.look(room, clock=clock)
        connection.close()

    viewers = [threading.Thread(target=look) for _ in range(10)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()

    assert lists(hms_simulator) == 1
    assert [peer["name"] for peer in LiveReading.objects.get().peers.values()] == ["Amina"]


def test_a_room_at_rest_is_nobody_and_no_problem(room: Room, joined: Any, clock: Moving) -> None:
    reading = live.look(room, clock=clock)

    assert (reading.session_id, reading.peers, reading.problem) == ("", {}, "")
    assert reading.read_at == clock.now


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"status": 500, "message": "boom"}, "100ms answered 500: boom"),
        ({"cut": "before"}, "100ms could not be reached"),
        ({"status": 429, "retry_after": 45}, "100ms asks us to wait"),
    ],
    ids=str,
)
def test_when_100ms_fails_the_last_reading_stays_and_it_is_left_alone_for_a_while(
    wish: dict[str, Any], words: str, room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving
) -> None:
    joined()
    first = clock.now
    live.look(room, clock=clock)
    clock.pass_by(4)
    hms_simulator.fault("GET", LIST, times=None, **wish)
    hms_simulator.forget()

    late = live.look(room, clock=clock)
    clock.pass_by(5)
    live.look(room, clock=clock)

    assert (late.read_at, late.problem) == (first, words)
    assert [peer["name"] for peer in late.peers.values()] == ["Amina"]
    assert lists(hms_simulator) == 1
    hms_simulator.mend()
    clock.pass_by(6)
    assert live.look(room, clock=clock).problem == ""


def test_a_silent_100ms_is_given_up_soon(room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving) -> None:
    joined()
    hms_simulator.fault("GET", LIST, hang=30)

    reading = live.look(room, clock=clock)

    assert reading.problem == "100ms did not answer in time"
    assert reading.read_at is None


def test_tracks_are_read_of_a_few_at_a_time_the_longest_unread_first(
    room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving
) -> None:
    for number in range(live.PEERS_AT_ONCE * 2 + 1):
        joined(f"Pupil {number}")
    known = []
    for _ in range(3):
        hms_simulator.forget()
        reading = live.look(room, clock=clock)
        assert len(hms_simulator.requests()) <= 2 + live.PEERS_AT_ONCE
        known.append(sum(peer["on"] is not None for peer in reading.peers.values()))
        clock.pass_by(3)

    assert known == [4, 8, 9]


def test_tracks_that_cannot_be_read_spoil_nothing(
    room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving
) -> None:
    joined()
    hms_simulator.fault("GET", f"{LIST}/{{peer_id}}", status=500)

    reading = live.look(room, clock=clock)

    assert reading.problem == ""
    assert [peer["on"] for peer in reading.peers.values()] == [None]


def test_a_hand_is_raised_since_it_was_first_seen_so(room: Room, joined: Any, clock: Moving) -> None:
    amina = joined()
    client().active_rooms.update_peer(room.pk, amina, metadata='{"isHandRaised": true, "isBRBOn": false}')
    raised = clock.now
    live.look(room, clock=clock)
    clock.pass_by(4)

    assert live.look(room, clock=clock).peers[amina]["hand_since"] == raised.isoformat()
    client().active_rooms.update_peer(room.pk, amina, metadata="no JSON")
    clock.pass_by(4)
    assert live.look(room, clock=clock).peers[amina]["hand_since"] == ""


def test_the_next_session_is_another(room: Room, joined: Any, hms_simulator: SimulatedHms, clock: Moving) -> None:
    joined()
    first = live.look(room, clock=clock).session_id
    client().active_rooms.end(room.pk)
    clock.pass_by(4)
    assert live.look(room, clock=clock).session_id == ""
    hms_simulator.clock.advance(5)
    joined("Bob")
    clock.pass_by(4)

    second = live.look(room, clock=clock)

    assert second.session_id not in ("", first)
    assert [peer["name"] for peer in second.peers.values()] == ["Bob"]


def test_a_lecture_of_500_is_one_list_and_a_few_tracks(hms_simulator: SimulatedHms, db: None, clock: Moving) -> None:
    hall = hms_simulator.world.add_room("Hall", "Lecture")
    begun = hms_simulator.world.now() - 3000 * 10**9
    hms_simulator.world.play(SCENARIOS["lecture"]("live", people=500), hall, begun)
    room = Room.objects.create(id=hall.id, name="Hall")

    reading = live.look(room, clock=clock)

    assert len(reading.peers) > 400
    assert len(hms_simulator.requests()) == 2 + live.PEERS_AT_ONCE
