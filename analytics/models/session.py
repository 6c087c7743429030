from django.db import models


class Session(models.Model):
    """One running of a room, folded from its events. Times are cut to the millisecond, the API's own precision."""

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    room = models.ForeignKey("rooms.Room", models.PROTECT, related_name="sessions")
    started_at = models.DateTimeField(null=True, blank=True, db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The latest moment any of its events speaks of: what a session without an end is closed at.
    last_event_at = models.DateTimeField(null=True, blank=True)
    end_source = models.CharField("ended through", max_length=64, blank=True)
    end_reason = models.CharField(max_length=255, blank=True)
    ended_by = models.CharField(max_length=255, blank=True)
    end_locked = models.BooleanField("room locked at the end", default=False)
    people_count = models.PositiveIntegerField(default=0)
    peak_count = models.PositiveIntegerField("people at once, at most", default=0)
    drop_count = models.PositiveIntegerField("network drops", default=0)
    failure_count = models.PositiveIntegerField("failures the person could not get past", default=0)

    class Meta:
        ordering = ["-started_at", "id"]
        indexes = [models.Index(fields=["room", "-started_at"], name="session_room_started")]

    def __str__(self) -> str:
        return f"{self.room} {self.started_at:%Y-%m-%d %H:%M}" if self.started_at else str(self.room)
