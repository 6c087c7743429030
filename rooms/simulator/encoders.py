"""Encoders that use a stream key: let in, turned away, gone again. Callers hold the world's lock.

An encoder opens a session where none runs, and a live stream; both go when it does.
"""

from dataclasses import replace
from typing import Any

from rooms.simulator.clock import HOUR, SECOND
from rooms.simulator.codes import StreamKey
from rooms.simulator.jobs import active, order, replaced, stop
from rooms.simulator.refusals import Refused
from rooms.simulator.room import Room
from rooms.simulator.scenarios.feeds import Feed, refused
from rooms.simulator.scenarios.script import Script
from rooms.simulator.session import Session
from rooms.simulator.world import World

_SOON = SECOND // 1000
_LONGEST = 12 * HOUR  # EVENTS trap 23


def connect(world: World, key: StreamKey, *, seconds: float | None = None, recorded: bool = False) -> dict[str, Any]:
    """An encoder tries to push: `ingest_id` and `session_id`, or why it was `refused`."""
    trouble = _against(world, key)
    if trouble:
        world.tell(key.room, refused(_SOON, trouble))
        return {"refused": trouble}
    room, now = key.room, world.now()
    long = _LONGEST if seconds is None else int(seconds * SECOND)
    session = next((one for one in world.begun(room.id) if one.active(now)), None)
    if session is None:
        session = world.play(Script("encoder", long + 3 * SECOND, ()), room)
    stop = min(session.offset(now + long), session.script.end)
    feed = Feed(f"encoder-{len(session.script.feeds)}", session.offset(now + _SOON), stop)
    session.rewrite(replace(session.script, feeds=(*session.script.feeds, feed)))
    live = order(world, room, "live", keeps=recorded, vod=recorded, single=recorded)
    replaced(live, replace(live.run, stop=min(live.run.stop, stop + SECOND), reason="client request"))
    return {"ingest_id": feed.ids(session)["ingest_id"], "session_id": session.id}


def _against(world: World, key: StreamKey) -> str:
    """Why an encoder with this key is not let in; empty when it is."""
    if not (key.enabled and key.room.enabled):
        return "stream key disabled"
    if connected(world, key.room) is not None:
        return "already connected"
    return "remote session active" if active(world, "live", key.room.id) else ""


def disconnect(world: World, room: Room, *, error: str = "", reason: str = "stream closed") -> str:
    """The encoder goes, or breaks off with an error; the live stream stops with it. Gives the ingest's id.

    Raises Refused (404) when none is connected.
    """
    found = connected(world, room)
    if found is None:
        raise Refused(404, "no encoder is connected")
    session, feed = found
    at = session.offset(world.now())
    gone = replace(feed, stop=session.offset(world.now() + _SOON), reason=reason, error=error)
    feeds = tuple(gone if one is feed else one for one in session.script.feeds)
    end = session.script.end if any(stay.end > at for stay in session.script.stays) else at + 2 * SECOND
    session.rewrite(replace(session.script, feeds=feeds, end=min(end, session.script.end)))
    for one in active(world, "live", room.id):
        stop(world, one)
    return str(gone.ids(session)["ingest_id"])


def connected(world: World, room: Room) -> tuple[Session, Feed] | None:
    """The encoder that pushes into a room right now."""
    now = world.now()
    for session in world.begun(room.id):
        for feed in session.script.feeds:
            if session.active(now) and session.when(feed.start) - SECOND <= now < session.when(feed.stop):
                return session, feed
    return None
