"""Room templates as JSON: out of the house without secrets, in as a new template or over one that is there."""

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.text import slugify

from dashboard import template_review
from dashboard.decorators import ops_form, ops_required
from dashboard.forms.room_templates import ImportForm, JsonForm
from dashboard.htmx import MemberRequest
from dashboard.shortcuts import get_template
from rooms.room_templates import files
from rooms.room_templates.content import Content
from rooms.room_templates.secrets import restored


@ops_required
def export(request: MemberRequest, template_id: str) -> HttpResponse:
    """The template as last read, as a file; its secrets are masked in it."""
    template = get_template(request, template_id)
    name = slugify(template.name) or template.pk
    return HttpResponse(
        files.written(template.received),
        content_type="application/json; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.json"',
            "Cache-Control": "private, no-store",
        },
    )


@ops_form
def bring(request: MemberRequest) -> HttpResponse:
    """A new template from JSON."""
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None)
    title = "Template from a file"
    if posted and form.is_valid():
        found = restored(form.content, {})
        content = {part: value for part, value in found.content.items() if part != "default"}
        return template_review.make(
            request, form, content, title, lost=found.lost, note="Made from a file", upload=True
        )
    return template_review.draw(
        request, form, title=title, action="Make template", back=reverse("room_templates"), upload=True
    )


@ops_form
def edit(request: MemberRequest, template_id: str) -> HttpResponse:
    """The whole of a template as JSON: for what no form covers, and to put a file over it."""
    template = get_template(request, template_id)
    lost: list[str] = []

    def make(data: QueryDict | None, content: Content) -> JsonForm:
        return JsonForm(data, request.FILES if data is not None else None, text=files.written(content))

    def apply(form: forms.Form, held: Content) -> Content:
        assert isinstance(form, JsonForm)
        found = restored(form.content, held)
        lost[:] = found.lost
        return {**held, **{part: value for part, value in found.content.items() if part not in ("name", "default")}}

    wish = template_review.Wish(
        title="As JSON",
        action="Save template",
        make=make,
        apply=apply,
        owned=lambda content: {part: value for part, value in content.items() if part not in ("name", "default")},
        back=reverse("room_template", args=[template.pk]),
        message="The template is saved.",
        lead=(
            "In 100ms’s own words. Secrets are masked; one left masked stays as it is. Parts that you leave out stay, "
            "and so does the name, which the settings change."
        ),
        lost=lost,
    )
    return template_review.change(request, template, wish, upload=True)
