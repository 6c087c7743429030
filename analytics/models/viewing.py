"""Who watched a recording, and which part. Written by `analytics.viewing_sync` and by our own player page."""

from django.db import models


class Video(models.Model):
    """A video at api.video, or the one in our own player, that shows a recording."""

    class Source(models.TextChoices):
        API_VIDEO = "api.video", "api.video"
        OURS = "rollcall", "Rollcall's own player"

    # "<source>:<id there>"; the id of our own is that of the recording.
    id = models.CharField(max_length=128, primary_key=True)
    source = models.CharField(max_length=16, choices=Source)
    video_id = models.CharField("id there", max_length=96)
    is_live_stream = models.BooleanField("a live stream there", default=False)
    # Any id of the recording (`Recording.aliases`); its row may be written anew.
    recording_id = models.CharField(max_length=96, db_index=True)
    session_id = models.CharField(max_length=64, blank=True, db_index=True)
    title = models.CharField(max_length=255, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    linked_by = models.CharField(max_length=150, blank=True)
    linked_at = models.DateTimeField()
    read_at = models.DateTimeField("viewings last read at", null=True, blank=True)
    due_at = models.DateTimeField("next reading due", null=True, blank=True, db_index=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title or self.video_id


class Viewing(models.Model):
    """One player session: somebody opened the player (contract of api.video, schema PlayerSession)."""

    # "<source>:<session id there>"
    id = models.CharField(max_length=128, primary_key=True)
    video = models.ForeignKey(Video, models.CASCADE, related_name="viewings")
    session_id = models.CharField("player session there", max_length=96)
    # Who, as the page that embeds the player told it (metadata `user_id`), or who was signed in here; "" for nobody.
    user_id = models.CharField(max_length=255, blank=True, db_index=True)
    name = models.CharField(max_length=255, blank=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    device = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=64, blank=True)
    events_read = models.PositiveIntegerField(default=0)
    # [[from, to], …] in seconds of the video: each stretch played, in the order watched. Rewatched ones stand twice.
    spans = models.JSONField("stretches watched", default=list, blank=True)
    watched_seconds = models.FloatField("time spent watching", default=0)
    last_position = models.FloatField("stopped at, seconds", null=True, blank=True)
    last_event_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField("events last read at", null=True, blank=True)

    class Meta:
        ordering = ["-loaded_at", "id"]

    def __str__(self) -> str:
        return f"{self.name or self.user_id or 'somebody'} watched {self.video_id}"


class ViewingEvent(models.Model):
    """One thing a player said: ready, play, pause, resume, seek.forward, seek.backward, end (EVENTS trap 40)."""

    id = models.BigAutoField(primary_key=True)
    viewing = models.ForeignKey(Viewing, models.CASCADE, related_name="events")
    # Its place in the list that the source gave; several share a second, so no time orders them.
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=32)
    emitted_at = models.DateTimeField()
    at = models.FloatField("playhead, seconds", null=True, blank=True)
    from_at = models.FloatField("jumped from, seconds", null=True, blank=True)
    to_at = models.FloatField("jumped to, seconds", null=True, blank=True)

    class Meta:
        ordering = ["viewing", "number"]
        constraints = [models.UniqueConstraint(fields=["viewing", "number"], name="viewing_event_number")]

    def __str__(self) -> str:
        return f"{self.type} {self.at if self.at is not None else self.to_at}"
