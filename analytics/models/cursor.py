from django.db import models


class Cursor(models.Model):
    """Where the pull of one session's analytics events stands; moved in the transaction of the page it paid for.

    A position is a snapshot of its first query and dies after 24 hours (EVENTS trap 37), hence `opened_at`.
    """

    # No foreign key: rebuilding the read models must not forget what has been read.
    session_id = models.CharField("100ms session id", max_length=64, primary_key=True)
    room_id = models.CharField(max_length=64)
    position = models.TextField(blank=True, help_text="“next” of the last page; empty between passes")
    opened_at = models.DateTimeField("pass begun at", null=True, blank=True)
    total = models.PositiveIntegerField("events named by the API in the last pass", null=True, blank=True)
    pulled_at = models.DateTimeField("last whole pass begun at", null=True, blank=True)
    # The pass that began long enough after the session's end: nothing more will come.
    final_at = models.DateTimeField("last pull after the end", null=True, blank=True)
    # Set when 100ms no longer holds what we had not read (30-day horizon).
    lost_at = models.DateTimeField("gap found at", null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField("next pull due", null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"cursor of {self.session_id}"


class Pull(models.Model):
    """One reading of the API, kept as a row: what it cost and what it brought."""

    class Kind(models.TextChoices):
        ROOMS = "rooms", "rooms"
        TEMPLATES = "templates", "room templates"
        CODES = "codes", "room codes"
        KEYS = "keys", "stream keys"
        POLLS_SET = "polls set", "polls as set"
        SESSIONS = "sessions", "sessions"
        EVENTS = "events", "events of a session"
        FAILURES = "failures", "failures of a room"
        POLLS = "polls", "poll results of a session"
        RECORDINGS = "recordings", "recordings and streams"
        VIEWINGS = "viewings", "who watched a video"

    kind = models.CharField(max_length=10, choices=Kind)
    room_id = models.CharField(max_length=64, blank=True)
    session_id = models.CharField(max_length=64, blank=True, db_index=True)
    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    objects_read = models.PositiveIntegerField("objects read", default=0)
    events_new = models.PositiveIntegerField("new events", default=0)
    events_known = models.PositiveIntegerField("events known before", default=0)
    error = models.TextField(blank=True)
    # A list of sessions that was read to its end: the next one need not go further back.
    reached_end = models.BooleanField(default=False)

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [models.Index(fields=["kind", "-started_at"], name="pull_kind_started")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_at:%Y-%m-%d %H:%M:%S}"
