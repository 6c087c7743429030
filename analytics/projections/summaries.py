"""The counts of a session that lists sort and filter by: the same arithmetic as its page, on the rows of its peers."""

from django.db.models import Q

from analytics import instants, queries
from analytics.activity import people
from analytics.models import Peer, Session, Track
from analytics.projections.batch import Batch
from analytics.projections.failures import FAILURE_TYPES
from analytics.summary import summary

COUNTS = ["people_count", "peak_count", "drop_count", "failure_count"]


def project_summaries(batch: Batch) -> None:
    """Count again for every session whose edges, peers or failures the batch touched."""
    touched = Q(pk__in={event.session_id for event in batch.new if event.session_id})
    for event in batch.of(FAILURE_TYPES):
        if not event.session_id:
            # It belongs to whatever ran in the room then (EVENTS trap 12).
            touched |= queries.running_at(event.room_id, instants.to_datetime(event.emitted_at))
    sessions = []
    for row in Session.objects.filter(touched):
        before = [getattr(row, name) for name in COUNTS]
        # What is open ends at the last sign of life here, so the counts do not depend on when they are made.
        assert row.last_event_at is not None  # every session has a witness
        frame = queries.frame(row, row.last_event_at)
        stays = queries.stays_of(queries.counted(Peer.objects.filter(session=row)), Track.objects.none())
        seen = summary(people(stays, frame), frame)
        row.people_count, row.peak_count, row.drop_count = seen.people, seen.peak, seen.drops
        row.failure_count = queries.troubles(row).count()
        if before != [getattr(row, name) for name in COUNTS]:
            sessions.append(row)
    Session.objects.bulk_update(sessions, COUNTS)
