"""Peers: one join of one person, from whatever names it (EVENTS traps 3, 9, 16, 18 to 21, 28, 41, 46).

The session object outranks events where it has a value, for it is what a later pull finds whether or not webhooks were
lost; events tell the rest: why somebody left, when the role changed. `peer.leave.failure` is no evidence of anything.
Track events speak only for a peer that nothing else has named yet, so a busy microphone costs no work here.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Peer
from analytics.projections.batch import Batch, moment, plain, text, to_millisecond, user_id

ANNOUNCING = frozenset({"peer.join.success", "peer.leave.success", "role.change.success", "snapshot.peer"})
TRACK_TYPES = frozenset({"track.add.success", "track.update.success", "track.remove.success"})
CLIENT_TYPES = frozenset(
    {
        "client.publish.failed",
        "client.subscribe.failed",
        "client.join.failed",
        "client.disconnected",
        "client.connect.failed",
    }
)
FIELDS = [
    "session_id",
    "user_id",
    "name",
    "role",
    "roles",
    "type",
    "metadata",
    "device",
    "joined_at",
    "left_at",
    "duration_seconds",
    "leave_reason",
    "leave_message",
    "announced",
]


@dataclass(frozen=True, slots=True)
class Folded:
    """`roles`: (since, role), the first since the join (None). Times are instants cut to the millisecond."""

    session_id: str
    user_id: str
    name: str
    role: str
    roles: list[tuple[int | None, str]]
    type: str
    metadata: str
    device: str
    joined: int | None
    left: int | None
    duration: float | None
    leave_reason: str
    leave_message: str
    announced: bool


def fold_peer(events: Sequence[Envelope]) -> Folded | None:
    """One peer from its events, in any order; None when nothing says that it was in a session.

    What only a device reports (`client.*`) may be about a peer that never got in, so it makes no peer.
    """
    events = sorted((event for event in events if event.session_id), key=lambda event: (event.emitted_at, event.id))
    announcing = [event for event in events if event.type in ANNOUNCING]
    proofs = announcing or [event for event in events if event.type in TRACK_TYPES]
    if not proofs:
        return None
    # Should an id ever stand in two sessions, the first has it.
    proofs = [event for event in proofs if event.session_id == proofs[0].session_id]
    announcing = [event for event in announcing if event.session_id == proofs[0].session_id]
    # The object first, then the latest event first.
    ranked = _latest_first(proofs, "snapshot.peer")
    leaves = [event for event in announcing if event.type == "peer.leave.success"]
    joined = _joined(proofs)
    left = _left(announcing, leaves, joined)
    role = _last_role(proofs)
    return Folded(
        session_id=proofs[0].session_id,
        user_id=next((known for event in ranked if (known := user_id(event))), ""),
        name=_first(ranked, "user_name"),
        role=role,
        roles=_roles(announcing, role),
        type="sip" if any(event.data.get("type") == "sip" for event in announcing) else "regular",
        metadata=_first(ranked, "user_data", 4096),
        device=device_of(events),
        joined=joined,
        left=left,
        duration=_duration(leaves),
        leave_reason=text(leaves[-1], "reason", 128) if leaves else "",
        leave_message=text(leaves[-1], "message", 1024) if leaves else "",
        announced=bool(announcing),
    )


def device_of(events: Sequence[Envelope]) -> str:
    """The device in 100ms's words ("web_Mac_OS Chrome_125.0.0.0"), from the latest event that carries its agent."""
    for event in reversed(events):
        agent = event.data.get("agent")
        if isinstance(agent, dict):
            words = [plain(agent.get("os")), plain(agent.get("device_model"))]
            return " ".join(word for word in words if word)[:255]
    return ""


def _latest_first(events: Sequence[Envelope], best: str) -> list[Envelope]:
    """The events of type `best`, then the others; the latest first in both."""
    return sorted(events, key=lambda event: (event.type == best, event.emitted_at, event.id), reverse=True)


def _first(ranked: Sequence[Envelope], field: str, longest: int = 255) -> str:
    """The best evidence that is not blank: gaps are filled, a known value is never blanked."""
    return next((value for event in ranked if (value := text(event, field, longest))), "")


def _joined(events: Sequence[Envelope]) -> int | None:
    objects = [event for event in events if event.type == "snapshot.peer"]
    for source in (objects, events):
        times = [at for event in source if (at := moment(event, "joined_at")) is not None]
        if times:
            return to_millisecond(min(times))
    return None


def _left(announcing: Sequence[Envelope], leaves: Sequence[Envelope], joined: int | None) -> int | None:
    """A leave without a time is worth its duration after the join, else the moment it was made (trap 19)."""
    times = [
        at for event in announcing if event.type == "snapshot.peer" and (at := moment(event, "left_at")) is not None
    ]
    if not times:
        for event in leaves:
            at = moment(event, "left_at")
            if at is None and joined is not None and (length := _duration([event])):
                at = joined + int(length * instants.SECOND)
            times.append(event.emitted_at if at is None else at)
    return to_millisecond(max(times)) if times else None


def _duration(leaves: Sequence[Envelope]) -> float | None:
    """Seconds as the last leave that gives them does; None for what no session can last (EVENTS trap 23)."""
    for event in reversed(leaves):
        given = event.data.get("duration")
        if isinstance(given, int | float) and 0 < given <= 12 * 3600:
            return float(given)
    return None


def _changes(announcing: Sequence[Envelope]) -> list[tuple[int, str, str]]:
    """(when, role before, role after) of each role change, by when it happened."""
    changes = [
        (moment(event, "role_changed_at") or event.emitted_at, text(event, "previous_role", 128), role)
        for event in announcing
        if event.type == "role.change.success" and (role := text(event, "role", 128))
    ]
    return sorted(changes)


def _last_role(proofs: Sequence[Envelope]) -> str:
    """The role at the end: the latest that the object or a change tells, else what the leave, the join or a track does.

    By time, not by rank: an object that changes back to what it was is the same event again and is not stored anew.
    """
    objects = [
        (event.emitted_at, role)
        for event in proofs
        if event.type == "snapshot.peer" and (role := text(event, "role", 128))
    ]
    told = objects + [(at, role) for at, _, role in _changes(proofs)]
    if told:
        return max(told)[1]
    return _first(_latest_first(proofs, "peer.leave.success"), "role", 128)


def _roles(announcing: Sequence[Envelope], last: str) -> list[tuple[int | None, str]]:
    changes = _changes(announcing)
    joins = [event for event in announcing if event.type == "peer.join.success"]
    first = (changes[0][1] if changes else "") or _first(joins, "role", 128) or last
    roles: list[tuple[int | None, str]] = [(None, first)] if first else []
    for at, _, role in changes:
        if not roles or roles[-1][1] != role:
            roles.append((at, role))
    return roles


def project_peers(batch: Batch) -> None:
    """Write the row of every peer that a join, a leave, a role change, the object or its device speaks of."""
    touched = {event.peer_id for event in batch.of(ANNOUNCING | CLIENT_TYPES) if event.peer_id and event.session_id}
    write(batch, touched)


def write(batch: Batch, peer_ids: set[str]) -> None:
    """Fold these peers from all their events and store them."""
    if not peer_ids:
        return
    events: dict[str, list[Envelope]] = defaultdict(list)
    for event in batch.history(types=ANNOUNCING | CLIENT_TYPES, peer_id__in=peer_ids):
        events[event.peer_id].append(event)
    unannounced = {peer_id for peer_id in peer_ids if not any(event.type in ANNOUNCING for event in events[peer_id])}
    if unannounced:
        for event in batch.history(types=TRACK_TYPES, peer_id__in=unannounced):
            events[event.peer_id].append(event)
    rows = [_row(peer_id, folded) for peer_id, of_peer in events.items() if (folded := fold_peer(of_peer))]
    Peer.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=FIELDS)


def _row(peer_id: str, folded: Folded) -> Peer:
    return Peer(
        id=peer_id,
        session_id=folded.session_id,
        user_id=folded.user_id,
        name=folded.name,
        role=folded.role,
        roles=[list(entry) for entry in folded.roles],
        type=folded.type,
        metadata=folded.metadata,
        device=folded.device,
        joined_at=None if folded.joined is None else instants.to_datetime(folded.joined),
        left_at=None if folded.left is None else instants.to_datetime(folded.left),
        duration_seconds=folded.duration,
        leave_reason=folded.leave_reason,
        leave_message=folded.leave_message,
        announced=folded.announced,
    )
