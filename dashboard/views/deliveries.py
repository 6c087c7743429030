"""The inbox as ops see it: every webhook that arrived, what became of it, and what ops may do about what failed."""

from collections import Counter
from collections.abc import Iterable, Iterator

import orjson
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from analytics import instants
from analytics.models import Event
from dashboard.csv_files import csv_file
from dashboard.decorators import ops_command, ops_form, ops_required
from dashboard.forms.deliveries import DeliveryFilters
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.listing import Column, Listing
from rooms.masking import masked_text
from rooms.models import Room
from webhooks import operations, queries
from webhooks.models import Delivery

COLUMNS = (
    Column("Received", "received", "pk", down=True),
    Column("Type", "type", "event_type"),
    Column("Room", "room", "room_id"),
    Column("State", "state", "state"),
    Column("Failed tries", "attempts", "attempts", down=True, classes="n"),
    Column("What happened", classes="roomy"),
)
AT_ONCE = 1000


def delivery_listing(request: MemberRequest) -> Listing:
    return Listing(
        request,
        Delivery.objects.defer("body", "headers"),
        DeliveryFilters(request.GET),
        COLUMNS,
        default="-received",
        noun=("delivery", "deliveries"),
    )


@ops_required
def index(request: MemberRequest) -> HttpResponse:
    listing = delivery_listing(request)
    deliveries = list(listing.page)
    context = {
        "listing": listing,
        "deliveries": deliveries,
        "rooms": Room.objects.in_bulk({delivery.room_id for delivery in deliveries}),
        "dead_count": queries.dead().count(),
        "freshness": freshness(timezone.now()),
    }
    return page_or_fragment(
        request,
        "deliveries/index.html",
        context,
        {"list": "deliveries/_list.html", "rows": "deliveries/_rows.html"},
        listing.here,
    )


@ops_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it."""
    columns = ("received_at", "event_type", "event_id", "room_id", "state", "failed_tries", "error")
    return csv_file("deliveries", columns, _lines(delivery_listing(request).rows.iterator()))


def _lines(deliveries: Iterable[Delivery]) -> Iterator[tuple[object, ...]]:
    for delivery in deliveries:
        yield (
            instants.to_rfc3339(instants.from_datetime(delivery.received_at)),
            delivery.event_type,
            delivery.event_id,
            delivery.room_id,
            delivery.state,
            delivery.attempts,
            masked_text(delivery.error),
        )


@ops_required
def detail(request: MemberRequest, delivery_id: int) -> HttpResponse:
    delivery = get_object_or_404(Delivery, pk=delivery_id)
    body = bytes(delivery.body)
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        payload = None
    context = {
        "delivery": delivery,
        "payload": payload,
        "text": "" if payload is not None else body.decode(errors="replace"),
        "size": len(body),
        "room": Room.objects.filter(pk=delivery.room_id).first() if delivery.room_id else None,
        "event": Event.objects.filter(event_id=delivery.event_id).first() if delivery.event_id else None,
        "can_requeue": delivery.state in operations.RESTING,
        "can_set_aside": delivery.state == Delivery.State.DEAD,
    }
    return page_or_fragment(request, "deliveries/delivery.html", context, {})


@ops_command
def requeue(request: MemberRequest, delivery_id: int) -> HttpResponse:
    """Have one delivery read again."""
    delivery = get_object_or_404(Delivery, pk=delivery_id)
    _requeue(request, [delivery])
    return redirect("delivery", delivery_id)


@ops_command
def requeue_all(request: MemberRequest) -> HttpResponse:
    """Have all dead deliveries read again, oldest first, a thousand at a time."""
    _requeue(request, _dead())
    back = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(back) if known else redirect("deliveries")


@ops_command
def set_aside(request: MemberRequest, delivery_id: int) -> HttpResponse:
    """Let one dead delivery wait for nobody any more; it can be read again all the same."""
    _set_aside(request, [get_object_or_404(Delivery, pk=delivery_id)])
    return redirect("delivery", delivery_id)


@ops_form
def set_aside_all(request: MemberRequest) -> HttpResponse:
    """The same for all dead ones, a thousand at a time, after asking once."""
    if request.method == "POST":
        _set_aside(request, _dead())
        return done(request, reverse("deliveries"))
    causes = Counter(masked_text(error).partition("\n")[0] for error in _dead().values_list("error", flat=True))
    context = {"count": queries.dead().count(), "at_once": AT_ONCE, "causes": causes.most_common(3)}
    return page_or_fragment(request, "deliveries/set_aside.html", context, {"dialog": "deliveries/_set_aside.html"})


def _dead() -> QuerySet[Delivery]:
    """Dead deliveries, oldest first, as many as one act takes."""
    return queries.dead().order_by("pk")[:AT_ONCE]


def _set_aside(request: MemberRequest, deliveries: Iterable[Delivery]) -> None:
    count = operations.set_aside(deliveries, actor=request.user)
    if count:
        messages.success(request, f"{count} {'delivery' if count == 1 else 'deliveries'} set aside.")
    else:
        messages.warning(request, "Nothing to set aside: only dead deliveries wait for you.")


def _requeue(request: MemberRequest, deliveries: Iterable[Delivery]) -> None:
    count = operations.requeue(deliveries, actor=request.user)
    if count:
        messages.success(
            request, f"{count} {'delivery' if count == 1 else 'deliveries'} will be read again in a moment."
        )
    else:
        messages.warning(request, "Nothing to read again: only failed, dead and set-aside deliveries rest.")
