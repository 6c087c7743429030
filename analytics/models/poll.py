"""What happened to polls: their runs, the answers and the points. What is set stands in `rooms.models.poll`.

Folded by `analytics.projections.polls` from what the API says (contract, tag Polls). In an anonymous run nothing here
says who: `key`, `peer_id` and `user_id` are empty, whatever 100ms sent.
"""

from django.db import models

from analytics.models.turn import Turn


class PollRun(models.Model):
    """One poll in one session, with its questions as they stood when they were asked.

    100ms's answers name poll and session and never the run, so two runs in one session are one here. Its id is
    "<session id>:<poll id>".
    """

    id = models.CharField(max_length=129, primary_key=True)
    # No constraint: the session's own events may come later than what its polls brought.
    session = models.ForeignKey("analytics.Session", models.DO_NOTHING, db_constraint=False, related_name="poll_runs")
    room = models.ForeignKey("rooms.Room", models.PROTECT, related_name="poll_runs")
    poll_id = models.CharField("100ms id of the poll", max_length=64, db_index=True)
    title = models.CharField(max_length=255, blank=True)
    kind = models.CharField("poll or quiz", max_length=16, blank=True)
    anonymous = models.BooleanField(default=False)
    mode = models.CharField("told apart by", max_length=16, blank=True)
    # [{index, text, type, weight, options: [{index, text}], right_options, right_text, case, trim}, …]
    questions = models.JSONField("questions as asked", default=list, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    told_responses = models.PositiveIntegerField("answers, as 100ms counts", null=True, blank=True)
    told_participants = models.PositiveIntegerField("participants, as 100ms counts", null=True, blank=True)
    # What it was made from: the newest object of the run, and the reading of the poll that holds its questions.
    event_id = models.CharField(max_length=64, blank=True)
    asked_event_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-started_at", "id"]

    def __str__(self) -> str:
        return self.title or self.poll_id


class PollResponse(models.Model):
    """One answer. `counts`: nothing replaced it. `right` is empty where no right answer is set.

    100ms names no unit for the time taken; it is read as milliseconds (contract, schema PollResponse).
    """

    id = models.CharField(max_length=194, primary_key=True, help_text="“<run id>:<answer id>”")
    run = models.ForeignKey(PollRun, models.CASCADE, related_name="responses")
    response_id = models.CharField("100ms id", max_length=64)
    question = models.PositiveIntegerField()
    chosen = models.JSONField("options chosen", default=list, blank=True)
    text = models.TextField(blank=True)
    skipped = models.BooleanField(default=False)
    took_ms = models.PositiveIntegerField("milliseconds to answer", null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    original_id = models.CharField("answer it replaces", max_length=64, blank=True)
    key = models.CharField("whose", max_length=255, blank=True)
    peer_id = models.CharField(max_length=64, blank=True)
    user_id = models.CharField(max_length=255, blank=True, db_index=True)
    counts = models.BooleanField(default=True)
    changed = models.BooleanField("took another's place", default=False)
    right = models.BooleanField(null=True, blank=True)
    event_id = models.CharField(max_length=64)

    class Meta:
        ordering = ["run", "question", "sent_at", "id"]
        indexes = [models.Index(fields=["run", "question"], name="poll_response_run_question")]

    def __str__(self) -> str:
        return f"answer {self.response_id} to question {self.question}"


class PollScore(models.Model):
    """Points that 100ms gave one participant: for one question, or for all where it names none."""

    id = models.CharField(max_length=194, primary_key=True, help_text="“<run id>:<result id>”")
    run = models.ForeignKey(PollRun, models.CASCADE, related_name="scores")
    result_id = models.CharField("100ms id", max_length=64)
    question = models.PositiveIntegerField(null=True, blank=True)
    score = models.FloatField()
    took_ms = models.PositiveIntegerField("milliseconds to answer", null=True, blank=True)
    key = models.CharField("whose", max_length=255, blank=True)
    peer_id = models.CharField(max_length=64, blank=True)
    user_id = models.CharField(max_length=255, blank=True, db_index=True)
    counts = models.BooleanField(default=True)
    read_at = models.DateTimeField("read from 100ms at")
    event_id = models.CharField(max_length=64)

    class Meta:
        ordering = ["run", "question", "id"]

    def __str__(self) -> str:
        return f"{self.score:g} points"


class PollCursor(Turn):
    """When the polls of a session are read next."""

    def __str__(self) -> str:
        return f"polls of {self.session_id}"
