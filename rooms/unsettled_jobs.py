"""What became of a start or a stop that got no answer: told by the next reading of the room's jobs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q

from rooms import audit
from rooms.audit import Outcome, Target
from rooms.elsewhere import LOOK_BACK, UNFINISHED_AFTER
from rooms.models import AuditEntry, Room

if TYPE_CHECKING:
    from rooms.jobs import Job

# 100ms may still act on a request whose answer was lost, and its clock is not ours.
SETTLED_AFTER: Final = timedelta(seconds=30)
_AROUND: Final = timedelta(minutes=1)
_KINDS: Final = ("recording", "live_stream", "external_stream")


def settle(room: Room, jobs: Sequence["Job"], *, now: datetime) -> None:
    """Writes into the audit what is certain by now. Pauses and sent texts leave no trace that could tell."""
    for request in _open(room, now):
        verb = request.action.rpartition(".")[2]
        if verb == "start":
            _settle_start(request, room, jobs, now)
        elif verb == "stop":
            job = next((one for one in jobs if one.kind == request.target_kind and one.id == request.target_id), None)
            if job is not None:
                _settle_stop(request, job.status in ("starting", "running"), now)
        elif verb == "stop_all" and isinstance(request.before, dict):
            asked = set(request.before)
            running = any(one.id in asked and one.status in ("starting", "running") for one in jobs)
            _settle_stop(request, running, now)


def _open(room: Room, now: datetime) -> list[AuditEntry]:
    same = AuditEntry.objects.filter(change=OuterRef("change"))
    told = Exists(same.filter(outcome__in=(Outcome.SUCCEEDED, Outcome.FAILED)))
    lost = Q(Exists(same.filter(outcome=Outcome.UNSURE))) | Q(at__lt=now - UNFINISHED_AFTER)
    requests = AuditEntry.objects.filter(
        room_id=room.pk, target_kind__in=_KINDS, outcome=Outcome.REQUESTED, at__gt=now - LOOK_BACK
    )
    return list(requests.exclude(told).filter(lost).order_by("id"))


def _settle_start(request: AuditEntry, room: Room, jobs: Sequence["Job"], now: datetime) -> None:
    """One that was ordered when we asked, and that no answer of 100ms to another request of ours has named."""
    near = [
        one
        for one in jobs
        if one.kind == request.target_kind and one.created_at is not None and abs(one.created_at - request.at) < _AROUND
    ]
    ours = AuditEntry.objects.filter(
        action=request.action, outcome=Outcome.SUCCEEDED, target_id__in=[one.id for one in near]
    )
    known = set(ours.values_list("target_id", flat=True)) if near else set()
    made = next((one for one in near if one.id not in known), None)
    if made is not None:
        target = Target(request.target_kind, made.id, str(room), room.pk)
        audit.settle(request, happened=True, target=target)
    elif request.at < now - SETTLED_AFTER:
        target = Target(request.target_kind, "", str(room), room.pk)
        audit.settle(request, happened=False, target=target)


def _settle_stop(request: AuditEntry, runs: bool, now: datetime) -> None:
    if not runs or request.at < now - SETTLED_AFTER:
        target = Target(request.target_kind, request.target_id, request.target_name, request.room_id)
        audit.settle(request, happened=not runs, target=target)
