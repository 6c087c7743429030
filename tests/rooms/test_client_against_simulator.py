"""The client and the simulated 100ms: two readings of one contract, strangers to each other, over a real socket."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from rooms.hms import (
    Client,
    ConnectionFailed,
    CursorExpired,
    Error,
    NotFound,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unauthorized,
)
from rooms.hms.times import moment
from rooms.simulator.app import ACCESS_KEY, SECRET
from rooms.simulator.clock import DAY, HOUR, SECOND, SimulatedClock, in_nanoseconds, instant_of
from rooms.simulator.faults import Faults
from rooms.simulator.room import Room
from rooms.simulator.scenarios import lecture, school_class
from rooms.simulator.server import running
from rooms.simulator.session import Session
from rooms.simulator.world import World

NOON = instant_of("2024-03-12T12:00:00Z")

Connect = Callable[..., Client]


def at(instant: int) -> datetime:
    named = moment(in_nanoseconds(instant))
    assert named is not None
    return named


@pytest.fixture
def clock() -> SimulatedClock:
    """Moves only when told to."""
    return SimulatedClock(NOON, real=lambda: 0)


@pytest.fixture
def world(clock: SimulatedClock) -> World:
    world = World(clock)
    world.add_template("Class")
    return world


@pytest.fixture
def physics(world: World) -> Room:
    return world.add_room("Year 9 Physics, group B")


@pytest.fixture
def yesterday(world: World, physics: Room) -> Session:
    return world.play(school_class(seed=1, people=25, duration=3000), physics, NOON - DAY)


@pytest.fixture
def now(world: World, physics: Room) -> Session:
    """A class that began half an hour ago and goes on."""
    return world.play(school_class(seed=2, people=25, duration=3600), physics, NOON - HOUR // 2)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def connect(world: World, faults: Faults) -> Iterator[Connect]:
    """A client with the right keys; options replace its settings."""
    with running(world, faults=faults) as address:
        opened = []

        def connect(**options: Any) -> Client:
            settings: dict[str, Any] = {
                "access_key": ACCESS_KEY,
                "secret": SECRET,
                "base_url": f"{address}/v2",
                "requests_per_second": float("inf"),
                "sleep": lambda seconds: None,
            }
            opened.append(Client(**{**settings, **options}))
            return opened[-1]

        yield connect
        for client in opened:
            client.close()


@pytest.fixture
def client(connect: Connect) -> Client:
    return connect()


def test_rooms_are_listed_over_pages_and_read(world: World, client: Client) -> None:
    made = [world.add_room(f"Room {number}") for number in range(25)]
    listed = list(client.rooms.list(limit=10))
    assert {room.id for room in listed} == {room.id for room in made}
    assert len(listed) == 25
    assert client.stats.requests == 3
    assert all(client.rooms.get(room.id) == room for room in listed[:3])


def test_rooms_are_found_by_name(world: World, client: Client) -> None:
    world.add_room("Room 1")
    wanted = world.add_room("Räume & <b>mehr</b>")
    [room] = client.rooms.list(name="Räume & <b>mehr</b>")
    assert (room.id, room.name, room.enabled) == (wanted.id, wanted.name, True)
    assert list(client.rooms.list(name="nowhere")) == []


def test_sessions_are_listed_and_read(
    world: World, client: Client, physics: Room, yesterday: Session, now: Session
) -> None:
    assert [session.id for session in client.sessions.list(room_id=physics.id)] == [now.id, yesterday.id]
    assert [session.id for session in client.sessions.list(active=True)] == [now.id]
    assert [session.id for session in client.sessions.list(active=False)] == [yesterday.id]
    assert [session.id for session in client.sessions.list(after=at(NOON - HOUR))] == [now.id]
    assert [session.id for session in client.sessions.list(before=at(NOON - HOUR))] == [yesterday.id]

    session = client.sessions.get(yesterday.id)
    assert (session.id, session.room_id, session.active) == (yesterday.id, physics.id, False)
    assert abs((session.created_at - at(yesterday.start)).total_seconds()) < 1
    assert session.raw == world.session_object(yesterday.id)
    assert len(session.peers) >= 25
    assert all(peer.joined_at and peer.left_at for peer in session.peers.values())
    assert all(peer.raw["session_id"] == session.id for peer in session.peers.values())


def test_a_running_session_is_read_with_its_peers_and_tracks(client: Client, physics: Room, now: Session) -> None:
    room = client.active_rooms.get(physics.id)
    assert (room.id, room.session.id) == (physics.id, now.id)
    peers = client.active_rooms.peers(physics.id)
    assert set(peers) == set(room.session.peers)
    [teacher] = client.active_rooms.peers(physics.id, role="teacher").values()
    assert client.active_rooms.peers(physics.id, user_id=teacher.user_id) == {teacher.id: teacher}
    assert client.active_rooms.peers(physics.id, user_id="nobody") == {}
    tracks = client.active_rooms.peer(physics.id, teacher.id).tracks
    assert {"audio", "video"} >= {track.type for track in tracks.values()} != set()
    assert all(track.started_at for track in tracks.values())


def test_all_events_of_a_session_arrive_once_and_as_they_were_sent(
    world: World, client: Client, physics: Room, yesterday: Session
) -> None:
    sent = {one["id"]: one for channel, one in world.events(yesterday.id) if channel == "analytics"}
    pages = list(client.analytics.pages(room_id=physics.id, session_id=yesterday.id, limit=7))
    events = [event for page in pages for event in page.events]
    assert len(events) == len(sent) > 70
    assert {event["id"]: event for event in events} == sent
    assert {page.total for page in pages} == {len(sent)}
    assert all(page.next for page in pages[:-1])
    assert pages[-1].next == ""
    assert list(client.analytics.events(room_id=physics.id, session_id=yesterday.id)) == events


def test_events_are_filtered(client: Client, physics: Room, yesterday: Session) -> None:
    kinds = ["track.add.success", "track.remove.success"]
    events = list(client.analytics.events(room_id=physics.id, types=kinds))
    assert {event["type"] for event in events} == set(kinds)
    peer_id = events[0]["data"]["peer_id"]
    mine = list(client.analytics.events(room_id=physics.id, peer_id=peer_id))
    assert {event["data"]["peer_id"] for event in mine} == {peer_id}


def test_another_reader_goes_on_from_a_cursor_until_it_dies(
    connect: Connect, clock: SimulatedClock, physics: Room, yesterday: Session
) -> None:
    whole = list(connect().analytics.events(room_id=physics.id))
    first = next(connect().analytics.pages(room_id=physics.id, limit=10))
    clock.advance(DAY / SECOND - 60)
    rest = list(connect().analytics.pages(room_id=physics.id, start=first.next, limit=10))
    assert first.events + [event for page in rest for event in page.events] == whole
    clock.advance(120)
    with pytest.raises(CursorExpired):
        next(connect().analytics.pages(room_id=physics.id, start=first.next, limit=10))


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.rooms.get("f" * 24),
        lambda client: client.sessions.get("f" * 24),
        lambda client: client.active_rooms.get("f" * 24),
        lambda client: client.active_rooms.peers("f" * 24),
        lambda client: client.active_rooms.peer("f" * 24, "nobody"),
    ],
)
def test_what_is_not_there_is_not_found(client: Client, ask: Callable[[Client], object]) -> None:
    with pytest.raises(NotFound):
        ask(client)
    assert client.stats.requests == 1


@pytest.mark.parametrize("keys", [{"secret": "x" * 40}, {"access_key": "somebody-else"}])
def test_wrong_keys_are_refused(connect: Connect, keys: dict[str, str]) -> None:
    client = connect(**keys)
    with pytest.raises(Unauthorized, match="Token validation error"):
        list(client.rooms.list())
    assert client.stats.requests == 2


def test_a_token_that_died_early_is_replaced(connect: Connect, physics: Room) -> None:
    opened: list[Client] = []

    def clock() -> float:
        """Two days behind, until somebody sets it right after the first request."""
        right = opened and opened[0].stats.requests
        return time.time() - (0 if right else 2 * 24 * 3600)

    opened.append(connect(clock=clock))
    assert opened[0].rooms.get(physics.id).id == physics.id
    assert opened[0].stats.requests == 2


@pytest.mark.parametrize(
    "wish",
    [
        {"status": 429, "retry_after": 2},
        {"status": 429, "retry_after": 2, "header": True},
        {"status": 500},
        {"status": 503},
        {"cut": "before"},
        {"cut": "middle"},
        pytest.param({"slow": 30}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_passing_fault_costs_a_try_and_no_event(
    connect: Connect, faults: Faults, physics: Room, yesterday: Session, wish: dict[str, Any]
) -> None:
    client = connect(timeout=3 if "slow" in wish else 60)
    good = list(client.analytics.events(room_id=physics.id))
    requests = client.stats.requests
    pages = client.analytics.pages(room_id=physics.id)
    events = next(pages).events
    faults.add({**wish, "times": 2})
    events += [event for page in pages for event in page.events]
    assert events == good
    assert client.stats.requests == 2 * requests + 2
    assert client.stats.retries == 2


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ({"status": 429, "retry_after": 3600}, RateLimited),
        ({"status": 503}, ServerFailed),
        ({"cut": "before"}, ConnectionFailed),
        ({"cut": "middle"}, ConnectionFailed),
        pytest.param({"slow": 30}, TimedOut, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_lasting_fault_has_its_error(
    connect: Connect, faults: Faults, physics: Room, wish: dict[str, Any], kind: type[Error]
) -> None:
    faults.add({**wish, "times": None})
    with pytest.raises(kind) as caught:
        connect(timeout=0.5 if "slow" in wish else 60, retries=1).rooms.get(physics.id)
    assert type(caught.value) is kind
    assert caught.value.retry_after == wish.get("retry_after")


def test_threads_read_a_lecture_through_one_client(world: World, connect: Connect, physics: Room) -> None:
    session = world.play(lecture(seed=1, people=50, events=2000), physics, NOON - 4 * HOUR)
    client, counts = connect(), []

    def read() -> None:
        counts.append(len({event["id"] for event in client.analytics.events(room_id=physics.id)}))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sent = sum(channel == "analytics" for channel, _ in world.events(session.id))
    assert counts == [sent] * 4
