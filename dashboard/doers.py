"""Who began, paused and ended recordings and streams: a peer, as 100ms says, or somebody here, as our audit says."""

from collections.abc import Collection, Iterable, Mapping

from django.contrib.auth.models import User

from analytics.models import Peer
from rooms.audit import Outcome
from rooms.jobs import Kind
from rooms.models import AuditEntry

Acts = Mapping[str, AuditEntry]


def acts_on(job_ids: Collection[str], *, room_id: str = "") -> dict[str, Acts]:
    """What was done to these jobs from here, the last of each sort: "start", "stop", "pause" (and resume).

    `room_id` holds it to what was done in that room. One query.
    """
    if not job_ids:
        return {}
    entries = AuditEntry.objects.filter(
        target_kind__in=[kind.value for kind in Kind],
        target_id__in=job_ids,
        outcome__in=(Outcome.SUCCEEDED, Outcome.UNSURE),
    ).order_by("id")
    if room_id:
        entries = entries.filter(room_id=room_id)
    found: dict[str, dict[str, AuditEntry]] = {}
    for entry in entries:
        verb = entry.action.rpartition(".")[2]
        if verb.startswith(("pause", "resume")):
            found.setdefault(entry.target_id, {})["pause"] = entry
        elif verb in ("start", "stop") and entry.outcome == Outcome.SUCCEEDED:
            found.setdefault(entry.target_id, {})[verb] = entry
    return dict(found)


def names_of(peer_ids: Iterable[str], acts: Mapping[str, Acts]) -> dict[str, str]:
    """Names by peer id, and full names by user name. Two queries at most."""
    peers = {peer_id for peer_id in peer_ids if peer_id}
    users = {entry.actor for done in acts.values() for entry in done.values()}
    names = dict(Peer.objects.filter(pk__in=peers).values_list("pk", "name")) if peers else {}
    return {key: name for key, name in names.items() if name} | names_of_users(users)


def names_of_users(usernames: Collection[str]) -> dict[str, str]:
    """Full names by user name, of those who have one. One query, none for nobody."""
    if not usernames:
        return {}
    users = User.objects.filter(username__in=usernames)
    return {user.get_username(): user.get_full_name() for user in users if user.get_full_name()}


def who(peer_id: str, entry: AuditEntry | None, names: Mapping[str, str]) -> str:
    """In words; 100ms names nobody for what came over its API, so without an entry of ours it was not from here.

    What was started from here was started by whom our audit says, also where 100ms names the peer it took it for.
    """
    if peer_id and (entry is None or (peer_id in names and not entry.action.endswith(".start"))):
        return f"{names.get(peer_id, 'somebody')}, in the room"
    return names.get(entry.actor, entry.actor) if entry else "100ms itself or another program"
