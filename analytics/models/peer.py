from django.db import models


class Peer(models.Model):
    """One stay of a person in a session: a rejoin or a second device is another peer (EVENTS trap 9)."""

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    session = models.ForeignKey("analytics.Session", models.CASCADE, related_name="peers")
    user_id = models.CharField(max_length=255, blank=True, db_index=True)
    name = models.CharField(max_length=255, blank=True)
    role = models.CharField("role at the end", max_length=128, blank=True)
    # [[microseconds since 1970 or null, role], …]: the role from each instant on; null = from the join.
    roles = models.JSONField(default=list, blank=True)
    type = models.CharField(max_length=16, default="regular", help_text="“sip” is a phone")
    metadata = models.TextField(blank=True)
    device = models.CharField(max_length=255, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    # As the leave event gave it; counts only where the two times do not tell (EVENTS trap 19).
    duration_seconds = models.FloatField("duration as told", null=True, blank=True)
    leave_reason = models.CharField(max_length=128, blank=True)
    leave_message = models.CharField(max_length=1024, blank=True)
    # False while only track events have named this peer: they may be the first to be seen of it (EVENTS trap 3).
    announced = models.BooleanField("named by a join, a leave or the session object", default=True)

    class Meta:
        ordering = ["joined_at", "id"]

    def __str__(self) -> str:
        return self.name or self.user_id or self.id
