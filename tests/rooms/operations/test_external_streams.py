"""External streams started and stopped; their addresses hold keys, and are kept nowhere."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.core.cache import cache
from django.utils import timezone

from rooms import hms, jobs
from rooms.job_changes import AlreadyRuns, NothingRuns
from rooms.jobs import Kind, NotInRoom
from rooms.models import AuditEntry, Room
from rooms.operations import external_streams as operations
from tests.rooms.jobs import MEETING, RTMP, SECRETS, choir, sung_in, told
from tests.rooms.simulated import SimulatedHms

__all__ = ["choir"]

START = "/external-streams/room/{room_id}/start"
WISH: dict[str, Any] = {"rtmp_urls": [RTMP], "meeting_url": MEETING, "recording": True}


def test_started_and_stopped_without_a_trace_of_the_keys(
    choir: Room, ikram: User, hms_simulator: SimulatedHms, caplog: pytest.LogCaptureFixture
) -> None:
    made = operations.start(actor=ikram, room=choir, settings=WISH)
    assert made.outputs == ("rtmp://a.tube.example.com/live2/••••••",)
    with pytest.raises(AlreadyRuns, match="An external stream runs in this room already"):
        operations.start(actor=ikram, room=choir, settings=WISH)
    hms_simulator.clock.advance(70)
    look = jobs.look(choir, now=timezone.now())
    assert operations.stop(actor=ikram, room=choir, stream_id=made.id).new
    hms_simulator.clock.advance(60)

    held = jobs.one(choir, Kind.EXTERNAL, made.id)
    assert (held.status, held.keeps) == ("completed", ("video",))
    assert told() == [
        f"external_stream.{verb} {end}" for verb in ("start", "stop") for end in ("requested", "succeeded")
    ]
    kept = serializers.serialize("json", AuditEntry.objects.all()) + caplog.text + repr([made, held, look])
    kept += repr(cache.get(f"room-jobs:{choir.pk}"))
    assert [secret for secret in SECRETS if secret in kept] == []


def test_an_address_that_100ms_quotes_is_not_repeated(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    said = f"cannot reach {RTMP} or {MEETING}"
    hms_simulator.fault("POST", START, status=400, message=said, details=[said])

    with pytest.raises(hms.BadRequest) as problem:
        operations.start(actor=ikram, room=choir, settings=WISH)

    kept = str(problem.value) + serializers.serialize("json", AuditEntry.objects.all())
    assert [secret for secret in SECRETS if secret in kept] == []
    assert told() == ["external_stream.start requested", "external_stream.start failed"]


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500, "done": True}, {"hang": 30}], ids=str)
def test_started_but_the_answer_lost(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", START, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.start(actor=ikram, room=choir, settings=WISH)

    [job] = jobs.look(choir, now=timezone.now()).found

    assert told()[1:] == ["external_stream.start unsure", "external_stream.start succeeded"]
    assert AuditEntry.objects.latest("id").target_id == job.id


def test_all_of_a_room_are_stopped_and_of_no_other(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    other = sung_in(hms_simulator, "Band")
    made = operations.start(actor=ikram, room=choir, settings=WISH)
    hms_simulator.clock.advance(10)
    with pytest.raises(NotInRoom):
        operations.stop(actor=ikram, room=other, stream_id=made.id)
    with pytest.raises(NothingRuns):
        operations.stop_all(actor=ikram, room=other)

    assert [job.id for job in operations.stop_all(actor=ikram, room=choir).jobs] == [made.id]


def test_an_address_of_another_kind_is_not_sent(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    hms_simulator.forget()

    with pytest.raises(ValueError, match=r"rtmp_urls\[0\]"):
        operations.start(actor=ikram, room=choir, settings={"rtmp_urls": ["https://tube.example.com/x"]})

    assert hms_simulator.changes() == []
