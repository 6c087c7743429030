"""The mirror of what is set in 100ms, who may see which room, and who changed what."""

from rooms.models.access import ClassId, RoomAccess
from rooms.models.audit import AuditEntry, Unchangeable
from rooms.models.live_reading import LiveReading
from rooms.models.poll import Poll
from rooms.models.reading import Reading
from rooms.models.room import Room
from rooms.models.room_code import HandedOutRole, RoomCode
from rooms.models.room_template import Role, RoomTemplate, TemplateVersion
from rooms.models.stream_key import StreamKey

__all__ = [
    "AuditEntry",
    "ClassId",
    "HandedOutRole",
    "LiveReading",
    "Poll",
    "Reading",
    "Role",
    "Room",
    "RoomAccess",
    "RoomCode",
    "RoomTemplate",
    "StreamKey",
    "TemplateVersion",
    "Unchangeable",
]
