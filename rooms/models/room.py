from django.db import models

from rooms.models.mirrored import Mirrored


class Room(Mirrored):
    """Our copy of a 100ms room (contract, schema Room).

    A room that only an event has named so far is a row with `mirrored_at` empty; the next pull fills it in.
    """

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    name = models.CharField(max_length=255, blank=True, db_index=True)
    description = models.TextField(blank=True)
    template_id = models.CharField(max_length=64, blank=True, db_index=True)
    template_name = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=32, blank=True)
    enabled = models.BooleanField(default=True)
    # Why we disabled it; 100ms keeps no reason.
    disabled_reason = models.CharField(max_length=255, blank=True)
    large_room = models.BooleanField(default=False)
    size = models.PositiveIntegerField("places", null=True, blank=True)
    max_duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    # None: the room does not say, its template does.
    recording_enabled = models.BooleanField(null=True, blank=True)
    # Its query is masked; the headers that it is called with are not kept at all.
    webhook_url = models.TextField("webhook", blank=True)
    created_at = models.DateTimeField("created in 100ms at", null=True, blank=True)
    updated_at = models.DateTimeField("changed in 100ms at", null=True, blank=True)
    polls = models.ManyToManyField("rooms.Poll", related_name="rooms", blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.id
