"""People who sign in, and the schedule, in the admin's look."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
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
from rooms.audit import Target, note
from rooms.models import RoomAccess

# Theirs bring their own look, and times that `dashboard/schedule.py` would put back anyway.
for model in (User, Group, PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


class RoomsOfUser(TabularInline):
    """The rooms a person has; given and taken on the page Access, which leaves an audit entry."""

    model = RoomAccess
    fk_name = "user"
    fields = ("room", "until", "given_by", "given_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
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

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        # Kept on the form: one admin object serves every thread.
        form.place_before = _place(User.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups are saved here, the last of it: only now the person's place can be told."""
        super().save_related(request, form, formsets, change)
        user: User = form.instance
        assert isinstance(request.user, User)
        if (after := _place(User.objects.get(pk=user.pk))) != form.place_before:
            note(request.user, "person.set", _target(user), before=form.place_before, after=after)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A password that ops set for somebody else lets them in as that person, so the book says who did it."""
        assert isinstance(request.user, User)
        with transaction.atomic():
            user = self.get_object(request, unquote(id))
            held = user.password if user else ""
            answer = super().user_change_password(request, id, form_url)
            if user is not None and User.objects.get(pk=user.pk).password != held:
                note(request.user, "password.set", _target(user))
        return answer

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        self._deleted(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self._deleted(request, user)
        super().delete_queryset(request, queryset)

    def _deleted(self, request: HttpRequest, user: User) -> None:
        assert isinstance(request.user, User)
        note(request.user, "person.delete", _target(user), before=_place(user), after={})


def _place(user: User) -> dict[str, object]:
    """What decides what a person may do and who can become them, as the audit keeps it."""
    return {
        "user_name": user.get_username(),
        "e_mail": user.email,  # a new password is mailed there
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "is_active": user.is_active,
        "is_superuser": user.is_superuser,
    }


def _target(user: User) -> Target:
    return Target("member", user.get_username(), user.get_full_name() or user.get_username())


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """What the groups may do is said in `rooms/access.py`, by their names: without one of them, nobody in it may."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False


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
