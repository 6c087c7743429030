"""Recordings and the files they left. Folded by `analytics.projections.recordings`, a whole session at a time."""

from typing import Final

from django.db import models

from analytics.models.turn import Turn


class Recording(models.Model):
    """One recording job: what was recorded, from when to when, and what came of it.

    A stop is not a file (EVENTS trap 30), an HLS stop ends no browser recording (trap 13), and one recording may be
    told of twice (trap 8), so the row is folded from all that is known of it. Its id is "<kind>-<an id of 100ms's>":
    the beam's where one is named, else the job's, the session's (composite), the track's or the recording's.
    """

    class Kind(models.TextChoices):
        BROWSER = "browser", "browser recording"
        COMPOSITE = "composite", "composite of the media server"
        HLS = "hls", "recording of a live stream"
        STREAM = "stream", "one person's stream"
        TRACK = "track", "one track"

    class State(models.TextChoices):
        STARTING = "starting", "starting"
        RUNNING = "running", "recording"
        STOPPING = "stopping", "stopping"
        PROCESSING = "processing", "being processed"
        READY = "ready", "ready"
        FAILED = "failed", "failed"

    id = models.CharField(max_length=96, primary_key=True)
    room = models.ForeignKey("rooms.Room", models.PROTECT, related_name="recordings")
    # No constraint: a recording's events may come before its session's own.
    session = models.ForeignKey("analytics.Session", models.DO_NOTHING, db_constraint=False, related_name="recordings")
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, db_index=True)
    # Every id of 100ms's it goes by: beam, job, recording, asset ids. An address with any of them leads here.
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
    finished_at = models.DateTimeField("ready or failed at", null=True, blank=True)
    # What pages sort and filter by: the first of started, ordered, stopped, finished that is known.
    at = models.DateTimeField(db_index=True)
    duration_seconds = models.FloatField("length of the file", null=True, blank=True)
    size = models.BigIntegerField("bytes of all files", null=True, blank=True)
    started_by = models.CharField("peer that began it", max_length=64, blank=True)
    stopped_by = models.CharField("peer that stopped it", max_length=64, blank=True)
    stop_reason = models.CharField("reason as told", max_length=255, blank=True)
    error_type = models.CharField(max_length=128, blank=True)
    error_message = models.TextField(blank=True)
    destination = models.CharField("storage of the template", max_length=255, blank=True)
    peer_id = models.CharField("whose track or stream", max_length=64, blank=True)
    user_id = models.CharField(max_length=255, blank=True)
    transcribed = models.BooleanField("a transcript was told of", default=False)

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["room", "-at"], name="recording_room_at"),
            models.Index(fields=["session"], name="recording_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.session_id}"


class Asset(models.Model):
    """One file of a recording. Links to it expire and hold a signature, so none is kept (EVENTS trap 33)."""

    # The states of a file that is there; not every source tells one.
    WHOLE: Final = ("", "completed")

    # 100ms's asset id; "path-<digest>" while only a webhook has named the file, which gives most of them no id.
    id = models.CharField(max_length=64, primary_key=True)
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="assets")
    # Whether `id` is one that the API opens.
    is_named = models.BooleanField("100ms named its id", default=False)
    type = models.CharField(max_length=32, help_text="as the API says: room-composite, chat, transcript, …")
    output = models.CharField("form of a transcript or summary", max_length=8, blank=True)
    layer = models.CharField("quality layer", max_length=8, blank=True)
    status = models.CharField(max_length=32, blank=True)
    path = models.CharField("where it lies", max_length=1024, blank=True)
    size = models.BigIntegerField("bytes", null=True, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    thumbnails = models.JSONField("paths of pictures", default=list, blank=True)
    # Of a track audio or video; of a person's stream regular, screen or audio.
    media = models.CharField("what is on it", max_length=16, blank=True)
    peer_id = models.CharField(max_length=64, blank=True)
    track_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["recording", "type", "output", "layer", "id"]

    def __str__(self) -> str:
        return f"{self.type} {self.output or self.layer}".strip()

    @property
    def is_whole(self) -> bool:
        return self.status in self.WHOLE

    @property
    def can_be_opened(self) -> bool:
        """100ms has it whole, and opens it by its id."""
        return self.is_named and self.is_whole


class Transcription(models.Model):
    """The making of one transcript with its summary. Ready long after the file (EVENTS trap 35)."""

    class State(models.TextChoices):
        RUNNING = "running", "being written"
        READY = "ready", "ready"
        FAILED = "failed", "failed or in part"

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    # Its recording may not be known yet, and rows of recordings are written anew.
    recording_id = models.CharField(max_length=96, blank=True, db_index=True)
    recording_told = models.CharField("recording as 100ms names it", max_length=64, blank=True)
    room = models.ForeignKey("rooms.Room", models.PROTECT, related_name="transcriptions")
    session_id = models.CharField(max_length=64, blank=True, db_index=True)
    state = models.CharField(max_length=16, choices=State)
    begun_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    duration_seconds = models.FloatField("length of what was said", null=True, blank=True)
    # {"transcript_json": {"asset_id": …, "path": …}, …}: the outputs that were named, none of them a link.
    outputs = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-begun_at", "id"]

    def __str__(self) -> str:
        return f"transcript of {self.session_id}"


class RecordingCursor(Turn):
    """When the recordings and streams of a session are read next."""

    def __str__(self) -> str:
        return f"recordings of {self.session_id}"
