from django.db import models


class LiveReading(models.Model):
    """What 100ms last said of the session that runs in a room; all processes and viewers share it (`rooms.live`).

    `peers` by peer id: `name`, `user_id`, `role`, `metadata`, `joined_at` (RFC 3339 or ""), `hand_since` (when the hand
    was first seen raised, or ""), `on` (microphone, camera, screen as 100ms last told, or null), `told_at` (when that
    was, microseconds since 1970). `session_id` is empty while nothing runs. `asked_at` is the last try, `read_at` the
    last that went well, `problem` why the last try did not, in words.
    """

    room = models.OneToOneField("rooms.Room", models.CASCADE, primary_key=True, related_name="live_reading")
    session_id = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    named_at = models.DateTimeField("session last read", null=True, blank=True)
    peers = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"live reading of {self.room_id}"
