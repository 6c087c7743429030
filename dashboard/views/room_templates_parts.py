"""One room template: its page, and the forms for its parts but the roles."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from dashboard import room_template_overview as overview
from dashboard.decorators import ops_form, ops_required
from dashboard.forms.room_templates_destinations import FORMS, DestinationForm
from dashboard.forms.room_templates_settings import RecordingsForm, SettingsForm
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.shortcuts import get_template
from dashboard.template_review import Wish, change
from dashboard.touched_rooms import touched
from rooms.models import RoomTemplate
from rooms.room_templates.content import Content, content_of
from rooms.room_templates.lint import findings
from rooms.room_templates.words import KINDS

VERSIONS = 5


@ops_required
def detail(request: MemberRequest, template_id: str) -> HttpResponse:
    """All of a template on one page: what is wrong with it, roles, settings, destinations, recordings, its past."""
    template = get_template(request, template_id)
    content = content_of(template.received)
    now = timezone.now()
    use = touched(template, now)
    context = {
        "template": template,
        "findings": findings(content, largest_room=use.largest),
        "roles": overview.role_rows(content),
        "permissions": overview.permission_heads(content),
        "settings": overview.settings_pairs(content),
        "recordings": overview.recordings_pairs(content),
        "destinations": overview.destinations(content),
        "kinds": KINDS,
        "touched": use,
        "versions": template.versions.defer("content")[:VERSIONS],
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "room_templates/template.html", context, {})


@ops_form
def settings(request: MemberRequest, template_id: str) -> HttpResponse:
    """Name, region, storage of recordings, room state."""
    template = get_template(request, template_id)

    def owned(content: Content) -> Content:
        return {part: content[part] for part in ("name", "default", "settings") if part in content}

    def apply(form: forms.Form, held: Content) -> Content:
        assert isinstance(form, SettingsForm)
        return form.applied()

    wish = Wish(
        title="Settings",
        action="Save settings",
        make=lambda data, content: SettingsForm(data, held=content),
        apply=apply,
        owned=owned,
        back=reverse("room_template", args=[template.pk]),
        message="The settings are saved.",
    )
    return change(request, template, wish)


@ops_form
def recordings(request: MemberRequest, template_id: str) -> HttpResponse:
    """The one recordings configuration there may be."""
    template = get_template(request, template_id)

    def make(data: QueryDict | None, content: Content) -> RecordingsForm:
        configs = content.get("recordings") or [{}]
        return RecordingsForm(data, held=configs[0], roles=list(content.get("roles") or ()))

    def apply(form: forms.Form, held: Content) -> Content:
        assert isinstance(form, RecordingsForm)
        found = form.applied()
        rest = (held.get("recordings") or [])[1:]
        return {**held, "recordings": [*([found] if found else []), *rest]}

    wish = Wish(
        title="Recordings",
        action="Save recordings",
        make=make,
        apply=apply,
        owned=lambda content: {"recordings": content.get("recordings") or []},
        back=reverse("room_template", args=[template.pk]),
        message="The recordings configuration is saved.",
    )
    return change(request, template, wish)


@ops_form
def new_destination(request: MemberRequest, template_id: str, destination_kind: str) -> HttpResponse:
    return _destination(request, get_template(request, template_id), destination_kind, "")


@ops_form
def destination(request: MemberRequest, template_id: str, destination_kind: str, destination: str) -> HttpResponse:
    """One destination; another name in the form renames it."""
    kind, name = destination_kind, destination
    template = get_template(request, template_id)
    if request.method != "POST" and name not in _named(content_of(template.received), kind):
        raise Http404
    return _destination(request, template, kind, name)


@ops_form
def delete_destination(
    request: MemberRequest, template_id: str, destination_kind: str, destination: str
) -> HttpResponse:
    kind, name = destination_kind, destination
    template = get_template(request, template_id)
    if kind not in KINDS or (request.method != "POST" and name not in _named(content_of(template.received), kind)):
        raise Http404

    def apply(form: forms.Form, held: Content) -> Content:
        found = deepcopy(held)
        (found.get("destinations") or {}).get(kind, {}).pop(name, None)
        return found

    wish = Wish(
        title=f"Take away {KINDS[kind]} {name}",
        action="Take away",
        make=lambda data, content: forms.Form(data),
        apply=apply,
        owned=lambda content: _only(content, kind, name),
        back=reverse("room_template", args=[template.pk]),
        message=f"{name} is taken away.",
        at_once=True,
    )
    return change(request, template, wish, risky=True)


def _destination(request: MemberRequest, template: RoomTemplate, kind: str, name: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404

    def make(data: QueryDict | None, content: Content) -> DestinationForm:
        named = _named(content, kind)
        roles = list(content.get("roles") or ())
        return FORMS[kind](data, held=named.get(name) or {}, roles=roles, name=name, taken=list(named))

    def apply(form: forms.Form, held: Content) -> Content:
        assert isinstance(form, DestinationForm)
        one, new = form.applied(), form.cleaned_data["name"]
        found = deepcopy(held)
        kinds = found.setdefault("destinations", {})
        kept = {(new if key == name else key): value for key, value in (kinds.get(kind) or {}).items()}
        kinds[kind] = {**kept, new: one}
        return found

    wish = Wish(
        title=f"{KINDS[kind]} {name}" if name else f"New {KINDS[kind]}",
        action="Save destination" if name else "Add destination",
        make=make,
        apply=apply,
        owned=lambda content: _only(content, kind, name),
        back=reverse("room_template", args=[template.pk]),
        message="The destination is saved." if name else "The destination is added.",
    )
    delete = reverse("room_template_destination_delete", args=[template.pk, kind, name]) if name else ""
    return change(request, template, wish, delete=delete, delete_word="Take away")


def _named(content: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return dict((content.get("destinations") or {}).get(kind) or {})


def _only(content: Content, kind: str, name: str) -> Content:
    named = _named(content, kind)
    return {"destinations": {kind: {name: named[name]} if name in named else {}}}
