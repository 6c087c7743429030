"""Building a poll: a new one, all of one that is there, or one question of it.

Every button of the form but Save is a step of building: it sends all that is typed and gets it back changed, as a part
of the page with scripts and as the page without.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from analytics.models import PollRun
from dashboard.decorators import member_form
from dashboard.forms.poll_questions import Problem, Questions
from dashboard.forms.poll_settings import PollForm
from dashboard.forms.polls import RoomForm
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.polls import UNSURE_MADE, on_to, read_now
from dashboard.refusals import in_words, land
from dashboard.shortcuts import get_poll
from rooms import hms
from rooms.access import may, rooms_for
from rooms.connection import NotConfigured
from rooms.hms.resources.polls import Poll as HmsPoll
from rooms.mirrors import polls as mirror
from rooms.models import Poll, Room
from rooms.operations import polls as operations

NAMES: Final = {"type": "kind", "duration": "minutes"}
# What 100ms, or our own check, calls the question it refuses: counted from 0.
_QUESTION: Final = re.compile(r"questions\[(\d+)\]")
MADE: Final = "polls_made"
REMEMBERED: Final = 20
MEANWHILE: Final = (
    "Somebody changed this poll while you were at it, so nothing was saved. What you typed is still here: saving again "
    "puts it in the place of theirs."
)


@dataclass
class Draft:
    """The form as a whole: the poll, where it goes, and its questions."""

    poll: PollForm
    questions: Questions
    room: RoomForm | None = None

    @classmethod
    def typed(cls, request: MemberRequest, *, new: bool, bound: bool) -> "Draft":
        data = request.POST
        room = _room_form(request, data if bound else None, again=data) if new else None
        return cls(PollForm(data) if bound else PollForm.again(data), Questions.typed(data, bound=bound), room)

    def check(self) -> bool:
        asks_right = self.questions.check(quiz=self.poll["kind"].value() == "quiz")
        room_valid = self.room is None or self.room.is_valid()
        valid = self.poll.is_valid() and room_valid and asks_right
        if not len(self.questions):
            self.poll.add_error(None, "A poll needs a question.")
            return False
        return valid

    def settings(self) -> dict[str, Any]:
        return {**self.poll.settings(), "questions": self.questions.settings()}

    def is_as(self, held: HmsPoll) -> bool:
        """Is the poll in 100ms just what was typed?"""
        wanted, found = mirror.said(self.poll.settings()), mirror.said(held.raw)
        return all(wanted[name] == found[name] for name in wanted if name != "questions") and self.questions.are(
            [question.raw for question in held.questions]
        )

    def refuse(self, problem: hms.Error | ValueError | NotConfigured) -> None:
        """Put what 100ms says no to where it belongs: on the question it names, or on a field of the poll."""
        details = problem.details if isinstance(problem, hms.Refused) else ()
        named = _QUESTION.search(" ".join([*details, str(problem)]))
        if named and int(named[1]) < len(self.questions):
            self.questions.asked[int(named[1])].form.add_error(None, in_words(problem))
        else:
            land(self.poll, problem, NAMES)

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong, for the summary at the top."""
        forms = [self.poll, *([self.room] if self.room else [])]
        own = [
            Problem(f"{form.fields[name].label or name.capitalize()}: {error}", form[name].id_for_label)
            for form in forms
            if form.is_bound
            for name, errors in form.errors.items()
            if name in form.fields
            for error in errors
        ]
        return own + self.questions.problems


def _room_form(request: MemberRequest, data: Mapping[str, Any] | None, *, again: Mapping[str, Any]) -> RoomForm:
    initial = {"room": again.get("room", "")} if again.get("room") else None
    return RoomForm(
        data,
        rooms=rooms_for(request.user, "ask"),
        required=not may(request.user, "operate"),
        initial=initial,
    )


@member_form
def new(request: MemberRequest) -> HttpResponse:
    """A new poll. A teacher's is for a room of theirs, ops may leave it free."""
    if not may(request.user, "ask"):
        raise Http404
    made = request.session.get(MADE, {})
    if request.method != "POST":
        draft = Draft(PollForm(), Questions.new(), _room_form(request, None, again=request.GET))
        draft.poll.fields["title"].widget.attrs["autofocus"] = True
        return _page(request, draft, {"once": uuid4().hex})
    once = request.POST.get("once", "")[:32]
    if request.POST.get("do"):
        return _step(request, Draft.typed(request, new=True, bound=False), {"once": once})
    if once and once in made:
        messages.info(request, "This poll was made already; it is not made twice.")
        return redirect("poll", made[once])
    draft = Draft.typed(request, new=True, bound=True)
    if not draft.check() or draft.room is None:
        return _page(request, draft, {"once": once})
    room: Room | None = draft.room.cleaned_data["room"]
    try:
        poll = operations.create(actor=request.user, settings=draft.settings(), room=room)
    except (hms.ConnectionFailed, hms.ServerFailed, hms.UnreadableAnswer):
        draft.poll.add_error(None, UNSURE_MADE)
        return _page(request, draft, {"once": once})
    except (hms.Error, ValueError, NotConfigured) as problem:
        draft.refuse(problem)
        return _page(request, draft, {"once": once})
    request.session[MADE] = dict([*made.items(), (once, poll.pk)][-REMEMBERED:])
    return on_to(request, poll, room)


@member_form
def edit(request: MemberRequest, poll_id: str) -> HttpResponse:
    """All of a poll. It is read from 100ms first, and saved only if it is still as it was read."""
    poll = get_poll(request, poll_id, "ask")
    about = {"poll": poll, **_runs(poll)}
    if request.method != "POST":
        held, why_not = read_now(poll)
        if held is None:
            return _page(request, None, {**about, "why_not": why_not})
        draft = Draft(PollForm.of(held.raw), Questions.of(question.raw for question in held.questions))
        return _page(request, draft, {**about, "seen": mirror.digest(held)})
    about["seen"] = request.POST.get("seen", "")
    if request.POST.get("do"):
        return _step(request, Draft.typed(request, new=False, bound=False), about)
    draft = Draft.typed(request, new=False, bound=True)
    if not draft.check():
        return _page(request, draft, about)
    try:
        poll = operations.update(actor=request.user, poll=poll, seen=about["seen"], settings=draft.settings())
    except operations.ChangedMeanwhile:
        held, why_not = read_now(poll)
        if held is not None and draft.is_as(held):
            # Theirs was ours: an earlier try whose answer was lost, or somebody typed the very same.
            return done(request, reverse("poll", args=[poll.pk]), f"“{poll}” is saved.")
        if held is not None:
            about["seen"] = mirror.digest(held)
            draft.questions.stand_as(question.raw for question in held.questions)
        draft.poll.add_error(None, why_not or MEANWHILE)
        return _page(request, draft, about)
    except (hms.Error, ValueError, NotConfigured) as problem:
        draft.refuse(problem)
        return _page(request, draft, about)
    return done(request, reverse("poll", args=[poll.pk]), f"“{poll}” is saved.")


@member_form
def question(request: MemberRequest, poll_id: str, index: int) -> HttpResponse:
    """One question of a poll, by the number it had when it was read."""
    poll = get_poll(request, poll_id, "ask")
    about: dict[str, Any] = {"poll": poll, "index": index, **_runs(poll)}
    held, why_not = read_now(poll)
    if held is None:
        return _page(request, None, {**about, "why_not": why_not}, page=_ONE)
    if not 1 <= index <= len(held.questions):
        raise Http404
    quiz = held.type == "quiz"
    about |= {"seen": mirror.digest(held), "quiz": quiz}
    if request.method != "POST":
        asked = Questions.of([held.questions[index - 1].raw], first=index)
        return _page(request, Draft(PollForm(), asked), about, page=_ONE)
    seen = about["seen"] = request.POST.get("seen", "")
    if request.POST.get("do"):
        return _step(request, Draft(PollForm(), Questions.typed(request.POST, first=index)), about, page=_ONE)
    draft = Draft(PollForm(), Questions.typed(request.POST, first=index, bound=True))
    if not draft.questions.check(quiz=quiz) or len(draft.questions) != 1:
        return _page(request, draft, about, page=_ONE)
    wanted = draft.questions.settings()[0]
    try:
        operations.update_question(actor=request.user, poll=poll, seen=seen, index=index, question=wanted)
    except operations.ChangedMeanwhile:
        if draft.questions.are([held.questions[index - 1].raw]):
            return done(request, f"{reverse('poll', args=[poll.pk])}#question-{index}", f"Question {index} is saved.")
        about["seen"] = mirror.digest(held)
        now = f" Question {index} asks now: “{held.questions[index - 1].text}”."
        draft.questions.asked[0].form.add_error(None, MEANWHILE + now)
        return _page(request, draft, about, page=_ONE)
    except (hms.Error, ValueError, NotConfigured) as problem:
        draft.questions.asked[0].form.add_error(None, in_words(problem))
        return _page(request, draft, about, page=_ONE)
    return done(request, f"{reverse('poll', args=[poll.pk])}#question-{index}", f"Question {index} is saved.")


_ALL: Final = "polls/builder.html"
_ONE: Final = "polls/question.html"


def _runs(poll: Poll) -> dict[str, Any]:
    return {"runs": PollRun.objects.filter(poll_id=poll.pk).count()}


def _step(request: MemberRequest, draft: Draft, about: Mapping[str, Any], *, page: str = _ALL) -> HttpResponse:
    """One step of building. What only concerns the options of a question is answered with that question alone."""
    step = request.POST["do"]
    draft.questions.do(step)
    key = step.partition(":")[2].partition(":")[0]
    for number, asked in draft.questions:
        if request.htmx.target == f"built-{key}" and asked.key == key:
            inside = {**about, "draft": draft, "one": page == _ONE, "number": number, "asked": asked}
            return page_or_fragment(request, page, inside, {f"built-{key}": "polls/_built_inside.html"})
    return _page(request, draft, about, page=page)


def _page(request: MemberRequest, draft: Draft | None, about: Mapping[str, Any], *, page: str = _ALL) -> HttpResponse:
    context = {"draft": draft, "one": page == _ONE, **about}
    return page_or_fragment(request, page, context, {"builder": "polls/_questions.html"})
