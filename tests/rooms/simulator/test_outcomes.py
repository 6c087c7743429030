"""Whatever way a recording, a stream or an ingest ends, it ends as documented: in a scenario, and by the control."""

from typing import Any

import httpx
import pytest

from rooms.simulator.clock import DAY, HOUR, SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.scenarios import OUTCOMES, SCENARIOS, school_class
from rooms.simulator.scenarios.recordings import COMPOSITE_ERRORS
from rooms.simulator.scenarios.runs import ERRORS
from rooms.simulator.session import Session
from rooms.simulator.webhooks import WebhookSender
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON, Ask, Receiver
from tests.rooms.simulator.contract import event_as_documented, listed_values

MEDIA = ("beam.", "hls.", "recording.", "track.recording.", "stream.recording.", "transcription.", "ingest.")


def heard(world: World, session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Webhooks of recordings, streams and encoders, held against their definitions, oldest first."""
    found = []
    for channel, event in world.events(session.id):
        if channel == "webhook" and event["type"].startswith(MEDIA):
            event_as_documented(channel, event)
            found.append((event["type"], event["data"]))
    return found


def played(world: World, outcome: str) -> Session:
    return world.play(SCENARIOS[outcome](1), world.add_room(outcome), NOON - HOUR)


DONE = ["beam.started.success", "beam.stopped.success", "beam.recording.success", "transcription.started.success"]
BEAM_BROKEN = ["beam.started.success", "beam.stopped.success", "beam.failure"]
HLS_BROKEN = ["hls.started.success", "hls.stopped.success", "hls.failure"]
INGEST = ["ingest.start.success", "ingest.end.success"]

ENDS: dict[str, list[str]] = {
    "ready": [*DONE, "transcription.success"],
    "paused": [*DONE, "transcription.success"],
    "room ended": [*DONE, "transcription.success"],
    "last peer left": [*DONE, "transcription.success"],
    "max duration reached": [*DONE, "transcription.success"],
    "unread": [*DONE, "transcription.failure"],
    "unread at all": [*DONE, "transcription.failure"],
    "stuck": DONE[:2],
    "missing": [],
    **dict.fromkeys(ERRORS, BEAM_BROKEN),
    "BEAM_STOPPED": ["beam.failure"],
    "live": [*HLS_BROKEN[:2], "hls.recording.success"],
    **{f"live {error}": HLS_BROKEN for error in ERRORS if error != "SHORT_RECORDING_ERROR"},
    "live BEAM_STOPPED": ["hls.failure"],
    "push": DONE[:3],
    "push INTERNAL_ERROR": BEAM_BROKEN,
    "composite": ["recording.success"],
    **{f"composite {error}": ["recording.failed"] for error in COMPOSITE_ERRORS},
    "track": ["track.recording.started.success", "track.recording.success"],
    "track failure": ["track.recording.started.success", "track.recording.failure"],
    "stream": ["stream.recording.success"],
    "stream failure": ["stream.recording.failure"],
    "ingest": INGEST,
    "ingest lost": INGEST,
    "ingest internal error": ["ingest.start.success", "ingest.failure"],
    **{name: ["ingest.start.failure"] for name in OUTCOMES if name.startswith("ingest refused")},
}


def test_every_documented_error_is_an_outcome() -> None:
    named = {name: listed_values(name) for name in ("beamErrorType", "recordingErrorType", "ingestError")}
    assert set(ERRORS) == named["beamErrorType"]
    assert set(COMPOSITE_ERRORS) == named["recordingErrorType"]
    assert {name.partition(": ")[2] for name in OUTCOMES if "refused" in name} <= named["ingestError"]
    assert set(ENDS) == set(OUTCOMES)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_ends_as_its_name_says(world: World, outcome: str) -> None:
    session = played(world, outcome)
    events = heard(world, session)
    assert [kind for kind, _ in events] == ENDS[outcome]
    for kind, data in events:
        if kind in ("beam.failure", "hls.failure", "recording.failed"):
            assert data["error_type"] == outcome.rpartition(" ")[2]
        if kind == "ingest.start.failure":
            assert data["error_message"] == outcome.partition(": ")[2]
        if kind.endswith("stopped.success"):
            broke = f"failure: {outcome.rpartition(' ')[2]}"
            reasons = {"SHORT_RECORDING_ERROR": "client request"}
            reason = reasons.get(outcome, broke if outcome.rpartition(" ")[2] in ERRORS else data["reason"])
            assert data["reason"] == reason


@pytest.mark.parametrize("reason", ["max duration reached", "room ended", "last peer left"])
def test_a_run_stops_for_a_documented_reason(world: World, reason: str) -> None:
    told = dict(heard(world, played(world, reason)))
    assert told["beam.stopped.success"]["reason"] == reason


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_api_says_the_same_of_it(ask: Ask, world: World, outcome: str) -> None:
    session = played(world, outcome)
    families = ("recordings", "live_streams", "external_streams")
    jobs = [job for family in families for job in ask(f"list_{family}")["data"] or ()]
    kinds = [kind for kind, _ in heard(world, session)]
    if not any(kind.startswith(("beam.", "hls.")) for kind in kinds):
        assert jobs == []
        return
    (job,) = jobs
    assets = ask("list_recording_assets")["data"] or []
    expected = "failed" if kinds[-1] in ("beam.failure", "hls.failure") else "completed"
    assert job["status"] == ("post_processing" if outcome == "stuck" else expected)
    statuses = {asset["status"] for asset in assets}
    assert statuses == {
        "stuck": set(),
        "unread": {"completed", "failed"},
        "unread at all": {"completed", "failed"},
        "BEAM_STOPPED": set(),
        "live BEAM_STOPPED": set(),
    }.get(outcome, {expected})


def test_a_stuck_recording_stays_so(ask: Ask, world: World, clock: SimulatedClock) -> None:
    session = played(world, "stuck")
    clock.advance(20 * DAY // 10**9)
    assert [job["status"] for job in ask("list_recordings")["data"]] == ["post_processing"]
    assert [kind for kind, _ in heard(world, session)] == DONE[:2]


def test_a_pause_is_not_in_the_file(world: World) -> None:
    told = dict(heard(world, played(world, "paused")))
    assert told["beam.stopped.success"]["duration"] - told["beam.recording.success"]["duration"] == 50


# By the control


@pytest.fixture
def lesson(world: World, physics: Room, clock: SimulatedClock) -> Session:
    session = world.play(school_class(1, people=5, incidents=[]), physics)
    clock.advance(300)
    return session


@pytest.fixture
def job(ask: Ask, lesson: Session, clock: SimulatedClock) -> dict[str, Any]:
    """A recording that runs for a minute."""
    started: dict[str, Any] = ask("start_recording", room_id=lesson.room.id, json={"transcription": {"enabled": True}})
    clock.advance(60)
    return started


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("one", ["recording", "live_stream", "external_stream"])
def test_a_job_that_runs_is_made_to_fail(
    ask: Ask, client: httpx.Client, world: World, lesson: Session, clock: SimulatedClock, one: str, error: str
) -> None:
    body = {"external_stream": {"rtmp_urls": ["rtmp://example.com/a/key"]}}.get(one, {})
    started = ask(f"start_{one}", room_id=lesson.room.id, json=body)
    clock.advance(20)
    assert client.post(f"/_control/jobs/{started['id']}", json={"error": error}).json()["status"] == "running"
    clock.advance(120)
    parameter = "recording_id" if one == "recording" else "stream_id"
    assert ask(f"get_{one}", **{parameter: started["id"]})["status"] == "failed"
    events = heard(world, lesson)
    assert [kind for kind, _ in events] == (HLS_BROKEN if one == "live_stream" else BEAM_BROKEN)
    assert events[-1][1]["error_type"] == error


def test_a_job_that_is_only_starting_is_made_to_fail(
    ask: Ask, client: httpx.Client, world: World, lesson: Session, clock: SimulatedClock
) -> None:
    started = ask("start_recording", room_id=lesson.room.id, json={})
    client.post(f"/_control/jobs/{started['id']}", json={"error": "MAX_RETRIES_REACHED"})
    clock.advance(10)
    ((kind, data),) = heard(world, lesson)
    assert (kind, data["error_type"]) == ("beam.failure", "MAX_RETRIES_REACHED")
    assert ask("get_recording", recording_id=started["id"])["status"] == "failed"


def test_an_upload_fails_after_the_stop_and_the_stop_stays_what_it_was(
    ask: Ask, client: httpx.Client, world: World, lesson: Session, clock: SimulatedClock, job: dict[str, Any]
) -> None:
    ask("stop_recording", recording_id=job["id"])
    clock.advance(10)
    before = heard(world, lesson)
    assert client.post(f"/_control/jobs/{job['id']}", json={"error": "UPLOAD_ERROR"}).status_code == 200
    clock.advance(10)
    after = heard(world, lesson)
    assert after[:2] == before
    assert [(kind, data["error_type"]) for kind, data in after[2:]] == [("beam.failure", "UPLOAD_ERROR")]
    again = client.post(f"/_control/jobs/{job['id']}", json={"error": "UPLOAD_ERROR"})
    assert again.status_code == 409


def test_what_befalls_a_job_is_posted(
    client: httpx.Client, clock: SimulatedClock, sender: WebhookSender, receiver: Receiver, job: dict[str, Any]
) -> None:
    sender.collect()
    client.post(f"/_control/jobs/{job['id']}", json={"reason": "max duration reached"})
    clock.advance(5)
    sender.collect()
    while sender.deliver():
        pass
    bodies = b"".join(body for _, _, body in receiver.requests)
    assert bodies.count(b"beam.stopped.success") == 1
    assert b"max duration reached" in bodies


def test_a_recording_gets_stuck(ask: Ask, client: httpx.Client, clock: SimulatedClock, job: dict[str, Any]) -> None:
    assert client.post(f"/_control/jobs/{job['id']}", json={"stuck": True}).status_code == 200
    ask("stop_recording", recording_id=job["id"])
    clock.advance(24 * 3600)
    assert ask("get_recording", recording_id=job["id"])["status"] == "post_processing"


def test_a_transcript_stays_in_part_unmade(
    ask: Ask, client: httpx.Client, world: World, lesson: Session, clock: SimulatedClock, job: dict[str, Any]
) -> None:
    assert client.post(f"/_control/jobs/{job['id']}", json={"unread": ["summary_json"]}).status_code == 200
    ask("stop_recording", recording_id=job["id"])
    clock.advance(3600)
    assert heard(world, lesson)[-1][0] == "transcription.failure"
    assert "transcript_srt_path" in heard(world, lesson)[-1][1]


@pytest.mark.parametrize("wish", [{}, {"error": ""}, {"stuck": False}, {"unread": ["song"]}, {"colour": 1}], ids=str)
def test_what_cannot_befall_a_job(client: httpx.Client, job: dict[str, Any], wish: dict[str, Any]) -> None:
    assert client.post(f"/_control/jobs/{job['id']}", json=wish).status_code == 400
    assert client.post("/_control/jobs/nobody", json={"stuck": True}).status_code == 404


@pytest.mark.parametrize("error", [*COMPOSITE_ERRORS, ""])
def test_the_media_server_tells_of_its_own_recording(
    client: httpx.Client, world: World, lesson: Session, clock: SimulatedClock, error: str
) -> None:
    assert client.post("/_control/composite", json={"room": lesson.room.name, "error": error}).status_code == 200
    clock.advance(2)
    ((kind, data),) = heard(world, lesson)
    assert kind == ("recording.failed" if error else "recording.success")
    assert data.get("error_type", "") == error


def test_an_encoder_opens_a_live_stream_and_takes_it_along(
    ask: Ask, client: httpx.Client, world: World, physics: Room, clock: SimulatedClock
) -> None:
    key = ask("create_stream_key", room_id=physics.id)
    let_in = client.post("/_control/encoder", json={"key": key["key"], "recorded": True}).json()
    again = client.post("/_control/encoder", json={"room": physics.name}).json()
    assert again == {"refused": "already connected"}
    clock.advance(60)
    assert ask("get_active_room", room_id=physics.id)["session"]["id"] == let_in["session_id"]
    assert [one["status"] for one in ask("list_live_streams")["data"]] == ["running"]
    gone = client.post("/_control/encoder/disconnect", json={"room": physics.id}).json()
    assert gone == {"ingest_id": let_in["ingest_id"]}
    clock.advance(60)
    ask.refused("get_active_room", 404, room_id=physics.id)
    told = heard(world, world.session(let_in["session_id"]))
    assert [kind for kind, _ in told] == [
        "ingest.start.success",
        "hls.started.success",
        "ingest.end.success",
        "hls.stopped.success",
        "hls.recording.success",
    ]
    assert client.post("/_control/encoder/disconnect", json={"room": physics.id}).status_code == 404


def test_an_encoder_breaks_off_in_a_class_that_goes_on(
    ask: Ask, client: httpx.Client, world: World, lesson: Session, clock: SimulatedClock
) -> None:
    ask("create_stream_key", room_id=lesson.room.id)
    client.post("/_control/encoder", json={"room": lesson.room.id})
    clock.advance(30)
    client.post("/_control/encoder/disconnect", json={"room": lesson.room.id, "error": "internal error"})
    clock.advance(30)
    told = dict(heard(world, lesson))
    assert told["ingest.failure"]["error_message"] == "internal error"
    assert "ingest.end.success" not in told
    assert lesson.active(clock())


def test_an_encoder_that_pushes_for_a_while_leaves_by_itself(
    ask: Ask, client: httpx.Client, world: World, physics: Room, clock: SimulatedClock
) -> None:
    ask("create_stream_key", room_id=physics.id)
    session_id = client.post("/_control/encoder", json={"room": physics.id, "seconds": 90}).json()["session_id"]
    clock.advance(100)
    told = dict(heard(world, world.session(session_id)))
    assert told["ingest.end.success"]["duration"] == 89
    assert told["hls.stopped.success"]["reason"] == "client request"
    assert not world.session(session_id).active(clock())


def test_an_encoder_is_refused_in_a_room_that_streams_already(ask: Ask, client: httpx.Client, lesson: Session) -> None:
    ask("create_stream_key", room_id=lesson.room.id)
    ask("start_live_stream", room_id=lesson.room.id, json={})
    refused = client.post("/_control/encoder", json={"room": lesson.room.id}).json()
    assert refused == {"refused": "remote session active"}


def test_a_key_that_was_disabled_lets_no_encoder_in_and_that_is_posted(
    ask: Ask, client: httpx.Client, physics: Room, clock: SimulatedClock, sender: WebhookSender, receiver: Receiver
) -> None:
    key = ask("create_stream_key", room_id=physics.id)
    ask("disable_stream_key", room_id=physics.id)
    refused = client.post("/_control/encoder", json={"key": key["key"]}).json()
    assert refused == {"refused": "stream key disabled"}
    clock.advance(1)
    sender.collect()
    while sender.deliver():
        pass
    (posted,) = [body for _, _, body in receiver.requests]
    assert b'"ingest.start.failure"' in posted
    assert b"stream key disabled" in posted
    ask.refused("get_active_room", 404, room_id=physics.id)
    assert client.post("/_control/encoder", json={"key": "sk-unknown"}).status_code == 404


# By the template


def starting(ask: Ask, room: Room, **browser: Any) -> None:
    config = {"name": "default", "role": "teacher", "compositeRecording": {"browserComposite": browser}}
    ask("configure_recordings", template_id=room.template_id, json=[config])


def test_a_room_whose_template_records_begins_by_itself(
    ask: Ask, world: World, physics: Room, clock: SimulatedClock
) -> None:
    starting(ask, physics, autoStart=True, width=1920, height=1080)
    session = world.perform("class", physics, people=4, duration=120, incidents=[])
    clock.advance(10)
    (job,) = ask("list_recordings")["data"]
    assert (job["status"], job["started_by"], job["session_id"]) == ("running", "", session.id)
    clock.advance(600)
    told = dict(heard(world, session))
    assert told["beam.stopped.success"]["reason"] == "last peer left"
    assert told["beam.recording.success"]["max_width"] == 1920


def test_a_room_of_which_the_media_server_keeps_a_recording(
    ask: Ask, world: World, physics: Room, clock: SimulatedClock
) -> None:
    composite = {"compositeRecording": {"customComposite": {"enabled": True}}}
    config = [{"name": "default", "role": "teacher", **composite}]
    ask("configure_recordings", template_id=physics.template_id, json=config)
    session = world.perform("class", physics, people=4, duration=600, incidents=[])
    clock.advance(100)
    ask("end_active_room", room_id=physics.id)
    clock.advance(600)
    ((kind, data),) = heard(world, session)
    assert (kind, data["duration"]) == ("recording.success", 100)


def test_nothing_begins_in_other_rooms_nor_where_something_went_wrong(ask: Ask, world: World, physics: Room) -> None:
    world.perform("class", physics, people=4, duration=120, incidents=[])
    assert ask("list_recordings")["data"] is None
    starting(ask, physics, autoStart=True)
    world.perform("missing", world.add_room("Biology"))
    assert ask("list_recordings")["data"] is None
