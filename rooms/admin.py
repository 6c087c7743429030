"""What we set and who may, in the admin: all of it to be read, with a way to the page where it is changed.

Changes go through `rooms.operations`, which leave audit entries; a second way past them would have none.
"""

import orjson
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from rooms.masking import masked
from rooms.models import (
    AuditEntry,
    ClassId,
    HandedOutRole,
    LiveReading,
    Poll,
    Reading,
    Role,
    Room,
    RoomAccess,
    RoomCode,
    RoomTemplate,
    StreamKey,
    TemplateVersion,
)


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


def as_json(value: object) -> SafeString:
    """A value as indented JSON, its secrets masked."""
    text = orjson.dumps(masked(value), option=orjson.OPT_INDENT_2).decode()
    return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', text)


class MirrorAdmin(ReadOnlyAdmin):
    """A copy of something in 100ms: its columns, the object as received, and the page where it is changed."""

    page = ""
    """Name of the URL of its page, which takes the id (or what `page_of` gives)."""

    def page_of(self, row: models.Model) -> str:
        """The id that the page's URL takes."""
        return str(row.pk)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        columns = [field.name for field in self.model._meta.concrete_fields if field.name != "received"]
        return ["on_its_page", *columns, "as_received"]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        return self.get_fields(request, obj)

    @admin.display(description="page")
    def on_its_page(self, row: models.Model) -> SafeString | str:
        try:
            url = reverse(self.page, args=[self.page_of(row)])
        except NoReverseMatch:
            return "an id of this shape has no page"
        return format_html('<a class="text-primary-600 underline" href="{}">Open in Rollcall</a>', url)

    @admin.display(description="as received, secrets masked")
    def as_received(self, row: models.Model) -> SafeString:
        return as_json(getattr(row, "received"))  # noqa: B009 (every mirror has it, Django's base class does not)

    @admin.display(description="not ours", boolean=True)
    def not_ours(self, row: models.Model) -> bool:
        """Was it last changed elsewhere?"""
        return getattr(row, "changed_elsewhere_at") is not None  # noqa: B009


class RoomAccessInline(TabularInline):
    """Who may see this room."""

    model = RoomAccess
    fields = ("user", "until", "given_by", "given_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: RoomAccess | None = None) -> bool:
        return False


@admin.register(Room)
class RoomAdmin(MirrorAdmin):
    page = "room"
    list_display = ("__str__", "id", "enabled", "template_name", "region", "not_ours", "mirrored_at")
    list_filter = ("enabled", "template_name", "region", "large_room")
    search_fields = ("name", "=id", "description")
    search_help_text = "Name, description or whole id"
    ordering = ("name", "id")
    inlines = (RoomAccessInline,)


@admin.register(RoomCode)
class RoomCodeAdmin(MirrorAdmin):
    page = "room_codes"
    list_display = ("__str__", "room", "role", "enabled", "not_ours", "mirrored_at")
    list_filter = ("enabled", "role")
    list_select_related = ("room",)
    search_fields = ("=code", "room__name", "=room__id", "role")
    search_help_text = "A whole code, a role, or a room's name or id"

    def page_of(self, row: models.Model) -> str:
        return str(getattr(row, "room_id"))  # noqa: B009


@admin.register(StreamKey)
class StreamKeyAdmin(MirrorAdmin):
    page = "room_stream_key"
    list_display = ("__str__", "room", "enabled", "not_ours", "mirrored_at")
    list_filter = ("enabled",)
    list_select_related = ("room",)
    search_fields = ("=id", "room__name", "=room__id")
    search_help_text = "A whole id, or a room's name"

    def page_of(self, row: models.Model) -> str:
        return str(getattr(row, "room_id"))  # noqa: B009


class RoleInline(TabularInline):
    model = Role
    fields = ("name", "priority", "max_peer_count", "publishes")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: RoomTemplate | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        return False


@admin.register(RoomTemplate)
class RoomTemplateAdmin(MirrorAdmin):
    page = "room_template"
    list_display = ("__str__", "id", "is_default", "region", "recording_enabled", "not_ours", "mirrored_at")
    list_filter = ("is_default", "region", "recording_enabled")
    search_fields = ("name", "=id")
    search_help_text = "Name or whole id"
    inlines = (RoleInline,)


@admin.register(Role)
class RoleAdmin(MirrorAdmin):
    page = "room_template"
    list_display = ("name", "template", "priority", "max_peer_count", "publishes")
    list_filter = ("priority",)
    list_select_related = ("template",)
    search_fields = ("name", "template__name", "=template__id")
    search_help_text = "A role, or a template's name or id"

    def page_of(self, row: models.Model) -> str:
        return str(getattr(row, "template_id"))  # noqa: B009


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnlyAdmin):
    list_display = ("template", "number", "taken_at", "actor", "note")
    list_filter = ("actor", "taken_at")
    list_select_related = ("template",)
    search_fields = ("template__name", "=template__id", "actor")
    search_help_text = "A template's name or id, or who made the version"
    fields = readonly_fields = ("template", "number", "taken_at", "actor", "note", "as_it_stood")

    @admin.display(description="content, secrets masked")
    def as_it_stood(self, version: TemplateVersion) -> SafeString:
        return as_json(version.content)


@admin.register(Poll)
class PollAdmin(MirrorAdmin):
    page = "poll"
    list_display = ("__str__", "id", "kind", "question_count", "made_by", "not_ours", "mirrored_at")
    list_filter = ("kind", "anonymous")
    list_select_related = ("made_by",)
    search_fields = ("title", "=id")
    search_help_text = "Title or whole id"


@admin.register(HandedOutRole)
class HandedOutRoleAdmin(ReadOnlyAdmin):
    list_display = ("room", "role")
    list_filter = ("role",)
    list_select_related = ("room",)
    search_fields = ("room__name", "=room__id", "role")
    search_help_text = "A role, or a room's name or id"


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    list_display = ("room", "kind", "asked_at", "read_at", "problem")
    list_filter = ("kind",)
    list_select_related = ("room",)
    search_fields = ("room__name", "=room__id")
    search_help_text = "A room's name or id"


@admin.register(LiveReading)
class LiveReadingAdmin(ReadOnlyAdmin):
    list_display = ("room", "session_id", "asked_at", "read_at", "problem")
    list_filter = ("read_at",)
    list_select_related = ("room",)
    search_fields = ("room__name", "=room__id", "=session_id")
    search_help_text = "A room's name or id, or a session's id"


@admin.register(RoomAccess)
class RoomAccessAdmin(ReadOnlyAdmin):
    list_display = ("user", "room", "until", "given_by", "given_at")
    list_filter = ("until", "given_at")
    list_select_related = ("user", "room", "given_by")
    search_fields = ("user__username", "user__first_name", "user__last_name", "room__name", "=room__id")
    search_help_text = "A person's name, or a room's name or id"

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        # An account takes its rooms along when it is deleted; that is one change, and noted as such.
        match = request.resolver_match
        return match is not None and (match.url_name or "").startswith("auth_user_")


@admin.register(ClassId)
class ClassIdAdmin(ReadOnlyAdmin):
    list_display = ("user", "hms_user_id")
    list_select_related = ("user",)
    search_fields = ("user__username", "=hms_user_id")
    search_help_text = "A user name, or a whole user_id at 100ms"

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        # It goes with its account.
        match = request.resolver_match
        return match is not None and (match.url_name or "").startswith("auth_user_")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "at", "actor", "action", "target_name", "outcome")
    list_filter = ("outcome", "target_kind", "actor")
    search_fields = ("actor", "action", "target_name", "=target_id", "=room_id", "=request_id")
    search_help_text = "Who, what, or a whole id"
    ordering = ("-id",)
