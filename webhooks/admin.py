"""Deliveries in the admin: to be read, searched and requeued, never edited."""

from typing import Any

import orjson
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from analytics.models import Event
from rooms.admin import ReadOnlyAdmin
from rooms.masking import masked, masked_text
from webhooks import operations
from webhooks.models import Delivery, Heartbeat

State = Delivery.State


@admin.register(Delivery)
class DeliveryAdmin(ModelAdmin):
    list_display = ("id", "received_at", "state_label", "event_type", "room_id", "attempts", "said")
    list_filter = ("state", "is_replay", "event_type")
    search_fields = ("=event_id", "=room_id", "event_type", "error")
    search_help_text = "Event id, room id, event type, or words of the error"
    show_full_result_count = False
    list_per_page = 50
    actions = ("requeue", "set_aside")
    fields = (
        "state_label",
        "event_type",
        "event_id",
        "events",
        "room_id",
        "is_replay",
        "received_at",
        "processed_at",
        "attempts",
        "next_attempt_at",
        "problem",
        "note",
        "remote_address",
        "kept_headers",
        "payload",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("webhooks.change_delivery"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        deliveries: QuerySet[Delivery] = super().get_queryset(request)
        # Bodies may be large, and the list shows none.
        return (
            deliveries
            if request.resolver_match and "object_id" in request.resolver_match.kwargs
            else (deliveries.defer("body", "headers"))
        )

    @display(
        description="state",
        ordering="state",
        label={
            State.PENDING.label: "info",
            State.PROCESSED.label: "success",
            State.FAILED.label: "warning",
            State.DEAD.label: "danger",
        },
    )
    def state_label(self, delivery: Delivery) -> str:
        return str(delivery.get_state_display())

    @admin.display(description="why")
    def said(self, delivery: Delivery) -> str:
        return masked_text(delivery.error or delivery.note)[:120]

    @admin.display(description="error, secrets masked")
    def problem(self, delivery: Delivery) -> SafeString | str:
        return _lines(masked_text(delivery.error)) if delivery.error else "-"

    @admin.display(description="event")
    def events(self, delivery: Delivery) -> SafeString | str:
        """The event it became, and whether it came more than once."""
        if not delivery.event_id:
            return "-"
        event = Event.objects.filter(event_id=delivery.event_id).only("pk").first()
        times = Delivery.objects.filter(event_id=delivery.event_id).count()
        came = f"came {times} times" if times > 1 else "came once"
        if event is None:
            return f"not stored; {came}"
        if not admin.site.is_registered(Event):
            return f"stored; {came}"
        return format_html(
            '<a href="{}">stored</a>; {}', reverse("admin:analytics_event_change", args=[event.pk]), came
        )

    @admin.display(description="headers")
    def kept_headers(self, delivery: Delivery) -> SafeString:
        return _lines("\n".join(f"{name}: {masked_text(value)}" for name, value in sorted(delivery.headers.items())))

    @admin.display(description="body, secrets masked")
    def payload(self, delivery: Delivery) -> SafeString:
        return _lines(readable(bytes(delivery.body)))

    @action(description="Requeue: read again from the start", permissions=["requeue"])
    def requeue(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        assert request.user.is_authenticated
        asked = deliveries.count()
        requeued = operations.requeue(deliveries, actor=request.user)
        self.message_user(
            request,
            f"{requeued} of {asked} requeued. Only failed, dead and set-aside deliveries can be read again.",
            messages.SUCCESS if requeued else messages.WARNING,
        )

    @action(description="Set aside: wait for nobody any more", permissions=["requeue"])
    def set_aside(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        assert request.user.is_authenticated
        asked = deliveries.count()
        set_aside = operations.set_aside(deliveries, actor=request.user)
        self.message_user(
            request,
            f"{set_aside} of {asked} set aside. Only dead deliveries can be set aside.",
            messages.SUCCESS if set_aside else messages.WARNING,
        )


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When the tasks that beat sends last ran in a worker."""

    list_display = ("name", "beat_at")
    list_filter = ("beat_at",)
    search_fields = ("name",)
    ordering = ("name",)


def readable(body: bytes) -> str:
    """A body for people: JSON indented, anything else as text; secrets masked either way."""
    try:
        content: Any = orjson.loads(body)
        return orjson.dumps(masked(content), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return masked_text(body.decode("utf-8", "replace"))


def _lines(text: str) -> SafeString:
    return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', text)
