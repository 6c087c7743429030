"""Live streams started and stopped, their recording paused, texts put into them."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.utils import timezone

from rooms import hms, jobs
from rooms.job_changes import AlreadyRuns, NothingRuns
from rooms.jobs import Job, Kind, NotInRoom
from rooms.models import AuditEntry, Room
from rooms.operations import live_streams as operations
from tests.rooms.jobs import MEETING, SECRETS, choir, sung_in, told
from tests.rooms.simulated import SimulatedHms

__all__ = ["choir"]

LOST: list[dict[str, Any]] = [{"cut": "before"}, {"status": 500, "done": True}, {"hang": 30}]


@pytest.fixture
def stream(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> Job:
    wish = {"meeting_url": MEETING, "recording": {"hls_vod": True, "single_file_per_layer": True}}
    made = operations.start(actor=ikram, room=choir, settings=wish)
    hms_simulator.clock.advance(10)
    return made


def test_started_spoken_into_paused_and_stopped(
    choir: Room, ikram: User, stream: Job, hms_simulator: SimulatedHms
) -> None:
    with pytest.raises(AlreadyRuns, match="A live stream runs in this room already"):
        operations.start(actor=ikram, room=choir, settings={})
    of: dict[str, Any] = {"actor": ikram, "room": choir, "stream_id": stream.id}
    operations.send_metadata(**of, payload="Page 12", duration=5)
    operations.pause_recording(**of)
    operations.resume_recording(**of)
    hms_simulator.clock.advance(60)
    assert operations.stop(**of).job.status == "stopping"
    hms_simulator.clock.advance(60)

    held = jobs.one(choir, Kind.LIVE, stream.id)
    assert held.status == "completed"
    assert held.keeps == ("hls_vod", "single_file_per_layer")
    assert {file.type for file in held.files} == {"room-vod", "room-composite", "chat"}
    verbs = ["start", "send_metadata", "pause_recording", "resume_recording", "stop"]
    assert told() == [f"live_stream.{verb} {end}" for verb in verbs for end in ("requested", "succeeded")]
    kept = serializers.serialize("json", AuditEntry.objects.all()) + repr(held)
    assert [secret for secret in SECRETS if secret in kept] == []
    assert hms_simulator.world.sessions[held.session_id].messages[-1]["payload"] == "Page 12"


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_a_text_without_an_answer_is_sent_once_and_nobody_knows(
    wish: dict[str, Any], choir: Room, ikram: User, stream: Job, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.forget()
    hms_simulator.fault("POST", "/live-streams/{stream_id}/timed-metadata", **wish)

    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.send_metadata(actor=ikram, room=choir, stream_id=stream.id, payload="Page 12", duration=5)

    assert len(hms_simulator.changes()) == 1
    jobs.look(choir, now=timezone.now())
    assert told()[-1] == "live_stream.send_metadata unsure"


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_started_but_the_answer_lost(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", "/live-streams/room/{room_id}/start", **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.start(actor=ikram, room=choir, settings={})

    [job] = jobs.look(choir, now=timezone.now()).found

    assert told()[1:] == ["live_stream.start unsure", "live_stream.start succeeded"]
    assert AuditEntry.objects.latest("id").target_id == job.id
    with pytest.raises(AlreadyRuns):
        operations.start(actor=ikram, room=choir, settings={})


def test_what_does_not_run_takes_nothing(choir: Room, ikram: User, stream: Job, hms_simulator: SimulatedHms) -> None:
    of: dict[str, Any] = {"actor": ikram, "room": choir, "stream_id": stream.id}
    assert [job.id for job in operations.stop_all(actor=ikram, room=choir).jobs] == [stream.id]
    hms_simulator.clock.advance(60)
    for change in (operations.pause_recording, operations.resume_recording):
        with pytest.raises(NothingRuns):
            change(**of)
    with pytest.raises(NothingRuns):
        operations.send_metadata(**of, payload="Late", duration=5)
    with pytest.raises(NothingRuns):
        operations.stop_all(actor=ikram, room=choir)


def test_a_stream_of_another_room_is_none_of_this_one(
    ikram: User, stream: Job, choir: Room, hms_simulator: SimulatedHms
) -> None:
    other = sung_in(hms_simulator, "Band")
    of: dict[str, Any] = {"actor": ikram, "room": other, "stream_id": stream.id}

    for change in (operations.stop, operations.pause_recording, operations.resume_recording):
        with pytest.raises(NotInRoom):
            change(**of)
    with pytest.raises(NotInRoom):
        operations.send_metadata(**of, payload="Psst", duration=5)

    assert jobs.one(choir, Kind.LIVE, stream.id).status == "running"


def test_what_is_longer_than_100ms_takes_is_not_sent(
    choir: Room, ikram: User, stream: Job, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.forget()

    with pytest.raises(ValueError, match="payload"):
        operations.send_metadata(actor=ikram, room=choir, stream_id=stream.id, payload="x" * 101, duration=5)

    assert hms_simulator.changes() == []
    assert told()[-1] == "live_stream.send_metadata failed"
