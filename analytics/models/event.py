from django.db import models


class Event(models.Model):
    """One thing 100ms said, kept for good. Append-only: written by `analytics.ingest` alone.

    `payload` is the whole envelope as received (JSON). `event_id` is 100ms's id; what the API says of an object
    (`snapshot.*`) has the digest of its content as id, so that an unchanged object is the same event.
    """

    class Channel(models.TextChoices):
        WEBHOOK = "webhook", "webhook"
        ANALYTICS = "analytics", "analytics API"
        SNAPSHOT = "snapshot", "API object"

    event_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=64)
    channel = models.CharField(max_length=10, choices=Channel)
    room_id = models.CharField(max_length=64)
    session_id = models.CharField(max_length=64, blank=True)
    peer_id = models.CharField(max_length=64, blank=True)
    emitted_at = models.DateTimeField("made by 100ms at")
    received_at = models.DateTimeField("received at")
    payload = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["session_id", "type"], name="event_session_type"),
            # What names no session is looked for by its room (EVENTS trap 12).
            models.Index(fields=["room_id", "type"], name="event_sessionless", condition=models.Q(session_id="")),
            models.Index(fields=["peer_id"], name="event_peer", condition=~models.Q(peer_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
