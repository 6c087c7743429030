from django.db import models

from rooms.models.mirrored import Mirrored


class RoomCode(Mirrored):
    """Our copy of a room code (contract, schema RoomCode): a short word that lets its holder join as `role`.

    It is meant to be handed out, and so is kept readable; logs and the audit name it by its role and last letters.
    """

    code = models.CharField(max_length=64, primary_key=True)
    room = models.ForeignKey("rooms.Room", models.CASCADE, related_name="codes")
    role = models.CharField(max_length=255)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField("created in 100ms at", null=True, blank=True)
    updated_at = models.DateTimeField("changed in 100ms at", null=True, blank=True)

    class Meta:
        ordering = ["room", "role", "code"]

    def __str__(self) -> str:
        return f"{self.role} …{self.code[-3:]}"


class HandedOutRole(models.Model):
    """A role whose codes the teachers of a room may see and hand out. Ops decide; without a row they may not."""

    room = models.ForeignKey("rooms.Room", models.CASCADE, related_name="handed_out_roles")
    role = models.CharField(max_length=255)

    class Meta:
        ordering = ["room", "role"]
        constraints = [models.UniqueConstraint(fields=["room", "role"], name="one_row_per_room_and_role")]

    def __str__(self) -> str:
        return f"{self.role} in {self.room_id}"
