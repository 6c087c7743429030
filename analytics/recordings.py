"""What the row of a recording says of itself: by which ids it goes, how long it is, when it begins."""

from analytics import instants
from analytics.instants import SECOND
from analytics.models import Recording


def ids_of(recording: Recording) -> list[str]:
    """All ids by which a video may name this recording: its row may be written anew, under the id of its beam."""
    others = [alias for alias in recording.aliases if isinstance(alias, str)]
    return list(dict.fromkeys([recording.pk, *others, *(f"{recording.kind}-{alias}" for alias in others)]))


def length_of(recording: Recording) -> float | None:
    """Seconds of the recording, as long as its file where that is known."""
    if recording.duration_seconds:
        return recording.duration_seconds
    if recording.started_at and recording.stopped_at and recording.started_at < recording.stopped_at:
        return (recording.stopped_at - recording.started_at).total_seconds()
    return None


def recorded_from(recording: Recording) -> int | None:
    """The instant that is second 0 of the recording, where it is known."""
    if recording.started_at is not None:
        return instants.from_datetime(recording.started_at)
    if recording.stopped_at is not None and recording.duration_seconds:
        return instants.from_datetime(recording.stopped_at) - round(recording.duration_seconds * SECOND)
    return None
