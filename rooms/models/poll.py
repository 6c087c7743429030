from django.conf import settings
from django.db import models

from rooms.models.mirrored import Mirrored


class Poll(Mirrored):
    """Our copy of a poll or quiz as it is set (contract, schema Poll); what was answered is `analytics`' to tell.

    100ms lists no polls and deletes none: a poll is known because we made it or a room names it, and one that is no
    longer wanted is put away here (`put_away_at`). `received["questions"]` holds the questions.
    """

    class Kind(models.TextChoices):
        POLL = "poll"
        QUIZ = "quiz"

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    title = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.POLL)
    duration_seconds = models.PositiveIntegerField(default=0)
    anonymous = models.BooleanField(default=False)
    mode = models.CharField("told apart by", max_length=16, blank=True)
    start = models.CharField(max_length=16, blank=True)
    question_count = models.PositiveSmallIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)
    put_away_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "id"]

    def __str__(self) -> str:
        return self.title or self.id
