"""Changing a room template from a page: typed, reviewed, saved; upon what 100ms has at that moment and nothing older.

A page carries the number of the version it was drawn from, and once it was reviewed, the seal of that review. When
what the page is about has another state in 100ms by now, nothing is sent: the page comes back with the difference and
with what was typed. When what was reviewed is not what would be sent, it is reviewed again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from dashboard import refusals
from dashboard.forms.room_templates_content import Group, rebased
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.touched_rooms import Touched, touched
from rooms import hms
from rooms.connection import NotConfigured, client
from rooms.masking import masked
from rooms.mirrors import templates as mirror
from rooms.models import RoomTemplate, TemplateVersion
from rooms.operations import templates as operations
from rooms.room_templates.content import Content, canonical, content_of
from rooms.room_templates.lint import Finding, findings
from rooms.room_templates.wording import Line, lines

FAILURES = (hms.Error, ValueError, NotConfigured)


@dataclass(frozen=True)
class Wish:
    """What a page would change. `make(data, content)` draws its form over a content; `apply` gives the content wished.

    `owned` cuts a content down to what the page is about: only changes there can collide. `renamed` as the operation
    takes it. `lost`: places whose secret cannot come back. `action` words the button ("Save role").
    """

    title: str
    action: str
    make: Callable[[QueryDict | None, Content], forms.Form]
    apply: Callable[[forms.Form, Content], Content]
    owned: Callable[[Content], Content]
    back: str
    message: str
    renamed: Callable[[forms.Form], tuple[str, str] | None] = lambda form: None
    lost: list[str] = field(default_factory=list)
    # Nothing is typed: the review is drawn at once, of the copy we hold, and one press does it.
    at_once: bool = False
    note: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What saving would do, for the person to look at first. `seal` names exactly this."""

    lines: list[Line]
    findings: list[Finding]
    touched: Touched
    lost: list[str]
    seal: str
    again: bool = False


def change(request: MemberRequest, template: RoomTemplate, wish: Wish, **context: Any) -> HttpResponse:
    """The page of one wish: GET draws its form, POST reviews it, POST with the seal of the review saves it."""
    if request.method != "POST":
        copy = content_of(template.received)
        form = wish.make(None, copy)
        if wish.at_once:
            context["review"] = _review(template, copy, wish.apply(form, copy), wish)
        return _page(request, template, wish, form, base=_latest(template), **context)
    data: QueryDict = request.POST
    base = _version(template, data.get("base", ""))
    try:
        seen = mirror.read(client(), template.pk)
        mirror.write([seen], at=timezone.now())
    except FAILURES as problem:
        return _refused(request, template, wish, data, content_of(template.received), problem, base.number, **context)
    template.refresh_from_db()
    held, latest = content_of(seen), _latest(template)
    form = wish.make(data, held)
    moved = lines(wish.owned(base.content), wish.owned(content_of(template.received)))
    wanted = None
    try:
        wanted = wish.apply(form, held) if form.is_valid() else None
    except ValueError as problem:
        refusals.land(form, problem, wish_names(form))
    if wanted is not None and canonical(wanted) == canonical(held):
        already = bool(moved or data.get("reviewed"))
        message = "100ms has it so already: nothing was sent." if already else "Nothing was changed."
        return done(request, wish.back, message)
    if moved:
        form = wish.make(rebased(data, wish.make(None, base.content), wish.make(None, held)), held)
        if wish.at_once and wanted is not None:
            context["review"] = _review(template, held, wanted, wish)
        return _page(request, template, wish, form, base=latest, moved=moved, **context)
    if wanted is None:
        return _page(request, template, wish, form, base=latest, **context)
    review = _review(template, held, wanted, wish, again=bool(data.get("reviewed")))
    if not constant_time_compare(data.get("reviewed", ""), review.seal):
        return _page(request, template, wish, form, base=latest, review=review, **context)
    try:
        operations.update(
            actor=request.user,
            template=template,
            seen=seen,
            wanted=wanted,
            renamed=wish.renamed(form),
            note=wish.note,
        )
    except operations.PartlyDone as part:
        template.refresh_from_db()
        # It shows what is typed over what 100ms has by now; sending it again does the rest.
        return _refused(request, template, wish, data, content_of(seen), part, _latest(template), **context)
    except FAILURES as problem:
        return _refused(request, template, wish, data, held, problem, latest, **context)
    return done(request, wish.back, wish.message)


def make(request: MemberRequest, form: forms.Form, content: Content, title: str, **context: Any) -> HttpResponse:
    """Review a new template, and make it once the review is sealed. `form` is valid and holds `content`."""
    seal = _seal({}, content)
    if constant_time_compare(request.POST.get("reviewed", ""), seal):
        try:
            made = operations.create(actor=request.user, content=content, note=context.get("note", ""))
        except operations.PartlyDone as part:
            messages.warning(request, _partly(part))
            return done(request, reverse("room_template", args=[part.template.pk]))
        except FAILURES as problem:
            refusals.land(form, problem, wish_names(form))
        else:
            return done(request, reverse("room_template", args=[made.pk]), f"{made} is made.")
    else:
        context["review"] = Review(
            lines({"roles": {}}, content),
            findings(content),
            Touched(0, (), (), None),
            context.get("lost", []),
            seal,
            again=bool(request.POST.get("reviewed")),
        )
    return draw(request, form, title=title, action="Make template", back=reverse("room_templates"), **context)


def draw(request: MemberRequest, form: forms.Form, **context: Any) -> HttpResponse:
    """The page that a form, and its review where there is one, stand on."""
    return page_or_fragment(
        request,
        "room_templates/edit.html",
        {"form": form, "groups": form.groups() if hasattr(form, "groups") else _one_group(form), **context},
        {"work": "room_templates/_work.html"},
    )


def wish_names(form: forms.Form) -> Mapping[str, str]:
    found: Mapping[str, str] = form.names() if hasattr(form, "names") else {}
    return found


def _one_group(form: forms.Form) -> list[Group]:
    return [Group("", tuple((field,) for field in form))] if form.fields else []


def _page(request: MemberRequest, template: RoomTemplate, wish: Wish, form: forms.Form, **context: Any) -> HttpResponse:
    said = {"title": wish.title, "action": wish.action, "back": wish.back, "lead": wish.lead}
    return draw(request, form, template=template, **said, **context)


def _refused(
    request: MemberRequest,
    template: RoomTemplate,
    wish: Wish,
    data: QueryDict,
    held: Content,
    problem: hms.Error | ValueError | NotConfigured | operations.PartlyDone,
    base: int,
    **context: Any,
) -> HttpResponse:
    """The page with what was typed, and what 100ms said of it."""
    form = wish.make(data, held)
    form.is_valid()
    if isinstance(problem, operations.PartlyDone):
        form.add_error(None, _partly(problem))
    else:
        refusals.land(form, problem, wish_names(form))
    return _page(request, template, wish, form, base=base, **context)


def _partly(part: operations.PartlyDone) -> str:
    rest = refusals.in_words(part.cause).removesuffix("Nothing was changed.").strip()
    return f"Part of it is done. {part.done}. The rest is not: {rest} Review it again to do the rest."


def _review(template: RoomTemplate, held: Content, wanted: Content, wish: Wish, *, again: bool = False) -> Review:
    found = touched(template, timezone.now())
    before = set(findings(held, largest_room=found.largest))
    after = findings(wanted, largest_room=found.largest)
    # What this change brings comes first; what was there before is on the template's own page.
    return Review(
        lines(held, wanted),
        [one for one in after if one not in before],
        found,
        wish.lost,
        # What nobody typed holds no secret but those that 100ms has already; our copy has them masked.
        _seal(*(masked(side) for side in (held, wanted))) if wish.at_once else _seal(held, wanted),
        again,
    )


def _seal(held: Content, wanted: Content) -> str:
    both = orjson.dumps([canonical(held), canonical(wanted)] if held else [wanted], option=orjson.OPT_SORT_KEYS)
    return salted_hmac("dashboard.template_review", both, algorithm="sha256").hexdigest()


def _latest(template: RoomTemplate) -> int:
    number = template.versions.order_by("-number").values_list("number", flat=True).first()
    return number or 0


def _version(template: RoomTemplate, number: str) -> TemplateVersion:
    """The version a page says it was drawn from; one that is not there counts as nothing known."""
    found = template.versions.filter(number=int(number)).first() if number.isdecimal() and len(number) < 9 else None
    return found or TemplateVersion(template=template, number=0, content={})
