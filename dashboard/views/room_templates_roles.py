"""The roles of a room template: changed, added, renamed, taken out."""

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse

from dashboard.decorators import ops_form
from dashboard.forms.room_templates_role import RoleForm
from dashboard.htmx import MemberRequest
from dashboard.shortcuts import get_template
from dashboard.template_review import Wish, change
from rooms.models import RoomTemplate
from rooms.room_templates import roles
from rooms.room_templates.content import Content


@ops_form
def role(request: MemberRequest, template_id: str, role: str) -> HttpResponse:
    """What a role may; another name in the form renames it wherever the template names it."""
    template = get_template(request, template_id)
    if request.method != "POST" and role not in (template.received.get("roles") or {}):
        raise Http404
    return _role(request, template, role)


@ops_form
def new_role(request: MemberRequest, template_id: str) -> HttpResponse:
    """A role that publishes sound, camera and screen and sees everybody, to be changed before it is added."""
    return _role(request, get_template(request, template_id), "")


@ops_form
def delete_role(request: MemberRequest, template_id: str, role: str) -> HttpResponse:
    template = get_template(request, template_id)
    if request.method != "POST" and role not in (template.received.get("roles") or {}):
        raise Http404
    wish = Wish(
        title=f"Delete the role {role}",
        action="Delete role",
        make=lambda data, content: forms.Form(data),
        apply=lambda form, held: roles.without(held, role),
        owned=lambda content: _only(content, role),
        back=reverse("room_template", args=[template.pk]),
        message=f"The role {role} is deleted.",
        lead="Nobody can join as this role any more, and its room codes stop working.",
        at_once=True,
    )
    return change(request, template, wish, risky=True)


def _role(request: MemberRequest, template: RoomTemplate, name: str) -> HttpResponse:
    def make(data: QueryDict | None, content: Content) -> RoleForm:
        named = content.get("roles") or {}
        # A new one begins as someone who takes part.
        fresh = roles.role("", ("audio", "video", "screen"), list(named)) if not name else {}
        return RoleForm(data, held=named.get(name) or fresh, roles=list(named), name=name)

    def apply(form: forms.Form, held: Content) -> Content:
        assert isinstance(form, RoleForm)
        wanted, new = form.applied(), form.cleaned_data["name"]
        found = {**held, "roles": {**held.get("roles", {}), (name or new): wanted}}
        return roles.renamed(found, name, new) if name and name != new else found

    def renamed(form: forms.Form) -> tuple[str, str] | None:
        assert isinstance(form, RoleForm)
        new = form.cleaned_data["name"]
        return (name, new) if name in form.roles and name != new else None

    wish = Wish(
        title=f"Role {name}" if name else "New role",
        action="Save role" if name else "Add role",
        make=make,
        apply=apply,
        owned=lambda content: _only(content, name),
        back=reverse("room_template", args=[template.pk]),
        message=f"The role {name} is saved." if name else "The role is added.",
        renamed=renamed,
    )
    delete = reverse("room_template_role_delete", args=[template.pk, name]) if name else ""
    return change(request, template, wish, delete=delete, delete_word="Delete role")


def _only(content: Content, name: str) -> Content:
    named = content.get("roles") or {}
    return {"roles": {name: named[name]} if name in named else {}}
