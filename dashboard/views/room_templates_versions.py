"""The history of a room template: versions, the difference between any two, and back to one of them."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from dashboard.decorators import ops_form, ops_required
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.shortcuts import get_template
from dashboard.template_review import Wish, change
from rooms.room_templates.content import Content
from rooms.room_templates.secrets import restored
from rooms.room_templates.wording import lines

ON_A_PAGE = 50


@ops_required
def versions(request: MemberRequest, template_id: str) -> HttpResponse:
    """All versions, the newest first."""
    template = get_template(request, template_id)
    page = Paginator(template.versions.defer("content"), ON_A_PAGE).get_page(request.GET.get("page"))
    latest = template.versions.values_list("number", flat=True).first() or 0
    context = {"template": template, "page": page, "latest": latest}
    return page_or_fragment(request, "room_templates/versions.html", context, {})


@ops_required
def version(request: MemberRequest, template_id: str, version: int) -> HttpResponse:
    """What one version changed, against the one before it or against `?against=`."""
    template = get_template(request, template_id)
    number = version
    shown = get_object_or_404(template.versions, number=number)
    numbers = list(template.versions.order_by("-number").values_list("number", flat=True))
    asked = request.GET.get("against", "")
    against = int(asked) if asked.isdecimal() and len(asked) < 9 and int(asked) in numbers else number - 1
    other = template.versions.filter(number=against).first()
    context = {
        "template": template,
        "version": shown,
        "other": other,
        "lines": lines(other.content, shown.content) if other else [],
        "numbers": [one for one in numbers if one != number],
        "latest": numbers[0],
    }
    return page_or_fragment(request, "room_templates/version.html", context, {})


@ops_form
def restore(request: MemberRequest, template_id: str, version: int) -> HttpResponse:
    """Back to how it was in a version. Its secrets were masked: those that 100ms has now stay, others are lost."""
    template = get_template(request, template_id)
    number = version
    wanted = get_object_or_404(template.versions, number=number)
    lost: list[str] = []

    def apply(form: forms.Form, held: Content) -> Content:
        found = restored(wanted.content, held)
        lost[:] = found.lost
        # What no template is without, and what only ever moves to another: neither goes back.
        kept = {part: held[part] for part in ("default",) if part in held}
        content = {part: value for part, value in found.content.items() if part != "default"}
        return {"settings": {}, "destinations": {}, **content, **kept}

    wish = Wish(
        title=f"Back to version {number}",
        action=f"Go back to version {number}",
        make=lambda data, content: forms.Form(data),
        apply=apply,
        owned=lambda content: content,
        back=reverse("room_template_versions", args=[template.pk]),
        message=f"The template is as it was in version {number}.",
        lead="Versions hold no secrets: keys and addresses stay as they are in 100ms now.",
        note=f"Back to version {number}",
        lost=lost,
        at_once=True,
    )
    return change(request, template, wish)
