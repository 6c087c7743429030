from django.db import models


class Failure(models.Model):
    """Something a person or their device tried and could not. A log of attempts: it changes no other row.

    `peer.*.failure` and some `client.*` come without a session (EVENTS trap 12), so `session_id` may be empty.
    """

    event_id = models.CharField(max_length=64, primary_key=True)
    type = models.CharField(max_length=64)
    room = models.ForeignKey("rooms.Room", models.PROTECT, related_name="failures")
    session_id = models.CharField(max_length=64, blank=True, db_index=True)
    peer_id = models.CharField(max_length=64, blank=True)
    user_id = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    role = models.CharField(max_length=128, blank=True)
    at = models.DateTimeField(db_index=True)
    error_code = models.IntegerField(null=True, blank=True)
    error_name = models.CharField(max_length=255, blank=True)
    error_message = models.TextField(blank=True)
    action = models.CharField(max_length=64, blank=True)
    # False: the device went on trying and often succeeded (EVENTS trap 32). Server-side refusals are terminal.
    is_terminal = models.BooleanField(default=True)
    device = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["at", "event_id"]
        indexes = [models.Index(fields=["room", "at"], name="failure_room_at")]

    def __str__(self) -> str:
        return f"{self.type} {self.error_message}"[:120]
