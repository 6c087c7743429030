"""Recordings, live streams and external streams: ordered, listed, stopped, and then their files and webhooks."""

from typing import Any

import orjson
import pytest

from rooms.simulator.clock import MINUTE, SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS, school_class
from rooms.simulator.session import Session
from rooms.simulator.webhooks import WebhookSender
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON, Ask, Receiver
from tests.rooms.simulator.contract import event_as_documented, example_errors

URL = "https://demo.app.100ms.live/preview/x/host?skip_preview=true"
RTMP = "rtmp://a.rtmp.youtube.com/live2/key"

FAMILIES: dict[str, dict[str, Any]] = {
    "recording": {"one": "recording", "room": "recordings_for_room", "id": "recording_id", "body": {}},
    "live": {
        "one": "live_stream",
        "room": "live_streams_for_room",
        "id": "stream_id",
        "body": {"recording": {"hls_vod": True, "single_file_per_layer": True}},
    },
    "external": {
        "one": "external_stream",
        "room": "external_streams_for_room",
        "id": "stream_id",
        "body": {"rtmp_urls": [RTMP], "recording": True},
    },
}


@pytest.fixture
def lesson(world: World, physics: Room, clock: SimulatedClock) -> Session:
    """Ten minutes into a class that nobody records."""
    session = world.play(school_class(1, people=6, incidents=[]), physics)
    clock.advance(600)
    return session


def told(world: World, session: Session, family: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    events = world.events(session.id)
    for channel, event in events:
        event_as_documented(channel, event)
    return [
        (event["type"], event["data"]) for way, event in events if way == "webhook" and event["type"].startswith(family)
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_order_runs_is_stopped_and_leaves_its_files(
    ask: Ask, clock: SimulatedClock, world: World, lesson: Session, family: str
) -> None:
    names, room = FAMILIES[family], lesson.room.id
    one, parameter = names["one"], names["id"]

    def listed(**params: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask(f"list_{one}s", params={"room_id": room, **params})["data"] or []
        return found

    started = ask(f"start_{one}", room_id=room, json={"meeting_url": URL, **names["body"]})
    assert (started["status"], started["session_id"], started["meeting_url"]) == ("starting", lesson.id, URL)
    assert started["started_at"] is started["stopped_at"] is None
    named = {parameter: started["id"]}
    again = ask.refused(f"start_{one}", 409, room_id=room, json=names["body"])
    assert again == "beam already started"
    clock.advance(3)
    assert [job["id"] for job in listed(status="running")] == [started["id"]]
    assert listed(status="completed") == listed(session_id="nowhere") == []
    clock.advance(60)
    stopping = ask(f"stop_{one}", **named)
    assert (stopping["status"], stopping["stopped_at"]) == ("stopping", None)
    assert ask(f"stop_{one}", **named)["status"] == "stopping"
    clock.advance(1)
    assert ask(f"get_{one}", **named)["status"] == "post_processing"
    assert ask("list_recording_assets", params={"room_id": room})["data"] is None
    clock.advance(20)
    done = ask(f"get_{one}", **named)
    assert (done["status"], done["started_at"], done["stopped_at"]) == (
        "completed",
        "2024-03-12T12:10:03Z",
        "2024-03-12T12:11:04Z",
    )
    assert ask.refused(f"stop_{one}", 404, **named) == "beam not found"
    assets = ask("list_recording_assets", params={"session_id": lesson.id, "status": "completed"})["data"]
    assert {asset["job_id"] for asset in assets} == {started["id"]}
    assert sorted(asset["id"] for asset in assets) == sorted(asset["id"] for asset in done["recording_assets"])
    kinds = sorted(asset["type"] for asset in assets)
    assert kinds == (["chat", *["room-composite"] * 2, "room-vod"] if family == "live" else ["chat", "room-composite"])
    events = told(world, lesson, ("beam.", "hls."))
    prefix = "hls" if family == "live" else "beam"
    webhooks = [f"{prefix}.started.success", f"{prefix}.stopped.success", f"{prefix}.recording.success"]
    assert [kind for kind, _ in events] == webhooks
    assert events[0][1]["job_id"] == started["id"]
    paths = {value for key, value in events[2][1].items() if key.endswith("_path")}
    paths |= {file["recording_path"] for file in events[2][1].get("recording_single_files", ())}
    assert paths == {asset["path"] for asset in assets}
    assert {asset["duration"] for asset in assets if asset["type"] != "chat"} == {events[2][1]["duration"]} == {61}


@pytest.mark.parametrize("family", FAMILIES)
def test_what_an_order_does_is_posted(
    ask: Ask, clock: SimulatedClock, lesson: Session, sender: WebhookSender, receiver: Receiver, family: str
) -> None:
    names = FAMILIES[family]
    started = ask(f"start_{names['one']}", room_id=lesson.room.id, json={"meeting_url": URL, **names["body"]})
    for seconds in (5, 30, 60):
        clock.advance(seconds)
        if seconds == 30:
            ask(f"stop_{names['one']}", **{names["id"]: started["id"]})
    sender.collect()
    while sender.deliver():
        pass
    posted = [orjson.loads(body) for _, _, body in receiver.requests]
    prefix = "hls" if family == "live" else "beam"
    ours = [one for one in posted if one["type"].startswith(f"{prefix}.")]
    assert {one["data"]["job_id"] for one in ours[:2]} == {started["id"]}
    assert [one["type"] for one in ours] == [f"{prefix}.{word}.success" for word in ("started", "stopped", "recording")]
    for one in ours:
        event_as_documented("webhook", one)


def test_an_asset_and_its_link(ask: Ask, clock: SimulatedClock, world: World, physics: Room) -> None:
    world.play(SCENARIOS["class"](1, recorded=True), physics)
    clock.advance(2 * 3600)
    (job,) = ask("list_recordings")["data"]
    assets = ask("list_recording_assets")["data"]
    outputs = {(asset["type"], asset["metadata"].get("output_mode")) for asset in assets}
    assert outputs >= {("transcript", "srt"), ("transcript", "txt"), ("transcript", "json"), ("summary", "json")}
    composite = next(asset for asset in assets if asset["type"] == "room-composite")
    assert ask("get_recording_asset", asset_id=composite["id"]) == composite
    assert composite["job_id"] == job["id"]
    link = ask("get_recording_asset_presigned_url", asset_id=composite["id"], params={"presign_duration": 3600})
    assert (link["path"], link["expiry"]) == (composite["path"], 3600)
    assert ask("get_recording_asset_presigned_url", asset_id=composite["id"])["expiry"] == 259_200
    for operation in ("get_recording_asset", "get_recording_asset_presigned_url"):
        assert ask.refused(operation, 404, asset_id="0" * 24) == "asset not found"
    page = ask("list_recording_assets", params={"limit": 2})
    rest = ask("list_recording_assets", params={"limit": 100, "start": page["last"]})
    assert page["data"] + rest["data"] == assets


def test_a_transcript_is_processing_before_it_is_there(
    ask: Ask, clock: SimulatedClock, world: World, lesson: Session
) -> None:
    body = {"transcription": {"enabled": True, "output_modes": ["txt"]}, "resolution": {"width": 1920, "height": 1080}}
    job = ask("start_recording", room_id=lesson.room.id, json=body)
    assert job["asset_types"] == ["room-composite", "chat", "transcript", "summary"]
    clock.advance(63)
    ask("stop_recording", recording_id=job["id"])

    def transcript() -> set[str]:
        assets = ask("get_recording", recording_id=job["id"])["recording_assets"] or []
        return {asset["status"] for asset in assets if asset["type"] == "transcript"}

    clock.advance(60)
    assert transcript() == set()
    clock.advance(5 * 60)
    assert transcript() == {"processing"}
    clock.advance(6 * 60)
    assert transcript() == {"completed"}
    kinds = [kind for kind, _ in told(world, lesson, ("transcription.",))]
    assert kinds == ["transcription.started.success", "transcription.success"]
    config = ask("get_recording_config", recording_id=job["id"])
    assert config["resolution"] == body["resolution"]
    assert config["transcription"] == body["transcription"]


@pytest.mark.parametrize("family", FAMILIES)
def test_all_of_a_room_are_stopped_at_once(ask: Ask, clock: SimulatedClock, lesson: Session, family: str) -> None:
    names, room = FAMILIES[family], lesson.room.id
    assert ask.refused(f"stop_{names['room']}", 404, room_id=room) == "beam not found"
    started = ask(f"start_{names['one']}", room_id=room, json=names["body"])
    clock.advance(5)
    stopped = ask(f"stop_{names['room']}", room_id=room)
    assert [job["status"] for job in stopped["data"]] == ["stopping"]
    assert stopped["last"] == started["id"]
    clock.advance(2)
    assert ask.refused(f"stop_{names['room']}", 404, room_id=room) == "beam not found"


def test_stopped_before_it_was_up_is_a_failure(ask: Ask, clock: SimulatedClock, world: World, lesson: Session) -> None:
    job = ask("start_recording", room_id=lesson.room.id, json={})
    clock.advance(1)
    ask("stop_recording", recording_id=job["id"])
    clock.advance(60)
    assert ask("get_recording", recording_id=job["id"])["status"] == "failed"
    ((kind, data),) = told(world, lesson, ("beam.",))
    assert (kind, data["error_type"]) == ("beam.failure", "BEAM_STOPPED")
    assert ask("list_recording_assets")["data"] is None


def test_ending_the_room_stops_what_runs(ask: Ask, clock: SimulatedClock, world: World, lesson: Session) -> None:
    job = ask("start_recording", room_id=lesson.room.id, json={})
    clock.advance(30)
    ask("end_active_room", room_id=lesson.room.id)
    clock.advance(30)
    assert ask("get_recording", recording_id=job["id"])["status"] == "completed"
    stopped = next(data for kind, data in told(world, lesson, ("beam.",)) if kind == "beam.stopped.success")
    assert (stopped["reason"], stopped["duration"]) == ("room ended", 27)


def test_a_recorder_alone_opens_a_session_and_leaves_after_five_minutes(
    ask: Ask, clock: SimulatedClock, world: World, physics: Room
) -> None:
    job = ask("start_recording", room_id=physics.id, json={"meeting_url": URL})
    assert ask("get_active_room", room_id=physics.id)["session"]["peers"] == []
    clock.advance(301)
    ask.refused("get_active_room", 404, room_id=physics.id)
    events = told(world, world.session(job["session_id"]), ("beam.", "session."))
    assert [kind for kind, _ in events][:2] == ["session.open.success", "beam.started.success"]
    assert next(data for kind, data in events if kind == "beam.stopped.success")["reason"] == "last peer left"
    again = ask("start_recording", room_id=physics.id, json={})
    clock.advance(10)
    ask("stop_recording", recording_id=again["id"])
    clock.advance(3)
    ask.refused("get_active_room", 404, room_id=physics.id)


def test_a_pause_is_missing_from_the_file(ask: Ask, clock: SimulatedClock, lesson: Session) -> None:
    room = lesson.room.id
    for operation in ("pause_recording_for_room", "resume_recording_for_room"):
        assert ask.refused(operation, 404, room_id=room) == "beam not found"
    job = ask("start_recording", room_id=room, json={})
    clock.advance(13)
    for _ in range(2):
        paused = ask("pause_recording_for_room", room_id=room)
        assert (paused["id"], paused["status"], paused["asset_types"]) == (job["id"], "running", None)
        clock.advance(30)
    assert ask("resume_recording_for_room", room_id=room)["status"] == "running"
    clock.advance(9)
    ask("stop_recording", recording_id=job["id"])
    clock.advance(60)
    composite, _ = ask("get_recording", recording_id=job["id"])["recording_assets"]
    assert composite["duration"] == 20


def test_metadata_and_pauses_of_a_live_stream(ask: Ask, clock: SimulatedClock, lesson: Session) -> None:
    stream = ask("start_live_stream", room_id=lesson.room.id, json={"recording": {"hls_vod": True}})
    body = {"payload": "a quiz", "duration": 5}
    named = {"stream_id": stream["id"]}
    assert ask.refused("send_timed_metadata", 404, **named, json=body) == "beam not found"
    clock.advance(4)
    assert ask("send_timed_metadata", **named, json=body)["status"] == "running"
    assert ask("pause_live_stream_recording", **named)["status"] == "running"
    clock.advance(10)
    assert ask("resume_live_stream_recording", **named)["status"] == "running"
    for wrong in ({}, {"payload": "x" * 101, "duration": 5}, {"payload": "x", "duration": 0}):
        ask.refused("send_timed_metadata", 400, **named, json=wrong)
    kept = ask.client.get(f"/_control/messages/{lesson.id}").json()["messages"]
    assert [(one["payload"], one["stream_id"]) for one in kept] == [("a quiz", stream["id"])]
    for operation in ("send_timed_metadata", "pause_live_stream_recording", "resume_live_stream_recording"):
        ask.refused(operation, 404, stream_id="0" * 24, json=body)


def test_a_stream_without_a_file_leaves_none(ask: Ask, clock: SimulatedClock, world: World, lesson: Session) -> None:
    for family, body in (("live_stream", {}), ("external_stream", {"rtmp_urls": [RTMP]})):
        job = ask(f"start_{family}", room_id=lesson.room.id, json=body)
        clock.advance(10)
        ask(f"stop_{family}", stream_id=job["id"])
        clock.advance(2)
        assert ask(f"get_{family}", stream_id=job["id"])["status"] == "completed"
    assert not [kind for kind, _ in told(world, lesson, ("beam.", "hls.")) if "recording" in kind]


def test_what_scenarios_record_is_in_the_same_lists(
    ask: Ask, clock: SimulatedClock, world: World, physics: Room
) -> None:
    world.play(SCENARIOS["recorded"](1), physics, NOON - 60 * MINUTE)
    statuses = [job["status"] for job in ask("list_recordings")["data"]]
    assert sorted(statuses) == ["completed", "completed", "failed"]
    assert sorted(job["status"] for job in ask("list_live_streams")["data"]) == ["completed", "failed"]
    assert [job["status"] for job in ask("list_external_streams")["data"]] == ["completed"]
    failed = ask("list_recording_assets", params={"status": "failed"})["data"]
    assert {asset["size"] for asset in failed} == {0}
    beams = {event["data"].get("job_id") for _, event in world.events(world.begun()[0].id)} - {None}
    listed = [job for noun in ("recordings", "live_streams", "external_streams") for job in ask(f"list_{noun}")["data"]]
    assert {job["id"] for job in listed} == beams


def test_a_running_scenarios_recording_can_be_stopped(
    ask: Ask, clock: SimulatedClock, world: World, physics: Room
) -> None:
    session = world.play(SCENARIOS["class"](1, recorded=True), physics)
    clock.advance(600)
    (job,) = ask("list_recordings", params={"status": "running"})["data"]
    ask("stop_recording", recording_id=job["id"])
    clock.advance(3600)
    kinds = [kind for kind, _ in told(world, session, ("beam.", "transcription."))]
    assert kinds.count("beam.stopped.success") == 1
    assert kinds[-1] == "transcription.success"
    assert ask("get_recording", recording_id=job["id"])["stopped_at"] == "2024-03-12T12:10:01Z"


@pytest.mark.parametrize("family", FAMILIES)
def test_starts_that_cannot_be(ask: Ask, world: World, physics: Room, family: str) -> None:
    start, body = f"start_{FAMILIES[family]['one']}", FAMILIES[family]["body"]
    documented = {"recording": "recordings", "live": "live-streams", "external": "external-streams"}[family]
    texts = [error["message"] for error in example_errors("POST", f"/{documented}/room/{{room_id}}/start", 400)]
    assert ask.refused(start, 400, room_id=physics.id) == texts[0]
    assert ask.refused(start, 400, room_id=physics.id, json={**body, "meeting_url": ""}) == texts[1]
    assert ask.refused(start, 400, room_id=physics.id, content='{"a":').startswith(texts[2].partition("(")[0])
    for wrong in (
        {"resolution": {"width": 499, "height": 480}},
        {"resolution": {"width": 1280}},
        {"transcription": {"enabled": True, "summary": {"temperature": 2}}},
        {"destination": 3},
    ):
        ask.refused(start, 400, room_id=physics.id, json={**body, **wrong})
    assert ask.refused(start, 403, room_id="0" * 24, json=body) == "user does not have required permission"
    physics.enabled = False
    assert ask.refused(start, 403, room_id=physics.id, json=body) == "Room is disabled"


@pytest.mark.parametrize("urls", [None, [], ["http://x"], [RTMP] * 6], ids=str)
def test_addresses_a_push_cannot_go_to(ask: Ask, physics: Room, urls: list[str] | None) -> None:
    ask.refused("start_external_stream", 400, room_id=physics.id, json={"rtmp_urls": urls})


@pytest.mark.parametrize("family", FAMILIES)
def test_jobs_that_are_none(ask: Ask, family: str) -> None:
    names = FAMILIES[family]
    for operation in (f"get_{names['one']}", f"stop_{names['one']}"):
        ask.refused(operation, 404, **{names["id"]: "0" * 24})
    if family == "recording":
        ask.refused("get_recording_config", 404, recording_id="0" * 24)
    answer = ask.client.get(f"/v2/{names['one'].replace('_', '-')}s", params={"status": "sleeping"})
    assert answer.status_code == 400
