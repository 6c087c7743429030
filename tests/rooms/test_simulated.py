"""The product's own connection to a simulated 100ms, and what comes of faults on the way."""

from typing import Any

import httpx
import pytest

from rooms.connection import client
from rooms.hms import BadRequest, Conflict, ConnectionFailed, RateLimited, ServerFailed, TimedOut
from tests.rooms.simulated import SimulatedHms


def test_the_settings_lead_there_and_what_was_asked_is_told(hms_simulator: SimulatedHms) -> None:
    made = client().rooms.create(name="Choir")
    assert hms_simulator.world.rooms[made.id].name == "Choir"
    assert [room.id for room in client().rooms.list()] == [made.id]
    assert hms_simulator.requests() == [("POST", "/rooms"), ("GET", "/rooms")]
    assert hms_simulator.changes() == [("POST", "/rooms")]
    assert hms_simulator.received()[0].body["name"] == "Choir"
    hms_simulator.forget()
    assert hms_simulator.requests() == []


def test_somebody_joins_by_a_code(hms_simulator: SimulatedHms) -> None:
    room = client().rooms.create(name="Choir")
    [code] = [one for one in client().room_codes.create(room.id) if one.role == "student"]
    joined = hms_simulator.join(code.code, "Amina", "amina", seconds=60)
    assert client().auth.token(code.code, user_id="amina").token
    assert hms_simulator.requests()[-1] == ("POST", "/auth/v2/token")
    [peer] = client().active_rooms.peers(room.id).values()
    assert (peer.id, peer.name, peer.role) == (joined["peer_id"], "Amina", "student")
    hms_simulator.clock.advance(120)
    assert client().sessions.get(joined["session_id"]).active is False
    client().room_codes.update(code.code, enabled=False)
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        hms_simulator.join(code.code)


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ({"status": 409, "message": "in use"}, Conflict),
        ({"status": 400, "details": ["name is taken"]}, BadRequest),
        ({"status": 500}, ServerFailed),
        ({"status": 429, "retry_after": 45}, RateLimited),
        ({"cut": "before"}, ConnectionFailed),
        ({"cut": "middle"}, ConnectionFailed),
        ({"hang": 30}, TimedOut),
    ],
    ids=str,
)
def test_a_fault_of_one_call_reaches_the_product_once(
    hms_simulator: SimulatedHms, wish: dict[str, Any], kind: type[Exception]
) -> None:
    room = hms_simulator.world.add_room("Choir")
    hms_simulator.fault("POST", "/rooms/{room_id}", **wish)
    client().rooms.get(room.id)
    with pytest.raises(kind) as caught:
        client().rooms.update(room.id, description="On Fridays")
    assert type(caught.value) is kind
    assert room.description == ("" if "status" in wish else "On Fridays")
    assert client().rooms.update(room.id, description="On Mondays").description == "On Mondays"


def test_faults_last_until_they_are_mended(hms_simulator: SimulatedHms) -> None:
    hms_simulator.fault(status=500, times=None)
    for _ in range(3):
        with pytest.raises(ServerFailed):
            client().rooms.create()
    hms_simulator.mend()
    assert client().rooms.create().id


def test_a_recording_is_followed_from_its_start_to_its_files(hms_simulator: SimulatedHms) -> None:
    room = hms_simulator.world.add_room("Choir")
    hms_simulator.world.perform("class", room, people=4, duration=600, incidents=[])
    hms_simulator.clock.advance(100)
    job = client().recordings.start(room.id, transcription={"enabled": True})
    hms_simulator.clock.advance(300)
    client().recordings.stop(job.id)
    assert list(client().recording_assets.list(room_id=room.id)) == []
    hms_simulator.clock.advance(30)
    kinds = {one.type for one in client().recording_assets.list(room_id=room.id)}
    assert kinds == {"room-composite", "chat"}
    hms_simulator.clock.advance(900)
    assets = list(client().recording_assets.list(room_id=room.id))
    assert {one.type for one in assets} == {"room-composite", "chat", "transcript", "summary"}
    for one in assets:
        found = httpx.get(client().recording_assets.presigned_url(one.id, seconds=60).url, trust_env=False)
        assert (found.status_code, len(found.content)) == (200, one.size)


def test_a_recording_is_made_to_fail_and_an_encoder_comes_and_goes(hms_simulator: SimulatedHms) -> None:
    room = client().rooms.create(name="Choir")
    job = client().recordings.start(room.id)
    hms_simulator.clock.advance(10)
    hms_simulator.befall(job.id, error="UPLOAD_ERROR")
    hms_simulator.clock.advance(120)
    assert client().recordings.get(job.id).status == "failed"
    hms_simulator.clock.advance(600)
    key = client().stream_keys.create(room.id)
    assert hms_simulator.connect_encoder(key.key)["ingest_id"]
    hms_simulator.clock.advance(10)
    assert [one.status for one in client().live_streams.list(room_id=room.id)] == ["running"]
    hms_simulator.disconnect_encoder(room.id)
    client().stream_keys.disable(room.id)
    assert hms_simulator.connect_encoder(key.key) == {"refused": "stream key disabled"}
