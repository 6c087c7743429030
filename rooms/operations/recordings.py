"""Recordings of a room: started, paused, resumed, stopped (contract, tag Recordings)."""

from collections.abc import Mapping
from typing import Any

from rooms import job_changes
from rooms.actors import Actor
from rooms.connection import client
from rooms.job_changes import AllStopped, Stopped
from rooms.jobs import Job, Kind
from rooms.models import Room
from rooms.operations.marking import operation

_KIND = Kind.RECORDING


@operation("act")
def start(*, actor: Actor, room: Room, settings: Mapping[str, Any], while_active: bool = False) -> Job:
    """A recording, unless one runs. `settings`: what `hms.recordings.start` takes. Errors as `job_changes.start`."""
    return job_changes.start(
        actor,
        _KIND,
        room,
        settings,
        lambda: client().recordings.start(room.pk, **settings),
        while_active=while_active,
    )


@operation("act")
def stop(*, actor: Actor, room: Room, recording_id: str) -> Stopped:
    """The file comes when 100ms has processed it. Errors as `job_changes.stop`."""
    return job_changes.stop(actor, _KIND, room, recording_id, lambda: client().recordings.stop(recording_id))


@operation("act")
def stop_all(*, actor: Actor, room: Room) -> AllStopped:
    """Every recording of the room. Errors as `job_changes.stop_all`."""
    return job_changes.stop_all(actor, _KIND, room, lambda: (client().recordings.stop_all(room.pk), ""))


@operation("act")
def pause(*, actor: Actor, room: Room) -> Job:
    """What is said and shown from now on is not in the file. Errors as `job_changes.act`."""
    return job_changes.act(actor, _KIND, "pause", room, "", lambda: client().recordings.pause(room.pk))


@operation("act")
def resume(*, actor: Actor, room: Room) -> Job:
    """The file goes on. Errors as `job_changes.act`."""
    return job_changes.act(actor, _KIND, "resume", room, "", lambda: client().recordings.resume(room.pk))
