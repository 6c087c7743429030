"""Webhooks that 100ms is asked to send again (contract, tag Analytics, replay_webhook_events)."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from rooms import audit
from rooms.actors import Actor
from rooms.audit import Target, change
from rooms.connection import client
from rooms.elsewhere import Unsettled
from rooms.hms.resources.analytics import ReplayStarted
from rooms.operations.marking import operation

KIND: Final = "webhook_replay"
MOST: Final = 50_000  # events of one replay
PER_SECOND: Final = 10


@operation("operate")
def start(
    *,
    actor: Actor,
    since: datetime,
    until: datetime,
    room_id: str = "",
    event_names: tuple[str, ...] = (),
    status: str = "failed",
    limit: int = MOST,
) -> ReplayStarted:
    """Have 100ms send again what it sent from `since` to `until`; the audit's target id is the replay's.

    `status`: failed (what was never taken), success or all. No room and no names mean all of them. Raises ValueError
    that names the field, beyond 30 days back or 14 days long, and `hms.Error`. Safe to repeat: 100ms answers the same
    wish with the replay that runs already, and an event that arrives twice counts once.
    """
    asked: dict[str, Any] = {"room_id": room_id, "event_names": list(event_names), "status": status, "limit": limit}
    said = {"since": since.isoformat(), "until": until.isoformat(), **asked}
    target = Target(KIND, name=_name(event_names), room_id=room_id)
    with change(actor, f"{KIND}.start", target, after=said) as under_way:
        started = client().analytics.replay(
            start=since,
            end=until,
            room_id=room_id or None,
            event_names=event_names,
            status=status,
            limit=limit,
        )
        under_way.done(target=replace(target, id=started.workflow_id))
    if started.status == "already_running":
        _settle(said, under_way.target)
    return started


def _settle(said: dict[str, Any], target: Target) -> None:
    """The same wish of ours that got no answer was heard: it is what runs."""
    for request in Unsettled.of(KIND, now=timezone.now()).open:
        if request.after == said:
            audit.settle(request, happened=True, target=target)


def _name(event_names: tuple[str, ...]) -> str:
    return ", ".join(event_names) or "all types"
