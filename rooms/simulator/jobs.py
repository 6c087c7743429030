"""Recordings, live streams and external streams: the runs of all sessions as the API lists, starts and stops them.

Runs that a scenario plans and runs that are ordered by the API are the same thing, in the same lists. Who orders,
stops or pauses holds the world's lock.
"""

from dataclasses import dataclass, replace
from typing import Any

from rooms.simulator.assets import Asset, assets
from rooms.simulator.clock import HOUR, MINUTE, SECOND, in_milliseconds, in_nanoseconds
from rooms.simulator.refusals import Refused
from rooms.simulator.room import Room
from rooms.simulator.scenarios.runs import RECORDER, Run
from rooms.simulator.scenarios.script import Script
from rooms.simulator.session import Session
from rooms.simulator.world import World

STATUSES = ("starting", "running", "stopping", "post_processing", "completed", "failed")

_UP = 3 * SECOND  # from the order until it runs
_DOWN = SECOND
_LAG = 20 * SECOND  # until the files of an ordered run are there: soon, for somebody waits
_LONGEST = 4 * HOUR  # EVENTS trap 23
_ALONE = 5 * MINUTE  # how long a recorder stays where nobody is


@dataclass(frozen=True, slots=True)
class Job:
    """A run of a session, seen at `now`."""

    session: Session
    run: Run
    now: int

    @property
    def id(self) -> str:
        """Its id in the API; `job_id` in webhooks."""
        return self.session.object_id("job", self.run.name)

    @property
    def created(self) -> int:
        """When it was ordered, Unix nanoseconds."""
        return self.session.when(self.run.created)

    @property
    def status(self) -> str:
        """One of STATUSES."""
        return self.run.status(self.session.offset(self.now))

    @property
    def assets(self) -> list[Asset]:
        """Its files so far."""
        return assets(self.session, self.run, self.now)

    def as_object(self, *, single: bool = False, ordered: bool = False) -> dict[str, Any]:
        """The job object of its section; `single` brings the assets, `ordered` is the answer to a command."""
        run, session = self.run, self.session
        moments = [session.when(one) for one in (run.created, run.start, run.stop, run.ready)]
        stop = session.when(run.stop)
        up = run.stop > run.start and session.when(run.start) <= self.now
        files = [one.inside() for one in self.assets] if single else []
        by = "" if run.by == RECORDER else session.peer_id(run.by)
        common: dict[str, Any] = {
            "id": self.id,
            "room_id": session.room.id,
            "session_id": session.id,
            "status": self.status,
            "created_at": in_nanoseconds(self.created),
            "started_at": in_milliseconds(session.when(run.start)) if up else None,
            "updated_at": in_milliseconds(max(one for one in moments if one <= self.now)),
            "stopped_at": in_milliseconds(stop) if stop <= self.now else None,
            "meeting_url": run.url(session),
            "started_by": by,
            "stopped_by": by if stop <= self.now and run.asked is None else "",
            "recording_assets": files or None,
        }
        if run.family == "recording":
            # The samples name the destination in answers to start, pause and resume only.
            return {**common, **({"destination": run.destination} if ordered else {}), "asset_types": _kinds(run)}
        common["destination"] = run.destination
        if run.family == "live":
            flags = {"hls_vod": run.vod, "single_file_per_layer": run.single}
            return {**common, "playback": {"url": run.watched_at(session)}, "recording": flags}
        size = {"width": run.width, "height": run.height}
        return {**common, "rtmp_urls": list(run.rtmp), "recording": run.keeps, "resolution": size}


def _kinds(run: Run) -> list[str]:
    return ["room-composite", "chat", *(["transcript", "summary"] if run.transcribed else [])]


def jobs(world: World, family: str, *, room_id: str | None = None, session_id: str | None = None) -> list[Job]:
    """All of a family ordered so far, newest first."""
    now = world.now()
    found = [
        Job(session, run, now)
        for session in world.begun(room_id)
        if session_id in (None, session.id)
        for run in session.script.runs
        if run.family == family and session.when(run.created) <= now
    ]
    return sorted(found, key=lambda job: (job.created, job.id), reverse=True)


def job(world: World, family: str, job_id: str) -> Job:
    """Raises Refused (404) when there is none."""
    found = next((one for one in jobs(world, family) if one.id == job_id), None)
    if found is None:
        raise Refused(404, "beam not found")
    return found


def active(world: World, family: str, room_id: str) -> list[Job]:
    """Those of a room that start, run or stop right now."""
    return [one for one in jobs(world, family, room_id=room_id) if one.status in STATUSES[:3]]


def order(world: World, room: Room, family: str, **facts: Any) -> Job:
    """Start a run in a room; where no session runs, the recorder opens one and waits five minutes for somebody.

    Raises Refused: 409 while one of the family is active there, 403 in a disabled room.
    """
    if not room.enabled:
        raise Refused(403, "Room is disabled")
    if active(world, family, room.id):
        raise Refused(409, "beam already started")
    now = world.now()
    session = next((one for one in world.begun(room.id) if one.active(now)), None)
    if session is None:
        session = world.play(Script("recorder", _ALONE, ()), room)
    script, at = session.script, session.offset(now)
    longest = session.offset(now + _LONGEST)
    run = Run(
        family,
        f"{family}-{len(script.runs)}",
        session.offset(now + _UP),
        min(script.end, longest),
        at,
        reason="last peer left" if script.end <= longest else "max duration reached",
        lag=session.offset(now + _LAG) - at,
        **facts,
    )
    session.rewrite(replace(script, runs=(*script.runs, run)))
    return Job(session, run, now)


def stop(world: World, one: Job) -> Job:
    """Ask it to stop; one that is stopping already goes on doing so.

    A recorder that was alone closes its session a second later. Raises Refused (404) when it is over.
    """
    if one.status not in STATUSES[:3]:
        raise Refused(404, "beam not found")
    if one.status == "stopping":
        return one
    session, at = one.session, one.session.offset(one.now)
    # One that is not up yet is stopped at once, and so has failed.
    soon = session.offset(one.now + (SECOND // 1000 if at < one.run.start else _DOWN))
    run = replace(one.run, asked=at, stop=min(soon, one.run.stop), reason="client request", error="")
    script = _with(session.script, one.run, run)
    if all(stay.end <= at for stay in script.stays) and all(feed.stop <= at + SECOND for feed in script.feeds):
        script = replace(script, end=min(script.end, run.stop + SECOND))
    session.rewrite(script)
    return Job(session, run, one.now)


def pause(one: Job, *, on: bool) -> Job:
    """Pause its file or go on with it; twice is as once."""
    run, at = one.run, one.session.offset(one.now)
    if on and run.pausing is None:
        run = replace(run, pausing=at)
    elif not on and run.pausing is not None:
        run = replace(run, pauses=(*run.pauses, (run.pausing, at)), pausing=None)
    return replaced(one, run)


def replaced(one: Job, run: Run) -> Job:
    """Let its run go on as another."""
    one.session.rewrite(_with(one.session.script, one.run, run))
    return Job(one.session, run, one.now)


def _with(script: Script, old: Run, new: Run) -> Script:
    return replace(script, runs=tuple(new if run is old else run for run in script.runs))
