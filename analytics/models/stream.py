"""Live streams (HLS), external streams (RTMP) and encoders that push in. Folded by `analytics.projections.streams`."""

from typing import Final

from django.db import models


class Stream(models.Model):
    """One run of a stream out of a room. Its id is "<kind>-<beam or job id>".

    A browser recording that pushes to RTMP as well is a `Recording` and a `Stream`, from the same events.
    """

    class Kind(models.TextChoices):
        LIVE = "live", "live stream (HLS)"
        EXTERNAL = "external", "external stream (RTMP)"

    class State(models.TextChoices):
        STARTING = "starting", "starting"
        RUNNING = "running", "live"
        STOPPING = "stopping", "stopping"
        ENDED = "ended", "ended"
        FAILED = "failed", "failed"

    UNENDED: Final = (State.STARTING, State.RUNNING, State.STOPPING)

    id = models.CharField(max_length=96, primary_key=True)
    room = models.ForeignKey("rooms.Room", models.PROTECT, related_name="streams")
    # No constraint: a stream's events may come before its session's own.
    session = models.ForeignKey("analytics.Session", models.DO_NOTHING, db_constraint=False, related_name="streams")
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, db_index=True)
    aliases = models.JSONField("other ids", default=list, blank=True)
    # A run that lasts into the next session is told of by both: each reading of the one takes in the other.
    other_sessions = models.JSONField("other sessions that tell of it", default=list, blank=True)
    job_id = models.CharField("100ms id of the job", max_length=64, blank=True, db_index=True)
    beam_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField("ordered at", null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # Nobody told the stop: it is worked out from the session's end or the limits of 100ms (EVENTS trap 23).
    end_estimated = models.BooleanField("end worked out", default=False)
    at = models.DateTimeField(db_index=True, help_text="the first of started, ordered, stopped that is known")
    duration_seconds = models.FloatField("seconds as told", null=True, blank=True)
    started_by = models.CharField("peer that began it", max_length=64, blank=True)
    stopped_by = models.CharField("peer that stopped it", max_length=64, blank=True)
    stop_reason = models.CharField("reason as told", max_length=255, blank=True)
    error_type = models.CharField(max_length=128, blank=True)
    error_message = models.TextField(blank=True)
    # Addresses where it goes, their secrets masked (EVENTS trap 36).
    outputs = models.JSONField("outputs, masked", default=list, blank=True)
    # The id of the Recording made of it, "" where none is kept.
    recording_id = models.CharField(max_length=96, blank=True)
    is_recorded = models.BooleanField("kept as a recording", default=False)

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["room", "-at"], name="stream_room_at"),
            models.Index(fields=["session"], name="stream_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.session_id}"


class Ingest(models.Model):
    """An encoder that pushes into a room by a stream key: connected, gone, broken off or turned away.

    Its events name no session (EVENTS trap 12); it belongs to what ran in its room then.
    """

    class State(models.TextChoices):
        CONNECTED = "connected", "connected"
        ENDED = "ended", "ended"
        BROKEN = "broken", "broken off"
        REFUSED = "refused", "turned away"

    # 100ms's ingest id; "event-<event id>" where it names none (`ingest.start.failure`).
    id = models.CharField(max_length=96, primary_key=True)
    room = models.ForeignKey("rooms.Room", models.PROTECT, related_name="ingests")
    stream_id = models.CharField("100ms id of what it pushes", max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=State)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_disconnected_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(db_index=True, help_text="the first moment that is known of it")
    duration_seconds = models.FloatField("seconds as told", null=True, blank=True)
    end_reason = models.CharField(max_length=255, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["room", "-at"], name="ingest_room_at")]

    def __str__(self) -> str:
        return f"encoder in {self.room_id} at {self.at:%Y-%m-%d %H:%M}"
