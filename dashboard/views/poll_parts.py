"""Single questions and options of a poll: an option rewritten, a question or an option deleted.

Each is asked in the dialog, about the poll as 100ms has it at that moment: 100ms counts by place, and places move.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse

from analytics.models import PollRun
from dashboard.decorators import member_form
from dashboard.forms.poll_questions import CHOICES, OptionForm
from dashboard.forms.poll_settings import AnyScript
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.polls import read_now
from dashboard.refusals import land
from dashboard.shortcuts import get_poll
from rooms import hms
from rooms.connection import NotConfigured
from rooms.hms.resources.polls import Poll as HmsPoll
from rooms.hms.resources.polls import Question
from rooms.mirrors import polls as mirror
from rooms.models import Poll
from rooms.operations import polls as operations


class SeenForm(forms.Form):
    """What was seen when the dialog was opened."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class OnlyOptionForm(SeenForm):
    text = forms.CharField(label="Text", max_length=1000, widget=AnyScript)
    weight = OptionForm.base_fields["weight"]


@member_form
def delete_question(request: MemberRequest, poll_id: str, index: int) -> HttpResponse:
    poll = get_poll(request, poll_id, "ask")

    def about(held: HmsPoll) -> dict[str, Any]:
        asked = _nth(held.questions, index)
        last = len(held.questions) == 1
        return {"question": asked, "index": index, "last": last, "later": len(held.questions) - index}

    def send(form: forms.Form) -> None:
        operations.delete_question(actor=request.user, poll=poll, seen=form.cleaned_data["seen"], index=index)

    return _dialog(request, poll, "delete_question", SeenForm, about, send, f"Question {index} is deleted.")


@member_form
def option(request: MemberRequest, poll_id: str, question: int, index: int) -> HttpResponse:
    poll = get_poll(request, poll_id, "ask")

    def about(held: HmsPoll) -> dict[str, Any]:
        asked = _nth(held.questions, question)
        chosen = _nth(asked.options, index)
        initial = {"text": chosen.text, "weight": chosen.weight}
        return {"question": asked, "number": question, "index": index, "option": chosen, "initial": initial}

    def send(form: forms.Form) -> None:
        wanted = {"text": form.cleaned_data["text"], "weight": form.cleaned_data["weight"]}
        operations.update_option(
            actor=request.user,
            poll=poll,
            seen=form.cleaned_data["seen"],
            question=question,
            index=index,
            option=wanted,
        )

    return _dialog(request, poll, "option", OnlyOptionForm, about, send, f"Option {index} is saved.")


@member_form
def delete_option(request: MemberRequest, poll_id: str, question: int, index: int) -> HttpResponse:
    poll = get_poll(request, poll_id, "ask")

    def about(held: HmsPoll) -> dict[str, Any]:
        asked = _nth(held.questions, question)
        chosen = _nth(asked.options, index)
        return {
            "question": asked,
            "number": question,
            "index": index,
            "option": chosen,
            "why_not": _why_kept(held, asked, index),
        }

    def send(form: forms.Form) -> None:
        seen = form.cleaned_data["seen"]
        operations.delete_option(actor=request.user, poll=poll, seen=seen, question=question, index=index)

    return _dialog(request, poll, "delete_option", SeenForm, about, send, f"Option {index} is deleted.")


def _why_kept(held: HmsPoll, asked: Question, index: int) -> str:
    """Why a question needs this option; "" when it does not."""
    if asked.type in CHOICES and len(asked.options) <= 2:
        return "A choice needs two options or more. Rewrite this one, or delete the question."
    right = asked.answer.options if asked.answer else ()
    if held.type == "quiz" and right == (index,):
        return "This is the only right answer. Mark another as right first: edit the question."
    return ""


def _nth(items: Any, index: int) -> Any:
    if not 1 <= index <= len(items):
        raise Http404
    return items[index - 1]


def _dialog(
    request: MemberRequest,
    poll: Poll,
    name: str,
    kind: type[SeenForm],
    about: Callable[[HmsPoll], dict[str, Any]],
    send: Callable[[forms.Form], None],
    message: str,
) -> HttpResponse:
    """Read, ask, do. What others changed meanwhile is shown before it is asked again."""
    url = reverse("poll", args=[poll.pk])
    form = kind(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            send(form)
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem)
        else:
            return done(request, url, message)
    held, why_not = read_now(poll)
    context: dict[str, Any] = {"poll": poll, "why_not": why_not, "name": name, "dialog": f"polls/_{name}.html"}
    if held is not None:
        context |= {"runs": PollRun.objects.filter(poll_id=poll.pk).count(), "kind": held.type, **about(held)}
        seen = mirror.digest(held)
        if form is None:
            form = kind(initial={**context.get("initial", {}), "seen": seen})
        else:
            form.data = {**form.data.dict(), "seen": seen}  # type: ignore[attr-defined]
    context["form"] = form
    return page_or_fragment(request, "polls/dialog.html", context, {"dialog": "polls/_dialog.html"})
