"""What can be done to a running session: its script is written anew from now on, so that events, objects and truth
all tell the same. Callers hold the world's lock."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from rooms.simulator.clock import SECOND
from rooms.simulator.people import Person
from rooms.simulator.room import Room
from rooms.simulator.scenarios.script import Naming, Notice, RoleChange, Scene, Script, Stay, Track
from rooms.simulator.session import Session
from rooms.simulator.spans import clip
from rooms.simulator.world import World

_LAG = SECOND // 1000  # a command's event is made a moment after it; nothing is ever told of the past


def change_peer(
    session: Session, stay: Stay, now: int, *, name: str | None, metadata: str | None, role: str | None
) -> Stay:
    """Another name, metadata or role from now on; what is None stays. The role change is the server's."""
    at = session.offset(now)
    before = stay.naming_at(at)
    changed = stay
    if name is not None or metadata is not None:
        naming = Naming(at, before.name if name is None else name, before.metadata if metadata is None else metadata)
        changed = replace(changed, namings=(*changed.namings, naming))
    if role is not None and role != stay.role_at(at):
        # What the script still had in store for the role is off.
        past = tuple(change for change in stay.roles if change.at <= at)
        changed = replace(changed, roles=(*past, RoleChange(at, role)))
    stays = tuple(changed if one is stay else one for one in session.script.stays)
    session.rewrite(replace(session.script, stays=stays))
    return changed


def remove(session: Session, stays: Collection[Stay], now: int, reason: str | None) -> None:
    """Disconnect peers; who is alone in the room leaves an empty session, which closes a second later."""
    at = session.offset(now)
    gone = {stay.key for stay in stays}
    ids = {session.peer_id(key) for key in gone}
    kept = tuple(_cut(stay, at, "peer kicked", reason) if stay.key in gone else stay for stay in session.script.stays)
    notices = tuple(
        one for one in session.script.notices if one.at <= at or one.body(session).get("peer_id") not in ids
    )
    script = replace(session.script, stays=kept, notices=notices)
    if all(stay.end <= at for stay in kept):
        script = _closed(script, at + SECOND, "last peer left")
    session.rewrite(script)


def end(session: Session, now: int, reason: str, *, lock: bool) -> None:
    """End it for all now; what the script had in store is off. With `lock` the room is disabled too."""
    at = session.offset(now)

    def ended(scene: Scene) -> dict[str, Any]:
        return {**scene.common, "source": "api", "reason": reason, "lock_room": lock}

    script = session.script
    stays = tuple(
        _cut(stay, at, "room ended", None) if stay.end > at else stay for stay in script.stays if stay.start <= at
    )
    notices = tuple(one for one in script.notices if one.at <= at)
    lag = max(1, int(_LAG * session.compress))
    script = replace(script, stays=stays, notices=(*notices, Notice(at + lag, "room.end.success", ended)))
    session.rewrite(_closed(script, at, "room ended"))
    if lock:
        session.room.enabled = False


def join(world: World, room: Room, person: Person, role: str, *, seconds: float) -> tuple[Session, Stay]:
    """Let somebody into a room for a while, with microphone and camera on; begins a session where none runs."""
    now = world.now()
    session = next((one for one in world.begun(room.id) if one.active(now)), None)
    if session is None:
        stay = _arrival("joined-0", person, role, 0, int(seconds * SECOND))
        return world.play(Script("joined", stay.end + SECOND, (stay,)), room), stay
    at = session.offset(now)
    key = f"joined-{len(session.script.stays)}"
    stay = _arrival(key, person, role, at, session.offset(now + int(seconds * SECOND)))
    script = session.script
    last = max(script.end, stay.end + SECOND)
    # What was to run as long as the session goes on with it.
    runs = tuple(
        replace(run, stop=last) if run.asked is None and run.stop == script.end else run for run in script.runs
    )
    feeds = tuple(replace(feed, stop=last) if feed.stop == script.end else feed for feed in script.feeds)
    session.rewrite(replace(script, stays=(*script.stays, stay), end=last, runs=runs, feeds=feeds))
    return session, stay


def _arrival(key: str, person: Person, role: str, start: int, end: int) -> Stay:
    added = start + SECOND // 5
    kinds = ("audio",) if person.phone else ("audio", "video")
    names = {"audio": "mic", "video": "camera"}
    tracks = (Track(names[kind], kind, "regular", added, end, clip([(added, end)], 0, end)) for kind in kinds)
    return Stay(key, person, role, start, end, tracks=tuple(tracks))


def _cut(stay: Stay, at: int, reason: str, message: str | None) -> Stay:
    """The stay up to a moment, its tracks going with it."""
    tracks = tuple(
        replace(track, stop=None if track.stop is None else min(track.stop, at), on=clip(track.on, 0, at))
        for track in stay.tracks
        if track.start < at
    )
    roles = tuple(change for change in stay.roles if change.at <= at)
    return replace(stay, end=at, tracks=tracks, roles=roles, reason=reason, message=message)


def _closed(script: Script, at: int, reason: str) -> Script:
    """The script with its end at `at`: recordings and streams stop with the session."""
    runs = tuple(
        replace(run, stop=at, reason=reason, error="") if run.stop > at else run
        for run in script.runs
        if run.created <= at
    )
    feeds = tuple(
        replace(feed, stop=at, error="") if feed.stop > at else feed for feed in script.feeds if feed.start <= at
    )
    return replace(script, end=at, runs=runs, feeds=feeds)
