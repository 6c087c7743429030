"""Rooms in the admin: the mirror to be read, access to be given and taken."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from rooms.models import Room, RoomAccess


class ReadOnlyAdmin(ModelAdmin):
    """For what is written by code alone: to be searched and read, never added, changed or deleted."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class RoomAccessInline(TabularInline):
    """Who may see this room; changed on the page of the access itself, where who gave it is kept."""

    model = RoomAccess
    fields = ("user", "given_by", "given_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: RoomAccess | None = None) -> bool:
        return False


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "id", "enabled", "template_name", "region", "mirrored_at")
    list_filter = ("enabled", "template_name", "region", "large_room")
    search_fields = ("name", "=id", "description")
    search_help_text = "Name, description or whole id"
    ordering = ("name", "id")
    inlines = (RoomAccessInline,)


@admin.register(RoomAccess)
class RoomAccessAdmin(ModelAdmin):
    list_display = ("user", "room", "given_by", "given_at")
    list_filter = ("user", "given_at")
    list_select_related = ("user", "room", "given_by")
    search_fields = ("user__username", "user__first_name", "user__last_name", "room__name", "=room__id")
    search_help_text = "A teacher's name, or a room's name or id"
    autocomplete_fields = ("user", "room")
    readonly_fields = ("given_by", "given_at")

    def save_model(self, request: HttpRequest, obj: RoomAccess, form: Any, change: bool) -> None:
        """Keeps who gave it; the admin's own log keeps who changed or took it."""
        if not change:
            assert request.user.is_authenticated
            obj.given_by = request.user
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An access is given or taken, not turned into another one.
        return (*self.readonly_fields, "user", "room") if obj else tuple(self.readonly_fields)
