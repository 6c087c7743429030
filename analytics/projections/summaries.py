"""The counts of a session that lists sort and filter by: the same arithmetic as its page, on the rows of its peers."""

from django.db.models import Count

from analytics import queries
from analytics.activity import people
from analytics.models import Failure, Peer, Session, Track
from analytics.projections.batch import Batch
from analytics.summary import summary

COUNTS = ["people_count", "peak_count", "drop_count", "failure_count"]
# What cannot follow a person into the room: an answer to an attempt, not trouble that somebody had.
NOT_TROUBLE = ["peer.leave.failure", "room.end.failure"]


def project_summaries(batch: Batch) -> None:
    """Count again for every session whose edges, peers or failures the batch touched."""
    touched = {event.session_id for event in batch.new if event.session_id}
    failures = dict(
        Failure.objects.filter(session_id__in=touched, is_terminal=True)
        .exclude(type__in=NOT_TROUBLE)
        .values_list("session_id")
        .annotate(count=Count("pk"))
    )
    sessions = []
    for row in Session.objects.filter(pk__in=touched):
        before = [getattr(row, name) for name in COUNTS]
        # What is open ends at the last sign of life here, so the counts do not depend on when they are made.
        assert row.last_event_at is not None  # every session has a witness
        frame = queries.frame(row, row.last_event_at)
        stays = queries.stays_of(queries.counted(Peer.objects.filter(session=row)), Track.objects.none())
        seen = summary(people(stays, frame), frame)
        row.people_count, row.peak_count, row.drop_count = seen.people, seen.peak, seen.drops
        row.failure_count = failures.get(row.pk, 0)
        if before != [getattr(row, name) for name in COUNTS]:
            sessions.append(row)
    Session.objects.bulk_update(sessions, COUNTS)
