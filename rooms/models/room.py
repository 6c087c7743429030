from django.db import models


class Room(models.Model):
    """Our copy of a 100ms room (contract, schema Room).

    A room that only an event has named so far is a row with `mirrored_at` empty; the next pull fills it in.
    """

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    name = models.CharField(max_length=255, blank=True, db_index=True)
    description = models.TextField(blank=True)
    template_id = models.CharField(max_length=64, blank=True)
    template_name = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=32, blank=True)
    enabled = models.BooleanField(default=True)
    large_room = models.BooleanField(default=False)
    size = models.PositiveIntegerField("places", null=True, blank=True)
    max_duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField("created in 100ms at", null=True, blank=True)
    updated_at = models.DateTimeField("changed in 100ms at", null=True, blank=True)
    mirrored_at = models.DateTimeField("last read from 100ms at", null=True, blank=True)
    received = models.JSONField("as received", default=dict, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.id
