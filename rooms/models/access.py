from django.conf import settings
from django.db import models


class ClassId(models.Model):
    """Who an account is in class: the `user_id` by which its person joins at 100ms, where that is not the user name."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="class_id", editable=False
    )
    hms_user_id = models.CharField("id in class", max_length=255, unique=True)

    def __str__(self) -> str:
        return f"{self.user} is {self.hms_user_id}"


class RoomAccess(models.Model):
    """A room given to a teacher or an observer. Ops need none: they see every room (`rooms/access.py`).

    `until`: from then on it counts no more; None lasts until it is taken. What either may do there is their group's.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="room_access")
    room = models.ForeignKey("rooms.Room", models.CASCADE, related_name="access")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    given_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField("ends at", null=True, blank=True)

    class Meta:
        verbose_name = "room access"
        verbose_name_plural = "room access"
        constraints = [models.UniqueConstraint(fields=["user", "room"], name="one_access_per_user_and_room")]

    def __str__(self) -> str:
        return f"{self.user} → {self.room}"
