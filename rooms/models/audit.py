from typing import Any, NoReturn

from django.db import models


class Unchangeable(Exception):
    """An audit entry cannot be changed or deleted."""

    def __init__(self) -> None:
        super().__init__("audit entries are written once and kept: they cannot be changed or deleted")


class AuditEntries(models.QuerySet["AuditEntry"]):
    """Entries to be read. What would change or delete them is refused."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def delete(self) -> NoReturn:
        raise Unchangeable

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        # It would write entries that are not chained; `rooms.audit` writes one at a time.
        raise Unchangeable


class AuditEntry(models.Model):
    """One line of the book of changes: who, what, when, and what came of it.

    A change has two lines with the same `change`: one as it is asked for, one with what came of it. Each line holds
    the digest of the one before it, so that a line changed or taken out later breaks the chain
    (`manage.py verify_audit`). Only `rooms.audit` writes here.
    """

    class Outcome(models.TextChoices):
        REQUESTED = "requested"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        UNSURE = "unsure", "no answer"

    id = models.BigIntegerField("number", primary_key=True)
    at = models.DateTimeField(db_index=True)
    change = models.UUIDField(db_index=True)
    actor = models.CharField(max_length=150, db_index=True)
    action = models.CharField(max_length=64, db_index=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    target_kind = models.CharField("kind", max_length=32)
    target_id = models.CharField(max_length=128, blank=True)
    target_name = models.CharField("target", max_length=255, blank=True)
    room_id = models.CharField(max_length=64, blank=True, db_index=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    problem = models.TextField(blank=True)
    request_id = models.CharField("request", max_length=64, blank=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = AuditEntries.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["target_kind", "target_id", "-id"], name="audit_by_target")]

    def __str__(self) -> str:
        return f"{self.action} of {self.target_name or self.target_id} by {self.actor}: {self.get_outcome_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable
