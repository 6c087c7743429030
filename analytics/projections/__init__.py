"""From events to read models. The only package that writes them.

`PROJECTORS` says which functions an event type goes to, `IGNORED` which types are stored and not projected, and why:
none today.
Everything else is unknown: it is stored all the same and said aloud, and a rebuild projects it once we know it.
"""

from collections.abc import Sequence

from analytics.envelope import Envelope
from analytics.models import Failure, Ingest, Peer, PollRun, Recording, Session, Stream, Track, Transcription
from analytics.projections.batch import Batch, Projector
from analytics.projections.failures import project_failures
from analytics.projections.ingests import project_ingests
from analytics.projections.jobs import project_jobs, project_unplaced
from analytics.projections.peers import project_peers
from analytics.projections.polls import project_polls
from analytics.projections.sessions import project_sessions
from analytics.projections.summaries import project_summaries
from analytics.projections.tracks import project_tracks

# A run without a stop is over when its session is (EVENTS trap 23).
SESSION: tuple[Projector, ...] = (project_sessions, project_jobs, project_summaries)
# Any witness of a session may show when it began, and so in which one a run was that names none.
PEER: tuple[Projector, ...] = (project_sessions, project_peers, project_unplaced, project_summaries)
TRACK: tuple[Projector, ...] = (project_sessions, project_tracks, project_unplaced)
FAILURE: tuple[Projector, ...] = (project_failures, project_summaries)
# No witnesses of their session: they are of the moment we read them, and only of sessions known already.
POLL: tuple[Projector, ...] = (project_polls,)
CLIENT: tuple[Projector, ...] = (
    project_sessions,
    project_peers,
    project_failures,
    project_unplaced,
    project_summaries,
)

# Events of runs that name their session's start are witnesses of it, those of their files are not: see `sessions`.
RUN: tuple[Projector, ...] = (project_sessions, project_jobs, project_summaries)
JOB: tuple[Projector, ...] = (project_jobs,)
INGEST: tuple[Projector, ...] = (project_ingests,)

PROJECTORS: dict[str, tuple[Projector, ...]] = {
    "session.open.success": SESSION,
    "session.close.success": SESSION,
    "snapshot.session": SESSION,
    "room.end.success": SESSION,
    "room.end.failure": FAILURE,
    "peer.join.success": PEER,
    "peer.leave.success": PEER,
    "snapshot.peer": PEER,
    "role.change.success": PEER,
    "role.change.failure": FAILURE,
    "peer.join.failure": FAILURE,
    "peer.leave.failure": FAILURE,
    "track.add.success": TRACK,
    "track.update.success": TRACK,
    "track.remove.success": TRACK,
    "client.publish.failed": CLIENT,
    "client.subscribe.failed": CLIENT,
    "client.join.failed": CLIENT,
    "client.disconnected": CLIENT,
    "client.connect.failed": CLIENT,
    "beam.started.success": RUN,
    "beam.stopped.success": RUN,
    "beam.recording.success": RUN,
    "beam.failure": RUN,
    "hls.started.success": RUN,
    "hls.stopped.success": RUN,
    "hls.recording.success": RUN,
    "hls.failure": RUN,
    "recording.success": RUN,
    "recording.failed": RUN,
    "track.recording.started.success": RUN,
    "track.recording.success": JOB,
    "track.recording.failure": JOB,
    "stream.recording.success": JOB,
    "stream.recording.failure": JOB,
    "transcription.started.success": JOB,
    "transcription.success": JOB,
    "transcription.failure": JOB,
    "snapshot.recording": JOB,
    "snapshot.live_stream": JOB,
    "snapshot.external_stream": JOB,
    "snapshot.recording_asset": JOB,
    "ingest.start.success": INGEST,
    "ingest.end.success": INGEST,
    "ingest.start.failure": INGEST,
    "ingest.failure": INGEST,
    "snapshot.poll": POLL,
    "snapshot.poll_run": POLL,
    "snapshot.poll_response": POLL,
    "snapshot.poll_result": POLL,
}

IGNORED: dict[str, str] = {}

# Rows that others refer to come first.
ORDER: tuple[Projector, ...] = (
    project_sessions,
    project_peers,
    project_tracks,
    project_failures,
    project_polls,
    project_jobs,
    project_unplaced,
    project_ingests,
    project_summaries,
)


def is_known(event_type: str) -> bool:
    return event_type in PROJECTORS or event_type in IGNORED


def project(events: Sequence[Envelope]) -> None:
    """Bring the read models up to these events. The caller holds the lock of their rooms and the transaction."""
    for projector in ORDER:
        concerned = [event for event in events if projector in PROJECTORS.get(event.type, ())]
        if concerned:
            projector(Batch(concerned))


def clear(room_id: str) -> None:
    """Take away a room's read models, for a rebuild to make them anew in the same transaction."""
    PollRun.objects.filter(room_id=room_id).delete()
    for model in (Recording, Stream, Transcription, Ingest):
        model._default_manager.filter(room_id=room_id).delete()
    sessions = Session.objects.filter(room_id=room_id)
    Track.objects.filter(session__in=sessions).delete()
    Peer.objects.filter(session__in=sessions).delete()
    Failure.objects.filter(room_id=room_id).delete()
    sessions.delete()
