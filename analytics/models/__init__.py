"""Raw events, the cursors of the pull, and the read models folded from the events."""

from analytics.models.cursor import Cursor, Pull
from analytics.models.event import Event
from analytics.models.failure import Failure
from analytics.models.kept_file import KeptFile, TalkTime, TextFile
from analytics.models.peer import Peer
from analytics.models.poll import PollCursor, PollResponse, PollRun, PollScore
from analytics.models.recording import Asset, Recording, RecordingCursor, Transcription
from analytics.models.session import Session
from analytics.models.stream import Ingest, Stream
from analytics.models.track import Track
from analytics.models.viewing import Video, Viewing, ViewingEvent

__all__ = [
    "Asset",
    "Cursor",
    "Event",
    "Failure",
    "Ingest",
    "KeptFile",
    "Peer",
    "PollCursor",
    "PollResponse",
    "PollRun",
    "PollScore",
    "Pull",
    "Recording",
    "RecordingCursor",
    "Session",
    "Stream",
    "TalkTime",
    "TextFile",
    "Track",
    "Transcription",
    "Video",
    "Viewing",
    "ViewingEvent",
]
