"""Who began and who ended recordings and streams: from here by name, in the room by name, else what is not known."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.contrib.auth.models import User

from analytics.models import Peer
from rooms.audit import Outcome
from rooms.jobs import Kind
from rooms.models import AuditEntry

ELSE: Final = "100ms itself or another program"


def acts(room_ids: Collection[str], job_ids: Collection[str]) -> dict[str, dict[str, AuditEntry]]:
    """The last "start" and "stop" of these jobs that was done from here, by the id of the job. One query."""
    entries = AuditEntry.objects.filter(
        room_id__in=room_ids,
        target_kind__in=[kind.value for kind in Kind],
        target_id__in=job_ids,
        outcome=Outcome.SUCCEEDED,
    )
    found: dict[str, dict[str, AuditEntry]] = {}
    for entry in entries.order_by("id"):
        verb = entry.action.rpartition(".")[2]
        if verb in ("start", "stop"):
            found.setdefault(entry.target_id, {})[verb] = entry
    return found


def names(peer_ids: Iterable[str], user_names: Iterable[str]) -> dict[str, str]:
    """Names by peer id, and full names by user name. Two queries at most."""
    peers, users = set(peer_ids) - {""}, set(user_names) - {""}
    known = dict(Peer.objects.filter(pk__in=peers).values_list("pk", "name")) if peers else {}
    if users:
        known |= {user.get_username(): user.get_full_name() for user in User.objects.filter(username__in=users)}
    return {key: name for key, name in known.items() if name}


def who(peer_id: str, entry: AuditEntry | None, known: Mapping[str, str]) -> str:
    """ "Ikram Benali", "Wanjiru Kamau, in the room"."""
    if entry is not None:
        return known.get(entry.actor, entry.actor)
    return f"{known.get(peer_id, 'somebody')}, in the room" if peer_id else ELSE
