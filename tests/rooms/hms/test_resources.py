"""Rooms, sessions, active rooms and events: what is asked, and what is made of the answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from rooms.hms import Client, UnreadableAnswer
from rooms.hms.times import moment
from tests.rooms.hms.far_side import FarSide, client_of, says

CONTRACT = Path(__file__).parents[2] / "contract" / "100ms-openapi.yaml"


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(CONTRACT.read_text(), Loader=yaml.CSafeLoader)
    return loaded


def example(contract: dict[str, Any], address: str) -> dict[str, Any]:
    answer: dict[str, Any] = contract["paths"][address]["get"]["responses"]["200"]["content"]["application/json"]
    found: dict[str, Any] = answer["example"]
    return found


def test_a_room_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/rooms/{room_id}")
    far_side = FarSide(says(200, published))
    with client_of(far_side) as client:
        room = client.rooms.get(published["id"])
    assert far_side.asked == [f"GET /v2/rooms/{published['id']}"]
    assert (room.id, room.name, room.enabled, room.region) == (
        "631b2654f771854d9bf633df",
        "new-room-1662723668",
        True,
        "us",
    )
    assert room.created_at == datetime(2022, 9, 9, 11, 41, 8, 82000, UTC)
    assert room.recording_info == {"enabled": False}
    assert room.raw == published


def test_rooms_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/rooms")
    with client_of(FarSide(says(200, published))) as client:
        [room] = client.rooms.list()
    assert room.max_duration_seconds == 10000
    assert room.updated_at is None
    assert room.raw == published["data"][0]


def test_the_older_spelling_of_the_recording_settings_is_read() -> None:
    answer = {"id": "r1", "name": "a", "enabled": False, "recording": {"enabled": True}, "recording_info": None}
    with client_of(FarSide(says(200, answer))) as client:
        assert client.rooms.get("r1").recording == {"enabled": True}


def test_a_session_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/sessions/{session_id}")
    far_side = FarSide(says(200, published))
    with client_of(far_side) as client:
        session = client.sessions.get(published["id"])
    assert far_side.asked == [f"GET /v2/sessions/{published['id']}"]
    assert (session.active, session.room_id) == (False, "631b2654f771854d9bf633df")
    assert session.created_at == datetime(2022, 9, 6, 11, 17, 1, 817000, UTC)
    [(peer_id, peer)] = session.peers.items()
    assert (peer.id, peer.name, peer.role, peer.user_id) == (peer_id, "Nixon K", "backstage", "Batch1-student10")
    assert peer.left_at == datetime(2022, 9, 6, 11, 17, 3, 643000, UTC)
    assert session.raw == published
    assert peer.raw == published["peers"][peer_id]


def test_sessions_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/sessions")
    with client_of(FarSide(says(200, published))) as client:
        [session] = client.sessions.list(room_id="631b2654f771854d9bf633df")
    assert session.raw == published["data"][0]


def test_an_active_room_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/active-rooms/{room_id}")
    far_side = FarSide(says(200, published))
    with client_of(far_side) as client:
        room = client.active_rooms.get(published["id"])
    assert far_side.asked == [f"GET /v2/active-rooms/{published['id']}"]
    assert room.session.id == "63172c2d3e3d9fdb008322e1"
    assert room.session.created_at == datetime(2022, 10, 4, 12, 10, 28, 939011, UTC)
    assert room.session.peers == ("dcd88eb0-83e6-486a-bcae-c3be5e0f2c20",)
    assert room.raw == published
    assert room.session.raw == published["session"]


def test_connected_peers_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/active-rooms/{room_id}/peers")
    far_side = FarSide(says(200, published))
    with client_of(far_side) as client:
        peers = client.active_rooms.peers("r1", user_id="student-3461", role="student")
    assert far_side.asked == ["GET /v2/active-rooms/r1/peers?user_id=student-3461&role=student"]
    [(peer_id, peer)] = peers.items()
    assert (peer.id, peer.name, peer.tracks) == (peer_id, "John", {})
    assert peer.raw == published["peers"][peer_id]


def test_a_connected_peer_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/active-rooms/{room_id}/peers/{peer_id}")
    far_side = FarSide(says(200, published))
    with client_of(far_side) as client:
        peer = client.active_rooms.peer("r1", published["id"])
    assert far_side.asked == [f"GET /v2/active-rooms/r1/peers/{published['id']}"]
    [track] = peer.tracks.values()
    assert (track.type, track.source, track.mute) == ("video", "regular", False)
    assert track.raw == published["tracks"][track.id]


@pytest.mark.parametrize("answer", [{"peers": {}}, {"peers": None}, {}])
def test_nobody_is_connected(answer: dict[str, Any]) -> None:
    with client_of(FarSide(says(200, answer))) as client:
        assert client.active_rooms.peers("r1") == {}


def test_peers_of_another_shape_are_said_to_be_unreadable() -> None:
    with client_of(FarSide(says(200, {"peers": ["p1"]}))) as client, pytest.raises(UnreadableAnswer):
        client.active_rooms.peers("r1")


def test_events_as_published(contract: dict[str, Any]) -> None:
    published = example(contract, "/analytics/events")
    far_side = FarSide(says(200, published))
    with client_of(far_side) as client:
        [page] = client.analytics.pages(room_id="r1")
    assert page.events == published["events"]
    assert page.total == 4


def test_every_filter_of_events_is_asked_for() -> None:
    far_side = FarSide(says(200, {"events": [], "next": ""}))
    with client_of(far_side) as client:
        list(
            client.analytics.events(
                room_id="r1",
                session_id="s1",
                peer_id="p1",
                user_id="u 1",
                beam_id="b1",
                types=["track.add.success", "client.disconnected"],
                error=True,
                limit=50,
            )
        )
    assert far_side.asked == [
        "GET /v2/analytics/events?room_id=r1&session_id=s1&peer_id=p1&user_id=u+1&beam_id=b1&error=true&limit=50"
        "&type=track.add.success&type=client.disconnected"
    ]


def test_events_need_a_room() -> None:
    with client_of(FarSide(says(200, {}))) as client, pytest.raises(ValueError, match="room_id"):
        client.analytics.events(room_id="")


IN_NAIROBI = datetime(2022, 1, 1, 4, 0, 0, 123999, timezone(timedelta(hours=3)))


@pytest.mark.parametrize(
    ("ask", "address"),
    [
        (
            lambda client: client.rooms.list(
                name="maths & <b>", enabled=False, template_id="t1", after=IN_NAIROBI, before=IN_NAIROBI
            ),
            "/v2/rooms?name=maths+%26+%3Cb%3E&enabled=false&template_id=t1"
            "&after=2022-01-01T01%3A00%3A00.123Z&before=2022-01-01T01%3A00%3A00.123Z&limit=100",
        ),
        (
            lambda client: client.sessions.list(room_id="r1", active=True, after=IN_NAIROBI, before=IN_NAIROBI),
            "/v2/sessions?room_id=r1&active=true"
            "&after=2022-01-01T01%3A00%3A00.123Z&before=2022-01-01T01%3A00%3A00.123Z&limit=100",
        ),
        (lambda client: client.rooms.list(), "/v2/rooms?limit=100"),
        (lambda client: client.sessions.list(), "/v2/sessions?limit=100"),
    ],
)
def test_every_filter_of_a_list_is_asked_for(ask: Callable[[Client], Any], address: str) -> None:
    far_side = FarSide(says(200, {"data": []}))
    with client_of(far_side) as client:
        assert list(ask(client)) == []
    assert far_side.asked == [f"GET {address}"]


def test_a_filter_without_a_zone_is_refused() -> None:
    with client_of(FarSide(says(200, {}))) as client, pytest.raises(ValueError, match="zone"):
        list(client.sessions.list(after=datetime(2022, 1, 1)))  # noqa: DTZ001


def test_what_we_do_not_know_is_kept_and_what_is_missing_has_a_default() -> None:
    answer = {
        "id": "s1",
        "room_id": "r1",
        "active": True,
        "created_at": "2023-02-23T10:12:00.78311898Z",
        "updated_at": "0001-01-01T00:00:00Z",
        "app_id": None,
        "raw": "a key of theirs",
        "mood": {"calm": True, "since_at": "breakfast"},
        "peers": {"p1": {"id": "p1", "name": None, "joined_at": None, "left_at": None, "shoes": 43}},
    }
    with client_of(FarSide(says(200, answer))) as client:
        session = client.sessions.get("s1")
    assert (session.customer_id, session.app_id, session.updated_at) == ("", "", None)
    assert session.created_at == datetime(2023, 2, 23, 10, 12, 0, 783118, UTC)
    assert (session.peers["p1"].name, session.peers["p1"].left_at) == ("", None)
    assert session.raw == answer
    assert session.peers["p1"].raw["shoes"] == 43


@pytest.mark.parametrize("peers", [{}, None])
def test_a_session_may_be_empty(peers: object) -> None:
    answer = {"id": "s1", "room_id": "r1", "active": True, "created_at": "2023-03-22T04:24:10Z", "peers": peers}
    with client_of(FarSide(says(200, answer))) as client:
        assert client.sessions.get("s1").peers == {}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2022-09-09T11:41:08.082Z", datetime(2022, 9, 9, 11, 41, 8, 82000, UTC)),
        ("2023-02-23T10:12:00.999999999Z", datetime(2023, 2, 23, 10, 12, 0, 999999, UTC)),
        ("2023-03-22T04:24:10Z", datetime(2023, 3, 22, 4, 24, 10, 0, UTC)),
        ("2023-03-22T07:24:10+03:00", datetime(2023, 3, 22, 4, 24, 10, 0, UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-02T01:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
    ],
)
def test_times_are_read_as_100ms_writes_them(text: str, time: datetime | None) -> None:
    assert moment(text) == time
