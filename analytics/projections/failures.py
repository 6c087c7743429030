"""Failures: a log, a row an event, changing nothing else (EVENTS traps 12, 32, 41)."""

from analytics import instants
from analytics.models import Failure
from analytics.projections.batch import Batch, text, user_id
from analytics.projections.peers import CLIENT_TYPES, device_of

SERVER_TYPES = frozenset({"peer.join.failure", "peer.leave.failure", "role.change.failure", "room.end.failure"})
FAILURE_TYPES = SERVER_TYPES | CLIENT_TYPES


def project_failures(batch: Batch) -> None:
    """One row for each failure; the same event again is the same row."""
    Failure.objects.bulk_create(
        [
            Failure(
                event_id=event.id,
                type=event.type,
                room_id=event.room_id,
                session_id=event.session_id,
                peer_id=event.peer_id,
                user_id=user_id(event),
                name=text(event, "user_name"),
                role=text(event, "role", 128),
                at=instants.to_datetime(event.emitted_at),
                error_code=_code(event.data.get("error_code")),
                error_name=text(event, "error_name"),
                error_message=text(event, "error_message", 10_000).strip(),
                action=text(event, "action", 64),
                # The server's refusals have no such field: they are final.
                is_terminal=event.data.get("is_terminal") is not False,
                device=device_of([event]),
            )
            for event in batch.of(FAILURE_TYPES)
        ],
        ignore_conflicts=True,
    )


def _code(value: object) -> int | None:
    """A whole number that its column takes; Python counts True among them."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31 else None
