"""People who sign in, and the schedule, in the admin's look."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from dashboard import admin_sign_in  # noqa: F401 - registers what it shows
from rooms.models import RoomAccess

# Theirs bring their own look, and times that `dashboard/schedule.py` would put back anyway.
for model in (User, Group, PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


class RoomsOfUser(TabularInline):
    """The rooms a teacher sees."""

    model = RoomAccess
    fk_name = "user"
    autocomplete_fields = ("room",)
    fields = ("room", "given_by", "given_at")
    readonly_fields = ("given_by", "given_at")
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # An access is given or taken, not turned into another one.
        return False


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # not generic while it runs
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "in_groups", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    # Groups decide who may what (`rooms/access.py`); the flags beside them would be a second, wider way in.
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_active", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    inlines = (RoomsOfUser,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users: QuerySet[User] = super().get_queryset(request)
        return users.prefetch_related("groups")

    @admin.display(description="groups")
    def in_groups(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Keeps who gave a room, as the page of the access itself does."""
        for access in formset.save(commit=False):
            if isinstance(access, RoomAccess) and access.given_by_id is None:
                assert request.user.is_authenticated
                access.given_by = request.user
        super().save_formset(request, form, formset, change)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """What the two groups may do is said in `rooms/access.py`."""


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ModelAdmin):
    """The schedule: to be read, and turned off in need. `dashboard/schedule.py` says what and how often."""

    list_display = ("name", "task", "interval", "enabled", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    search_fields = ("name", "task")
    fields = ("name", "enabled", "task", "interval", "last_run_at", "total_run_count", "description")
    readonly_fields = ("name", "task", "interval", "last_run_at", "total_run_count", "description")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PeriodicTask | None = None) -> bool:
        return False
