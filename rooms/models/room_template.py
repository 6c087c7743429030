from django.db import models

from rooms.models.mirrored import Mirrored


class RoomTemplate(Mirrored):
    """Our copy of what 100ms calls a template: a policy of roles, settings and destinations (contract, tag Policy).

    `received` is the whole of it in 100ms's spelling. Called so because "template" is Django's word for HTML.
    """

    id = models.CharField("100ms id", max_length=64, primary_key=True)
    name = models.CharField(max_length=255, blank=True, db_index=True)
    is_default = models.BooleanField(default=False)
    region = models.CharField(max_length=32, blank=True)
    recording_enabled = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField("created in 100ms at", null=True, blank=True)
    updated_at = models.DateTimeField("changed in 100ms at", null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.id


class Role(models.Model):
    """A role of a template, as last read (contract, schema Role)."""

    template = models.ForeignKey(RoomTemplate, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=255)
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    max_peer_count = models.IntegerField("places", default=0)
    publishes = models.JSONField(default=list, blank=True)
    received = models.JSONField("as received", default=dict, blank=True)

    class Meta:
        ordering = ["template", "priority", "name"]
        constraints = [models.UniqueConstraint(fields=["template", "name"], name="one_row_per_template_and_role")]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """How a template stood once. `content` in 100ms's spelling, its secrets masked; nothing changes it later.

    `actor` made this version; empty when it was found in 100ms and nobody here had made it.
    """

    template = models.ForeignKey(RoomTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    taken_at = models.DateTimeField()
    actor = models.CharField(max_length=150, blank=True)
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["template", "-number"]
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_row_per_template_and_number")]

    def __str__(self) -> str:
        return f"{self.template_id} version {self.number}"
