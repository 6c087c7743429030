"""The counts of a session that lists sort and filter by, from the rows of its peers and failures."""

from collections import defaultdict

from django.conf import settings
from django.db.models import Count

from analytics import instants
from analytics.intervals import Interval, at_once, peak, union
from analytics.leaving import Ending, ending_of
from analytics.models import Failure, Peer, Session
from analytics.projections.batch import Batch

FOREVER = 2**62  # an open stay overlaps everything after it

COUNTS = ["people_count", "peak_count", "drop_count", "failure_count"]
# What cannot follow a person into the room: an answer to an attempt, not trouble that somebody had.
NOT_TROUBLE = ["peer.leave.failure", "room.end.failure"]


def project_summaries(batch: Batch) -> None:
    """Count again for every session whose peers or failures the batch touched."""
    touched = {event.session_id for event in batch.new if event.session_id}
    people: dict[str, dict[str, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    drops: dict[str, int] = defaultdict(int)
    rows = Peer.objects.filter(session_id__in=touched).exclude(role__in=settings.HMS_ROLES_NOT_COUNTED)
    for session_id, user_id, peer_id, joined_at, left_at, reason in rows.values_list(
        "session_id", "user_id", "id", "joined_at", "left_at", "leave_reason"
    ):
        start = instants.from_datetime(joined_at) if joined_at else None
        end = instants.from_datetime(left_at) if left_at else FOREVER
        if start is not None and start < end:
            people[session_id][user_id or peer_id].append(Interval(start, end))
        else:
            people[session_id][user_id or peer_id] += []
        drops[session_id] += ending_of(reason) is Ending.NETWORK
    failures = dict(
        Failure.objects.filter(session_id__in=touched, is_terminal=True)
        .exclude(type__in=NOT_TROUBLE)
        .values_list("session_id")
        .annotate(count=Count("pk"))
    )
    sessions = []
    for row in Session.objects.filter(pk__in=touched).only("id", *COUNTS):
        before = [getattr(row, name) for name in COUNTS]
        present = [interval for stays in people[row.pk].values() for interval in union(stays)]
        row.people_count = len(people[row.pk])
        row.peak_count = peak(at_once(present))[0]
        row.drop_count = drops[row.pk]
        row.failure_count = failures.get(row.pk, 0)
        if before != [getattr(row, name) for name in COUNTS]:
            sessions.append(row)
    Session.objects.bulk_update(sessions, COUNTS)
