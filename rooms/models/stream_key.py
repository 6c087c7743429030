from django.db import models

from rooms.models.mirrored import Mirrored


class StreamKey(Mirrored):
    """Our copy of a stream key (contract, schema StreamKey), without the key: it is fetched when it is revealed."""

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    room = models.ForeignKey("rooms.Room", models.CASCADE, related_name="stream_keys")
    url = models.TextField("address", blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField("created in 100ms at", null=True, blank=True)
    updated_at = models.DateTimeField("changed in 100ms at", null=True, blank=True)

    class Meta:
        ordering = ["room", "-enabled", "-created_at"]

    def __str__(self) -> str:
        return f"stream key of {self.room_id}"
