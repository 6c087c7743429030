from django.db import models


class Delivery(models.Model):
    """One POST to the webhook endpoint, exactly as it came: the durable inbox.

    `room_id`, `event_id` and `event_type` are read from the body for finding and batching only;
    the body is the truth.
    """

    class State(models.TextChoices):
        PENDING = "pending", "waiting"
        PROCESSED = "processed", "read"
        FAILED = "failed", "failed, will be tried again"
        DEAD = "dead", "dead, waiting for a person"
        IGNORED = "ignored", "kept, nothing to read"

    received_at = models.DateTimeField(db_index=True)
    remote_address = models.GenericIPAddressField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.BinaryField()
    event_id = models.CharField(max_length=64, blank=True, db_index=True)
    event_type = models.CharField(max_length=64, blank=True)
    room_id = models.CharField(max_length=64, blank=True)
    is_replay = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        indexes = [
            # The inbox's own question, "what is waiting?", stays small however many were read.
            models.Index(
                fields=["room_id", "id"],
                name="delivery_waiting",
                condition=models.Q(state__in=["pending", "failed"]),
            ),
            models.Index(fields=["state", "received_at"], name="delivery_state_received"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type or 'unreadable'} {self.event_id}"
