"""Live streams of a room (HLS): started, stopped, their recording paused, texts put in (contract, tag LiveStreams)."""

from collections.abc import Mapping
from typing import Any

from rooms import job_changes
from rooms.actors import Actor
from rooms.connection import client
from rooms.hms.resources.live_streams import LiveStream
from rooms.job_changes import AllStopped, Stopped
from rooms.jobs import Job, Kind
from rooms.models import Room
from rooms.operations.marking import operation

_KIND = Kind.LIVE


@operation("act")
def start(*, actor: Actor, room: Room, settings: Mapping[str, Any], while_active: bool = False) -> Job:
    """A stream, unless one runs. `settings`: what `hms.live_streams.start` takes. Errors as `job_changes.start`."""
    return job_changes.start(
        actor,
        _KIND,
        room,
        settings,
        lambda: client().live_streams.start(room.pk, **settings),
        while_active=while_active,
    )


@operation("act")
def stop(*, actor: Actor, room: Room, stream_id: str) -> Stopped:
    """Whoever watches it sees its end. Errors as `job_changes.stop`."""
    return job_changes.stop(actor, _KIND, room, stream_id, lambda: client().live_streams.stop(stream_id))


@operation("act")
def stop_all(*, actor: Actor, room: Room) -> AllStopped:
    """Every live stream of the room. Errors as `job_changes.stop_all`."""

    def send() -> tuple[tuple[LiveStream, ...], str]:
        answer = client().live_streams.stop_all(room.pk)
        return answer.streams, answer.error

    return job_changes.stop_all(actor, _KIND, room, send)


@operation("act")
def pause_recording(*, actor: Actor, room: Room, stream_id: str) -> Job:
    """The stream goes on, its recording waits. Errors as `job_changes.act`."""
    return job_changes.act(
        actor, _KIND, "pause_recording", room, stream_id, lambda: client().live_streams.pause_recording(stream_id)
    )


@operation("act")
def resume_recording(*, actor: Actor, room: Room, stream_id: str) -> Job:
    """The recording of the stream goes on. Errors as `job_changes.act`."""
    return job_changes.act(
        actor, _KIND, "resume_recording", room, stream_id, lambda: client().live_streams.resume_recording(stream_id)
    )


@operation("act")
def send_metadata(*, actor: Actor, room: Room, stream_id: str, payload: str, duration: int) -> Job:
    """A text for the players of who watches, for `duration` seconds. Errors as `job_changes.act`."""
    return job_changes.act(
        actor,
        _KIND,
        "send_metadata",
        room,
        stream_id,
        lambda: client().live_streams.send_metadata(stream_id, payload, duration=duration),
        payload=payload,
        duration=duration,
    )
