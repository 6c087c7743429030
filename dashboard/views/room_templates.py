"""Room templates: the list, a new one, one read again from 100ms."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from analytics import instants
from dashboard import refusals, template_review
from dashboard.csv_files import csv_file
from dashboard.decorators import ops_command, ops_form, ops_required
from dashboard.forms.room_templates import NewTemplateForm, RoomTemplateFilters
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.listing import Column, Listing
from dashboard.shortcuts import get_template
from rooms import hms
from rooms.connection import NotConfigured, client
from rooms.mirrors import templates as mirror
from rooms.models import Role, Room, RoomTemplate
from rooms.room_templates.content import Content, content_of
from rooms.room_templates.roles import beginning

COLUMNS = (
    Column("Template", "name", Lower("name")),
    Column("Id", classes="roomy"),
    Column("Rooms", "rooms", "room_count", down=True, classes="n"),
    Column("Roles", "roles", "role_count", down=True, classes="n"),
    Column("Recording", "recording", "recording_enabled", down=True),
    Column("Region", classes="roomy"),
    Column("State", "state", "is_default", down=True),
    Column("Changed", "changed", "updated_at", down=True, nulls=True),
)


def template_listing(request: MemberRequest) -> Listing:
    rooms = Room.objects.filter(template_id=OuterRef("pk"), gone_at=None).order_by().values("template_id")
    roles = Role.objects.filter(template=OuterRef("pk")).order_by().values("template")
    zero = Value(0, output_field=IntegerField())
    everything = RoomTemplate.objects.defer("received").annotate(
        room_count=Coalesce(Subquery(rooms.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), zero),
        role_count=Coalesce(Subquery(roles.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), zero),
    )
    return Listing(
        request,
        everything,
        RoomTemplateFilters(request.GET),
        COLUMNS,
        default="name",
        noun=("template", "templates"),
    )


@ops_required
def index(request: MemberRequest) -> HttpResponse:
    listing = template_listing(request)
    context = {"listing": listing, "templates": list(listing.page), "freshness": freshness()}
    fragments = {"list": "room_templates/_list.html"}
    return page_or_fragment(request, "room_templates/index.html", context, fragments, listing.here)


@ops_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it."""
    columns = (
        "template_id",
        "name",
        "rooms",
        "roles",
        "recording",
        "region",
        "default",
        "changed_elsewhere_at",
        "gone_at",
    )
    return csv_file("room_templates", columns, _lines(template_listing(request).rows.iterator()))


def _lines(templates: Iterable[Any]) -> Iterator[tuple[object, ...]]:
    for one in templates:
        times = (one.changed_elsewhere_at, one.gone_at)
        yield (
            one.pk,
            one.name,
            one.room_count,
            one.role_count,
            bool(one.recording_enabled),
            one.region,
            one.is_default,
            *(instants.to_rfc3339(instants.from_datetime(at)) if at else "" for at in times),
        )


@ops_form
def new(request: MemberRequest) -> HttpResponse:
    """From a kind of class, or as a copy of another; reviewed before it is made."""
    held = RoomTemplate.objects.filter(gone_at=None).order_by("name", "pk")
    names = {pk: name or pk for pk, name in held.values_list("pk", "name")}
    form = NewTemplateForm(request.POST if request.method == "POST" else None, templates=names)
    title = "New template"
    if request.method == "POST" and form.is_valid():
        try:
            content = _copy(form.copied) if form.copied else beginning(form.cleaned_data["begin"])
        except (hms.Error, NotConfigured) as problem:
            refusals.land(form, problem)
        else:
            content["name"] = form.cleaned_data["name"]
            note = f"Made as a copy of {names[form.copied]}" if form.copied else "Made here"
            return template_review.make(request, form, content, title, note=note)
    elif request.method == "GET" and f"copy:{request.GET.get('copy', '')}" in dict(_flat(form)):
        form.initial["begin"] = f"copy:{request.GET['copy']}"
    context = {"title": title, "action": "Make template", "back": reverse("room_templates")}
    return template_review.draw(request, form, **context)


def _copy(template_id: str) -> Content:
    """All of another template but its name and that it is the default; its secrets go along, from 100ms to 100ms."""
    found = content_of(mirror.read(client(), template_id))
    return {part: value for part, value in found.items() if part not in ("name", "default")}


def _flat(form: NewTemplateForm) -> list[tuple[str, str]]:
    groups: Any = form.fields["begin"].choices  # type: ignore[attr-defined]
    return [choice for _, choices in groups for choice in choices]


@ops_command
def refresh(request: MemberRequest, template_id: str) -> HttpResponse:
    """Read one template from 100ms at once, instead of waiting for the mirror."""
    template = get_template(request, template_id)
    url = reverse("room_template", args=[template.pk])
    try:
        mirror.pull(client(), at=timezone.now(), template_id=template.pk)
    except (hms.Error, NotConfigured) as problem:
        messages.error(request, f"It could not be read from 100ms. {refusals.in_words(problem)}")
        return done(request, url)
    return done(request, url, "Read from 100ms.")
