"""External streams of a room (RTMP): started and stopped (contract, tag ExternalStreams)."""

from collections.abc import Mapping
from typing import Any

from rooms import job_changes
from rooms.actors import Actor
from rooms.connection import client
from rooms.hms.resources.external_streams import ExternalStream
from rooms.job_changes import AllStopped, Stopped
from rooms.jobs import Job, Kind
from rooms.models import Room
from rooms.operations.marking import operation

_KIND = Kind.EXTERNAL


@operation("act")
def start(*, actor: Actor, room: Room, settings: Mapping[str, Any], while_active: bool = False) -> Job:
    """A stream to other platforms, unless one runs. `settings`: what `hms.external_streams.start` takes.

    The addresses hold stream keys: they are kept nowhere, and masked in the audit. Errors as `job_changes.start`.
    """
    return job_changes.start(
        actor,
        _KIND,
        room,
        settings,
        lambda: client().external_streams.start(room.pk, **settings),
        while_active=while_active,
    )


@operation("act")
def stop(*, actor: Actor, room: Room, stream_id: str) -> Stopped:
    """The platforms get no more picture. Errors as `job_changes.stop`."""
    return job_changes.stop(actor, _KIND, room, stream_id, lambda: client().external_streams.stop(stream_id))


@operation("act")
def stop_all(*, actor: Actor, room: Room) -> AllStopped:
    """Every external stream of the room. Errors as `job_changes.stop_all`."""

    def send() -> tuple[tuple[ExternalStream, ...], str]:
        answer = client().external_streams.stop_all(room.pk)
        return answer.streams, answer.error

    return job_changes.stop_all(actor, _KIND, room, send)
