from django.db import models


class Mirrored(models.Model):
    """What every copy of something in 100ms keeps beside its columns.

    `received` is the object as received, its secrets masked. Only `rooms.mirrors` writes these rows.
    """

    mirrored_at = models.DateTimeField("last read from 100ms at", null=True, blank=True)
    received = models.JSONField("as received", default=dict, blank=True)
    # Set when a mirror finds a change that nobody made here; our next change to the object clears it.
    changed_elsewhere_at = models.DateTimeField("found changed elsewhere at", null=True, blank=True)
    # Set when 100ms no longer has it; the row stays, for what happened still points at it.
    gone_at = models.DateTimeField("found gone at", null=True, blank=True)

    class Meta:
        abstract = True
