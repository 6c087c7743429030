"""Until when 100ms keeps the files of a recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.models import Asset, Recording
from rooms.recording_assets import KEPT_BY_100MS
from rooms.room_templates.asks import asks
from rooms.room_templates.then import Then


@dataclass(frozen=True, slots=True)
class Stay:
    """`until` in 100ms's own storage, None while there is nothing to keep, or in storage of the template's own.

    `is_known` is False where the template was never read: then nobody knows in which of the two the files are, and
    `until` is by when they may be gone.
    """

    until: datetime | None = None
    own_storage: bool = False
    is_known: bool = True
    is_over: bool = False


def stay_of(recording: Recording, files: Sequence[Asset], then: Then | None, now: datetime) -> Stay:
    """`then` is the template of its room as it stood when it began. In a bucket that a template brings 100ms deletes
    nothing (EVENTS trap 34); what its API calls the destination of a job names no storage.
    """
    files = [file for file in files if file.is_whole]
    if not files:
        return Stay()
    if then is not None and asks(then.content).own_storage:
        return Stay(own_storage=True)
    made = [file.created_at for file in files if file.created_at]
    begun = min(made, default=None) or recording.finished_at or recording.stopped_at
    until = begun + KEPT_BY_100MS if begun else None
    return Stay(until, is_known=then is not None, is_over=until is not None and until <= now)
