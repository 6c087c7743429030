"""What runs in a room at this moment, as 100ms says. The only module that writes `LiveReading`.

However many watch a room, 100ms is asked once: who finds the reading too old claims it by a conditional UPDATE, reads,
and writes it down; everybody else takes what is there, with its stamp.

The list of peers comes without their tracks (contract, list_peers), so of a few peers each time the tracks are read
too: first those of whom nothing is known, then those longest unread.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from rooms import hms
from rooms.connection import NotConfigured, client
from rooms.hms import Client
from rooms.hms.resources.active_rooms import Peer
from rooms.masking import masked_text
from rooms.models import LiveReading, Room

FRESH_FOR: Final = timedelta(seconds=3)
# After a try that failed nobody asks for so long: each try may cost a whole time-out.
REST: Final = timedelta(seconds=10)
# Longer than one reading can take; a process that died within it holds nobody up for longer.
CLAIMED_FOR: Final = timedelta(seconds=30)
# The name of the session is asked for this often, and whenever nobody is left whom we know.
NAMED_FOR: Final = timedelta(seconds=30)
TIMEOUT: Final = 2.0  # seconds for one answer, and for reading tracks in all
PEERS_AT_ONCE: Final = 4
_READ: Final = ("session_id", "started_at", "named_at", "peers", "read_at", "problem", "asked_at")

Clock = Callable[[], datetime]


def held(room: Room) -> LiveReading:
    """The last reading, or an empty one. Asks nobody."""
    return LiveReading.objects.filter(room=room).first() or LiveReading(room=room)


def look(room: Room, *, clock: Clock = timezone.now) -> LiveReading:
    """The reading, asked of 100ms anew where it is old and nobody else is at it.

    Never raises for what 100ms does: that is `problem`, beside what was read last.
    """
    reading, _ = LiveReading.objects.get_or_create(room=room)
    now = clock()
    if not is_due(reading, now=now) or not _claimed(reading, now):
        return reading
    # Somebody else's where it ran out and they took it, and nobody's where something was changed while we asked: then
    # the answer may be from before, and is not written down.
    mine = LiveReading.objects.filter(room=room, claimed_until=now + CLAIMED_FOR)
    try:
        _read(reading, clock)
        mine.update(**{name: getattr(reading, name) for name in _READ})
    finally:
        mine.update(claimed_until=None)
    return reading


def is_due(reading: LiveReading, *, now: datetime) -> bool:
    return reading.asked_at is None or reading.asked_at <= now - (REST if reading.problem else FRESH_FOR)


def forget(room: Room) -> None:
    """Something was changed: whoever looks next asks 100ms."""
    LiveReading.objects.filter(room=room).update(asked_at=None, claimed_until=None)


def told(room: Room, peer: Peer, *, clock: Clock = timezone.now) -> None:
    """100ms has answered with one peer, tracks and all: the reading shows it at once."""
    now = clock()
    reading = held(room)
    if peer.id in reading.peers:
        known = reading.peers[peer.id]
        peers = {**reading.peers, peer.id: {**_named(peer, known, now), "on": _on(peer), "told_at": _micros(now)}}
        LiveReading.objects.filter(room=room).update(peers=peers, claimed_until=None)


def hand_is_raised(metadata: str) -> bool:
    """By the convention of 100ms's own apps: `{"isHandRaised": true}`."""
    return notes(metadata).get("isHandRaised") is True


def notes(metadata: str) -> dict[str, Any]:
    """Metadata as the JSON object it is by convention, else {}."""
    try:
        found = json.loads(metadata)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _claimed(reading: LiveReading, now: datetime) -> bool:
    # Who loaded the row before somebody else wrote it finds another `asked_at`, and asks nothing.
    same = Q(asked_at=reading.asked_at) if reading.asked_at else Q(asked_at=None)
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    claim = LiveReading.objects.filter(same, free, pk=reading.pk)
    return bool(claim.update(claimed_until=now + CLAIMED_FOR))


def _read(reading: LiveReading, clock: Clock) -> None:
    now = clock()
    try:
        caller = client(patience=0, timeout=TIMEOUT)
        found = caller.active_rooms.peers(reading.room_id)
        strangers = not set(found) & set(reading.peers)
        if strangers or reading.named_at is None or reading.named_at <= now - NAMED_FOR:
            session = caller.active_rooms.get(reading.room_id).session
            reading.session_id, reading.started_at, reading.named_at = session.id, session.created_at, now
        reading.peers = {key: _named(peer, reading.peers.get(key), now) for key, peer in found.items()}
        _read_tracks(caller, reading, now)
        reading.read_at, reading.problem = now, ""
    except hms.NotFound:
        reading.session_id, reading.started_at, reading.named_at, reading.peers = "", None, None, {}
        reading.read_at, reading.problem = now, ""
    except (hms.Error, NotConfigured) as problem:
        reading.problem = _words(problem)
    reading.asked_at = clock()


def _read_tracks(caller: Client, reading: LiveReading, now: datetime) -> None:
    """Of a few; what goes wrong here spoils nothing that was read."""
    begun = time.monotonic()
    longest_unread = sorted(reading.peers, key=lambda key: reading.peers[key]["told_at"])
    for key in longest_unread[:PEERS_AT_ONCE]:
        try:
            peer = caller.active_rooms.peer(reading.room_id, key)
        except hms.NotFound:
            del reading.peers[key]  # gone in between
            continue
        except hms.Error:
            return
        reading.peers[key] = {**_named(peer, reading.peers[key], now), "on": _on(peer), "told_at": _micros(now)}
        if time.monotonic() - begun > TIMEOUT:
            return


def _named(peer: Peer, known: dict[str, Any] | None, now: datetime) -> dict[str, Any]:
    known = known or {"on": None, "told_at": 0, "hand_since": ""}
    raised = hand_is_raised(peer.metadata)
    return {
        "name": peer.name,
        "user_id": peer.user_id,
        "role": peer.role,
        "metadata": peer.metadata,
        "joined_at": peer.joined_at.isoformat() if peer.joined_at else "",
        "hand_since": (known["hand_since"] or now.isoformat()) if raised else "",
        "on": known["on"],
        "told_at": known["told_at"],
    }


def _on(peer: Peer) -> dict[str, bool]:
    """What is on now; a track that is there but muted counts as off."""
    on = {(track.type, track.source) for track in peer.tracks.values() if not track.mute}
    return {
        "mic": ("audio", "regular") in on,
        "camera": ("video", "regular") in on,
        "screen": ("video", "screen") in on,
    }


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


def _words(problem: Exception) -> str:
    match problem:
        case hms.TimedOut():
            return "100ms did not answer in time"
        case hms.ConnectionFailed():
            return "100ms could not be reached"
        case hms.RateLimited():
            return "100ms asks us to wait"
        case hms.Unauthorized():
            return "100ms does not take our keys"
        case hms.ErrorAnswer():
            return masked_text(f"100ms answered {problem.status}: {problem.message}")
    return masked_text(str(problem))
