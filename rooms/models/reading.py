from django.db import models


class Reading(models.Model):
    """When what hangs on one room was last read. 100ms lists codes and stream keys room by room only.

    `asked_at` is the last try, `read_at` the last that went well, `problem` why the last try did not, in words.
    Who is about to make or disable something of that kind there claims it until `claimed_until`. Recordings and streams
    are read elsewhere (`rooms.jobs`); their rows hold the claim alone.
    """

    class Kind(models.TextChoices):
        ROOM_CODES = "room codes"
        STREAM_KEY = "stream key"
        RECORDING = "recording"
        LIVE_STREAM = "live stream"
        EXTERNAL_STREAM = "external stream"

    room = models.ForeignKey("rooms.Room", models.CASCADE, related_name="readings")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    asked_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["room", "kind"]
        constraints = [models.UniqueConstraint(fields=["room", "kind"], name="one_reading_per_room_and_kind")]
        indexes = [models.Index(fields=["kind", "asked_at"], name="longest_unread_first")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.room_id}"
