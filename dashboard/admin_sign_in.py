"""Who is locked out, and who has a second factor: to be read, and to be lifted for somebody who asks."""

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from rooms import audit

# allauth's own: of mail addresses it keeps none here, and the other showed what is enciphered and let it be changed.
for model in (EmailAddress, EmailConfirmation, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class ReadOrTakeAway(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """Rows that are read, or deleted as a help to somebody; each deletion is in the book of changes."""

    taken_away = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._note(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self._note(request, row)
        super().delete_queryset(request, queryset)

    def _note(self, request: HttpRequest, row: Any) -> None:
        assert isinstance(request.user, User)
        audit.note(request.user, self.taken_away, self.target(row))

    def target(self, row: Any) -> audit.Target:
        raise NotImplementedError


@admin.register(AccessAttempt)
class FailedSignInAdmin(ReadOrTakeAway):
    """Wrong passwords and codes of the last minutes. To lift a lock, delete its row."""

    taken_away = "lock_out.lift"
    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "is_locked")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "user_agent", "failures_since_start", "attempt_time", "path_info")

    @admin.display(description="locked", boolean=True)
    def is_locked(self, row: AccessAttempt) -> bool:
        lasts = row.attempt_time > timezone.now() - settings.LOCK_OUT_FOR
        return bool(lasts and row.failures_since_start >= settings.LOCK_OUT_AFTER)

    def target(self, row: AccessAttempt) -> audit.Target:
        return audit.Target("user", "", row.username or "")


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOrTakeAway):
    """Whose sign-in takes a code. For somebody who has lost phone and recovery codes, delete both rows."""

    taken_away = "second_factor.disable"
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__username",)
    list_select_related = ("user",)
    fields = ("user", "type", "created_at", "last_used_at")  # never what is enciphered in `data`

    def target(self, row: Authenticator) -> audit.Target:
        return audit.Target("user", str(row.user_id), row.user.get_username())
