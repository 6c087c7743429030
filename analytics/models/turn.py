from django.db import models


class Turn(models.Model):
    """When something of a session is read next. Bookkeeping: a rebuild leaves it alone."""

    session_id = models.CharField("100ms session id", max_length=64, primary_key=True)
    room_id = models.CharField(max_length=64)
    due_at = models.DateTimeField("next pull due", null=True, blank=True, db_index=True)
    asked_at = models.DateTimeField("last asked for by a person at", null=True, blank=True)
    pulled_at = models.DateTimeField("last whole pull begun at", null=True, blank=True)
    # The pull that began long enough after the session's end: nothing more will come.
    final_at = models.DateTimeField("last pull after the end", null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
