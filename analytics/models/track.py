from django.db import models


class Track(models.Model):
    """A microphone, camera or screen of one peer, with the stretches in which it was not muted."""

    class Kind(models.TextChoices):
        MIC = "mic", "microphone"
        CAMERA = "camera", "camera"
        SCREEN = "screen", "screen"
        SCREEN_AUDIO = "screen_audio", "sound of the screen"
        OTHER = "other", "other"

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    peer = models.ForeignKey("analytics.Peer", models.CASCADE, related_name="tracks")
    session = models.ForeignKey("analytics.Session", models.CASCADE, related_name="tracks")
    kind = models.CharField(max_length=16, choices=Kind)
    started_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # [[from, to or null], …] in microseconds since 1970: one small column instead of thousands of rows a page.
    on = models.JSONField("not muted", default=list, blank=True)

    # The latest event folded in: what comes after it continues the row, what comes before folds it anew.
    folded_to = models.BigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["started_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.peer_id}"
