"""Recordings started, paused, stopped, also when something goes wrong on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.utils import timezone
from pytest_django.fixtures import Settings

from rooms import hms, job_changes, jobs
from rooms.actors import NotPermitted
from rooms.connection import client
from rooms.job_changes import AlreadyRuns, BeingStarted, NothingRuns, NotRead
from rooms.jobs import Kind, NotInRoom
from rooms.models import AuditEntry, Room, RoomAccess
from rooms.operations import external_streams, live_streams
from rooms.operations import recordings as operations
from tests.rooms.jobs import MEETING, RTMP, SECRETS, choir, sung_in, told
from tests.rooms.simulated import SimulatedHms

__all__ = ["choir"]

START = "/recordings/room/{room_id}/start"
STOP = "/recordings/{recording_id}/stop"
LISTS = "/recordings"
LOST: list[dict[str, Any]] = [{"cut": "before"}, {"cut": "middle"}, {"status": 500, "done": True}, {"hang": 30}]
NOT_DONE: list[dict[str, Any]] = [{"cut": "before", "done": False}, {"status": 500}]
REFUSED: list[tuple[dict[str, Any], type[hms.Error]]] = [
    ({"status": 409, "message": "beam already started"}, hms.Conflict),
    ({"status": 403}, hms.Forbidden),
    ({"status": 404}, hms.NotFound),
    ({"status": 400, "message": "invalid input"}, hms.BadRequest),
]


def in_100ms(room: Room) -> list[str]:
    return [one.status for one in client().recordings.list(room_id=room.pk)]


def test_started_paused_resumed_and_stopped_with_its_file(
    choir: Room, ikram: User, hms_simulator: SimulatedHms, caplog: pytest.LogCaptureFixture
) -> None:
    wish = {"meeting_url": MEETING, "resolution": {"width": 1280, "height": 720}, "transcription": {"enabled": True}}
    made = operations.start(actor=ikram, room=choir, settings=wish)
    hms_simulator.clock.advance(10)
    assert operations.pause(actor=ikram, room=choir).id == made.id
    assert operations.resume(actor=ikram, room=choir).id == made.id
    hms_simulator.clock.advance(60)
    assert operations.stop(actor=ikram, room=choir, recording_id=made.id).new
    hms_simulator.clock.advance(60)

    held = jobs.one(choir, Kind.RECORDING, made.id)
    assert (held.status, held.files[0].type) == ("completed", "room-composite")
    verbs = ["start", "pause", "resume", "stop"]
    assert told() == [f"recording.{verb} {end}" for verb in verbs for end in ("requested", "succeeded")]
    assert set(AuditEntry.objects.filter(outcome="succeeded").values_list("target_id", flat=True)) == {made.id}
    kept = serializers.serialize("json", AuditEntry.objects.all()) + caplog.text + repr(held)
    assert [secret for secret in SECRETS if secret in kept] == []
    assert "https://school.example.com/" in kept
    assert not operations.stop(actor=ikram, room=choir, recording_id=made.id).new


def test_a_teacher_records_in_a_room_of_theirs_and_nowhere_else(choir: Room, wanjiru: User, olive: User) -> None:
    for user in (wanjiru, olive):
        with pytest.raises(NotPermitted):
            operations.start(actor=user, room=choir, settings={})
    RoomAccess.objects.create(user=wanjiru, room=choir)

    assert operations.start(actor=wanjiru, room=choir, settings={}).status == "starting"
    assert AuditEntry.objects.latest("id").actor == "wanjiru"


def test_while_one_runs_no_other_is_asked_for(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    operations.start(actor=ikram, room=choir, settings={})
    hms_simulator.forget()

    with pytest.raises(AlreadyRuns, match="A recording runs in this room already"):
        operations.start(actor=ikram, room=choir, settings={})

    assert hms_simulator.changes() == []
    assert len(told()) == 2


@pytest.mark.parametrize("kind", list(Kind))
def test_of_two_who_press_at_once_the_second_is_told_and_100ms_is_asked_once(
    kind: Kind, choir: Room, ikram: User, wanjiru: User, hms_simulator: SimulatedHms
) -> None:
    """Wanjiru presses while 100ms has not answered Ikram yet: no list shows a job that would stop her."""
    RoomAccess.objects.create(user=wanjiru, room=choir)
    asks: dict[Kind, Any] = {
        Kind.RECORDING: lambda: client().recordings.start(choir.pk),
        Kind.LIVE: lambda: client().live_streams.start(choir.pk),
        Kind.EXTERNAL: lambda: client().external_streams.start(choir.pk, rtmp_urls=[RTMP]),
    }
    again = {Kind.RECORDING: operations, Kind.LIVE: live_streams, Kind.EXTERNAL: external_streams}[kind]
    settings = {"rtmp_urls": [RTMP]} if kind == Kind.EXTERNAL else {}

    def slow() -> Any:
        with pytest.raises(BeingStarted, match="is being started in this room at this moment"):
            again.start(actor=wanjiru, room=choir, settings=settings)
        return asks[kind]()

    hms_simulator.forget()
    job_changes.start(ikram, kind, choir, settings, slow)

    assert len(hms_simulator.changes()) == 1
    assert told() == [f"{kind}.start requested", f"{kind}.start succeeded"]
    with pytest.raises(AlreadyRuns):  # the claim is gone, and what runs is found
        again.start(actor=wanjiru, room=choir, settings=settings)


def test_a_recording_of_another_room_is_none_of_this_one(
    choir: Room, ikram: User, wanjiru: User, hms_simulator: SimulatedHms
) -> None:
    other = sung_in(hms_simulator, "Band")
    RoomAccess.objects.create(user=wanjiru, room=other)
    made = operations.start(actor=ikram, room=choir, settings={})

    for wrong in (made.id, "0" * 24, "..", "a/b"):
        with pytest.raises(NotInRoom):
            operations.stop(actor=wanjiru, room=other, recording_id=wrong)

    assert in_100ms(choir) == ["starting"]
    assert len(told()) == 2


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_started_but_the_answer_lost_and_tried_again(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", START, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.start(actor=ikram, room=choir, settings={})
    assert told() == ["recording.start requested", "recording.start unsure"]

    with pytest.raises(AlreadyRuns):
        operations.start(actor=ikram, room=choir, settings={})

    [job] = jobs.look(choir, now=timezone.now()).found
    assert job.status in ("starting", "running")
    assert told()[2:] == ["recording.start succeeded"]
    assert AuditEntry.objects.latest("id").target_id == job.id
    assert len(in_100ms(choir)) == 1


@pytest.mark.parametrize("wish", NOT_DONE, ids=str)
def test_not_started_and_no_answer_and_tried_again(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", START, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.start(actor=ikram, room=choir, settings={})

    jobs.look(choir, now=timezone.now())
    assert told()[-1] == "recording.start unsure"  # 100ms may still do it
    made = operations.start(actor=ikram, room=choir, settings={})
    jobs.look(choir, now=timezone.now() + timedelta(seconds=40))

    assert told()[2:] == ["recording.start requested", "recording.start succeeded", "recording.start failed"]
    assert [one.target_id for one in AuditEntry.objects.filter(outcome="succeeded")] == [made.id]
    assert len(in_100ms(choir)) == 1


@pytest.mark.parametrize(("wish", "kind"), REFUSED, ids=str)
def test_a_refused_start_is_told(
    wish: dict[str, Any], kind: type[hms.Error], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", START, **wish)

    with pytest.raises(kind):
        operations.start(actor=ikram, room=choir, settings={"meeting_url": MEETING})

    assert told() == ["recording.start requested", "recording.start failed"]
    assert in_100ms(choir) == []


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500}, {"hang": 30}], ids=str)
def test_nothing_is_asked_for_while_nobody_knows_what_runs(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    made = operations.start(actor=ikram, room=choir, settings={})
    hms_simulator.forget()
    hms_simulator.fault("GET", times=None, **wish)
    asked: list[Callable[[], object]] = [
        lambda: operations.start(actor=ikram, room=choir, settings={}),
        lambda: operations.stop(actor=ikram, room=choir, recording_id=made.id),
        lambda: operations.stop_all(actor=ikram, room=choir),
        lambda: operations.pause(actor=ikram, room=choir),
    ]
    for one in asked:
        with pytest.raises(NotRead):
            one()

    assert hms_simulator.changes() == []


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_stopped_but_the_answer_lost(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms, settings: Settings
) -> None:
    made = operations.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(10)
    hms_simulator.fault("POST", STOP, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.stop(actor=ikram, room=choir, recording_id=made.id)
    assert told()[-1] == "recording.stop unsure"

    assert not operations.stop(actor=ikram, room=choir, recording_id=made.id).new
    jobs.look(choir, now=timezone.now())
    assert told()[-1] == "recording.stop succeeded"


def test_a_stop_that_was_lost_on_the_way_is_told_once_it_is_certain(
    choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    made = operations.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(10)
    hms_simulator.fault("POST", STOP, cut="before", done=False)
    with pytest.raises(hms.ConnectionFailed):
        operations.stop(actor=ikram, room=choir, recording_id=made.id)

    jobs.look(choir, now=timezone.now())
    assert told()[-1] == "recording.stop unsure"
    jobs.look(choir, now=timezone.now() + timedelta(seconds=40))
    assert told()[-1] == "recording.stop failed"
    assert operations.stop(actor=ikram, room=choir, recording_id=made.id).new


def test_one_that_ended_in_between_is_told(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    made = operations.start(actor=ikram, room=choir, settings={})
    hms_simulator.fault("POST", STOP, status=404)

    with pytest.raises(hms.NotFound):
        operations.stop(actor=ikram, room=choir, recording_id=made.id)

    assert told()[-1] == "recording.stop failed"


def test_all_of_a_room_are_stopped(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    with pytest.raises(NothingRuns):
        operations.stop_all(actor=ikram, room=choir)
    made = operations.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(10)

    stopped = operations.stop_all(actor=ikram, room=choir)

    assert [job.id for job in stopped.jobs] == [made.id]
    assert told()[-2:] == ["recording.stop_all requested", "recording.stop_all succeeded"]
    entry = AuditEntry.objects.latest("id")
    assert (entry.before, entry.after) == ({made.id: "running"}, {made.id: "stopping"})


def test_all_stopped_but_the_answer_lost_is_settled(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    operations.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(10)
    hms_simulator.fault("POST", "/recordings/room/{room_id}/stop", cut="before")
    with pytest.raises(hms.ConnectionFailed):
        operations.stop_all(actor=ikram, room=choir)

    jobs.look(choir, now=timezone.now())

    assert told()[-1] == "recording.stop_all succeeded"


def test_only_what_runs_can_be_paused(choir: Room, ikram: User) -> None:
    for change in (operations.pause, operations.resume):
        with pytest.raises(NothingRuns):
            change(actor=ikram, room=choir)
    assert told() == []
