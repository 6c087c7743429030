from django.db import models


class Delivery(models.Model):
    """One POST to the webhook endpoint, exactly as it came: the durable inbox.

    `event_id`, `event_type`, `room_id` and `is_replay` are read from the body for finding and batching only
    (`webhooks/label.py`); the body is the truth. What each state means: docs/webhooks.md.
    """

    class State(models.TextChoices):
        PENDING = "pending", "waiting"
        PROCESSED = "processed", "read"
        FAILED = "failed", "failed, will be tried again"
        DEAD = "dead", "dead, waiting for a person"
        IGNORED = "ignored", "kept, nothing to read"
        ASIDE = "aside", "set aside"

    WAITING = (State.PENDING, State.FAILED)

    received_at = models.DateTimeField(db_index=True)
    remote_address = models.GenericIPAddressField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.BinaryField()
    event_id = models.CharField(max_length=64, blank=True)
    event_type = models.CharField(max_length=64, blank=True)
    room_id = models.CharField(max_length=64, blank=True)
    is_replay = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField("failed attempts", default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    # Empty as long as something is to be done: waiting, failed or dead. Of what a person set aside: when.
    processed_at = models.DateTimeField("read at", null=True, blank=True)
    error = models.TextField(blank=True)
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        indexes = [
            # What nobody has read yet: small however many were read, and small questions keep to it. The condition
            # is IS NULL because SQLite uses a partial index for no parameter, but for that.
            models.Index(fields=["room_id", "id"], name="delivery_unread", condition=models.Q(processed_at=None)),
            # By Meta, not db_index: that would add a second index for LIKE to every insert on PostgreSQL.
            models.Index(fields=["event_id"], name="delivery_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type or 'unreadable'} {self.event_id}"


class Heartbeat(models.Model):
    """When a task sent by beat last ran in a worker: one row a name, written by `webhooks.tasks.tick`.

    In the database because the default cache lives in one process only.
    """

    name = models.CharField(max_length=32, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.beat_at:%Y-%m-%d %H:%M:%S}"
