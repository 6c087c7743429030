"""Rooms from a timetable: first what each line would do, then line by line what was done."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from django.db.models import Max
from django.http import HttpResponse

from dashboard.decorators import ops_command, ops_form, ops_required
from dashboard.forms.rooms_import import RunForm, TimetableForm
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.room_results import Result, each, summary
from dashboard.room_settings import Differing, differing
from rooms.actors import Actor
from rooms.models import Room
from rooms.operations import rooms as operations
from rooms.template_names import TemplateNames
from rooms.timetable import SAMPLE
from rooms.timetable_plan import Step, digest, plan

# Of one part: no proxy or browser gives up on it, and somebody sees that it goes on.
LINES_AT_ONCE: Final = 20
SECONDS_AT_ONCE: Final = 8.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the dry run with its changes in words."""

    step: Step
    changes: list[Differing]


@ops_form
def index(request: MemberRequest) -> HttpResponse:
    """Asks for the file; sent, shows what it would do. Nothing is changed here."""
    form = TimetableForm(request.POST or None, request.FILES or None) if request.method == "POST" else TimetableForm()
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= _dry_run(form)
    return page_or_fragment(request, "rooms/import.html", context, {})


@ops_required
def sample(request: MemberRequest) -> HttpResponse:
    """A table to begin with."""
    disposition = {"Content-Disposition": 'attachment; filename="timetable.csv"'}
    return HttpResponse(SAMPLE, content_type="text/csv; charset=utf-8", headers=disposition)


@ops_command
def run(request: MemberRequest) -> HttpResponse:
    """Carries out some lines and asks to be called for the next. Safe to repeat: what is done already is left as is."""
    form = RunForm(request.POST)
    if not form.is_valid():
        return page_or_fragment(request, "rooms/import.html", {"form": form}, {})
    after = form.cleaned_data["after"]
    rest = [step for step in _plan(form) if step.number > after and step.kind in ("create", "change")]
    if form.cleaned_data["plan"] != digest(rest):
        context = {"form": form, "changed_meanwhile": True, **_dry_run(form)}
        return page_or_fragment(request, "rooms/import.html", context, {"import-rest": "rooms/_dry_run.html"})
    results = _carried_out(request.user, rest)
    left = [step for step in rest if step.number > (results[-1][0].number if results else after)]
    counted = Counter(form.cleaned_data["counted"])
    counted.update(result.state for _, result in results)
    context = {
        "form": form,
        "results": results,
        "counted": json.dumps(counted),
        "summary": summary(counted),
        "after": results[-1][0].number if results else after,
        "left": left,
        "plan": digest(left),
        "silent": bool(results) and results[-1][1].state == "left",
    }
    return page_or_fragment(request, "rooms/import_run.html", context, {"import-rest": "rooms/_import_part.html"})


def _carried_out(actor: Actor, steps: Sequence[Step]) -> list[tuple[Step, Result]]:
    """The first of `steps`, as many as go into one part; each for itself."""

    def act(step: Step) -> Room:
        if step.room is None:
            return operations.create(actor=actor, name=step.name, settings=step.settings)
        return operations.update(actor=actor, room=step.room, settings=step.settings)

    end = monotonic() + SECONDS_AT_ONCE
    results = []
    some = steps[:LINES_AT_ONCE]
    for step, result in zip(some, each(((step.name, step) for step in some), act, new=True), strict=True):
        results.append((step, result))
        if monotonic() > end:
            break
    return results


def _plan(form: TimetableForm) -> list[Step]:
    return plan(form.timetable.wishes, TemplateNames.known())


def _dry_run(form: TimetableForm) -> dict[str, object]:
    templates = TemplateNames.known()
    steps = plan(form.timetable.wishes, templates)
    kinds = Counter(step.kind for step in steps)
    return {
        "steps": [Shown(step, differing(step.changes, templates)) for step in steps],
        "kinds": kinds,
        "to_do": kinds["create"] + kinds["change"],
        "plan": digest(step for step in steps if step.kind in ("create", "change")),
        "unknown": form.timetable.unknown,
        "read_at": Room.objects.aggregate(at=Max("mirrored_at"))["at"],
    }
