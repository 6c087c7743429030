"""The mirror of what is set in 100ms, and who may see which room."""

from rooms.models.access import RoomAccess
from rooms.models.room import Room

__all__ = ["Room", "RoomAccess"]
