"""Copies of 100ms's files in storage of our own, and what was read in those that are text."""

from django.db import models


class KeptFile(models.Model):
    """Our own copy of one asset, written by `analytics.keeping`. Bookkeeping: a rebuild leaves it alone."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        COPYING = "copying", "being copied"
        KEPT = "kept", "kept"
        FAILED = "failed", "failed"

    asset_id = models.CharField("100ms id of the asset", max_length=64, primary_key=True)
    room_id = models.CharField(max_length=64, db_index=True)
    session_id = models.CharField(max_length=64, blank=True)
    # As it was when the copy was ordered; any id of a recording leads to it (`Recording.aliases`).
    recording_id = models.CharField(max_length=96, db_index=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING, db_index=True)
    name = models.CharField("name in our storage", max_length=512, blank=True)
    size_told = models.BigIntegerField("bytes as 100ms says", null=True, blank=True)
    size = models.BigIntegerField("bytes copied so far", default=0)
    sha256 = models.CharField("checksum", max_length=64, blank=True)
    tries = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    due_at = models.DateTimeField("next try due", null=True, blank=True, db_index=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    ordered_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-ordered_at", "asset_id"]

    def __str__(self) -> str:
        return self.name or self.asset_id


class TextFile(models.Model):
    """What a transcript, a summary or a chat says, read once from its file by `analytics.text_files`.

    Bookkeeping: a rebuild leaves it alone. `content` by kind: transcript [{start, end, speaker, peer_id, text}, …] in
    seconds of the recording, None and "" for what the file does not tell; summary [{title, text, bullets}, …]; chat
    [{at, sender, peer_id, to, text}, …] with `at` an instant.
    """

    class Kind(models.TextChoices):
        TRANSCRIPT = "transcript", "transcript"
        SUMMARY = "summary", "summary"
        CHAT = "chat", "chat"

    asset_id = models.CharField("100ms id of the asset", max_length=64, primary_key=True)
    recording_id = models.CharField(max_length=96, db_index=True)
    session_id = models.CharField(max_length=64, blank=True, db_index=True)
    kind = models.CharField(max_length=16, choices=Kind)
    content = models.JSONField(null=True, blank=True)
    problem = models.TextField("why it could not be read", blank=True)
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asset_id}"


class TalkTime(models.Model):
    """When one speaker of a transcript spoke, by the times of their words (`analytics.talk`).

    Written with its TextFile, so that the pages of sessions and people need not read what was said to know how long.
    """

    id = models.BigAutoField(primary_key=True)
    text_file = models.ForeignKey(TextFile, models.CASCADE, related_name="talk_times")
    session_id = models.CharField(max_length=64, blank=True, db_index=True)
    # As the transcript names them; either may be empty.
    peer_id = models.CharField(max_length=64, blank=True, db_index=True)
    name = models.CharField(max_length=255, blank=True)
    # [[from, to], …] in microseconds of the recording, none of them overlapping.
    spans = models.JSONField("when", default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.name or self.peer_id or 'somebody'} in {self.text_file_id}"
