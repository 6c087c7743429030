"""Opening a file that 100ms made of a room: by a link made fresh each time, and noted in the audit."""

from datetime import timedelta
from typing import Final

from rooms import audit
from rooms.actors import Actor, permit
from rooms.audit import Target
from rooms.connection import LOOK, client
from rooms.jobs import File, NotInRoom
from rooms.models import Room

# Long enough to watch a lesson with breaks: a player fetches the rest of the file by the same link.
OPEN_FOR: Final = 3 * 3600  # seconds
# So long 100ms keeps a file in its own storage (EVENTS trap 34); in a bucket of one's own it deletes nothing.
KEPT_BY_100MS: Final = timedelta(days=15)


def opened(*, actor: Actor, room: Room, file: File) -> str:
    """A link to the file, good for `OPEN_FOR`. Whoever has it can read the file, so it goes nowhere but to the browser.

    It is in the audit before anybody has the link. Raises `NotPermitted`, `NotInRoom`, `hms.Error`.
    """
    permit(actor, "export", room)
    if file.room_id != room.pk:
        raise NotInRoom
    answer = client(patience=0, timeout=LOOK).recording_assets.presigned_url(file.id, seconds=OPEN_FOR)
    about = {"type": file.type, "job": file.job_id}
    audit.note(actor, "recording_asset.open", Target("recording_asset", file.id, str(room), room.pk), after=about)
    return answer.url
