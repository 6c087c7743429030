"""Starting, pausing and stopping recordings and streams of a room.

The kinds differ in their words, their form and the operation that is called; each view is made of these at the end.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from analytics.presence import presence
from dashboard.decorators import member_command, member_form
from dashboard.forms.jobs import NAMES, ExternalStreamForm, LiveStreamForm, MetadataForm, RecordingForm, StartForm
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.job_reading import read
from dashboard.job_words import WORDS
from dashboard.jobs import shown
from dashboard.refusals import Problem, in_words, land
from dashboard.shortcuts import get_room
from rooms import hms, jobs
from rooms.connection import NotConfigured
from rooms.job_changes import AllStopped, Stopped
from rooms.jobs import Kind, NotInRoom
from rooms.models import Room
from rooms.operations import external_streams, live_streams, recordings

Door = Callable[..., HttpResponseBase]


def _start(kind: Kind, form_of: type[StartForm], operation: Callable[..., Any]) -> Door:
    """GET asks with what; POST starts it, unless one runs.

    The addresses hold stream keys: a refused form comes back without them, and no report of an error has them.
    """

    @sensitive_variables()
    @sensitive_post_parameters()
    @member_form
    def start(request: MemberRequest, /, room_id: str) -> HttpResponse:
        room = get_room(request, room_id, "act")
        form = form_of(request.POST if request.method == "POST" else None)
        noun = WORDS[kind].noun
        if form.is_valid():
            try:
                # From the cockpit it is meant for the session that is seen there.
                seen = _from_live(request)
                operation(actor=request.user, room=room, settings=form.settings(), while_active=seen)
            except (hms.Error, ValueError, NotConfigured) as problem:
                if _is_unsure(problem):
                    return _unsure(request, room, kind)
                _land(form, problem, kind)
            else:
                return done(request, _back(request, room), f"The {noun} is starting. It runs within a few seconds.")
        look = jobs.look(room, now=timezone.now())
        runs = shown(room, [job for job in look.found if job.kind == kind and job.is_active])
        main = [form[name] for name in form.main]
        rest = [field for field in form if field.name not in form.main]
        wrong = any(field.errors for field in rest)
        context = {"runs": runs, "main": main, "rest": rest, "rest_open": wrong, "look": look}
        return _dialog(request, room, kind, "jobs/_start.html", form, context)

    return start


def _stop(kind: Kind, operation: Callable[..., Stopped]) -> Door:
    """GET names what follows; POST stops the one that was named. The URL names it by what the operation calls it."""

    @member_form
    def stop(request: MemberRequest, /, room_id: str, **named: str) -> HttpResponse:
        room = get_room(request, room_id, "act")
        [job_id] = named.values()
        form = forms.Form(request.POST if request.method == "POST" else None)
        noun = WORDS[kind].noun
        if form.is_valid():
            try:
                stopped = operation(actor=request.user, room=room, **named)
            except NotInRoom as unknown:
                raise Http404 from unknown
            except (hms.Error, ValueError, NotConfigured) as problem:
                if _is_unsure(problem):
                    return _unsure(request, room, kind)
                _land(form, problem, kind)
            else:
                said = f"The {noun} is being stopped." if stopped.new else f"The {noun} was over already."
                return done(request, _back(request, room), said)
        job, unread = read(room, kind, job_id)
        one = next(iter(shown(room, [job])), None) if job else None
        context = {"one": one, "job_id": job_id, "unread": unread, "people": _people(job)}
        return _dialog(request, room, kind, "jobs/_stop.html", form, context)

    return stop


def _stop_all(kind: Kind, operation: Callable[..., AllStopped]) -> Door:
    """GET names those that run; POST stops all of them."""

    @member_form
    def stop_all(request: MemberRequest, /, room_id: str) -> HttpResponse:
        room = get_room(request, room_id, "act")
        form = forms.Form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                stopped = operation(actor=request.user, room=room)
            except (hms.Error, ValueError, NotConfigured) as problem:
                if _is_unsure(problem):
                    return _unsure(request, room, kind)
                _land(form, problem, kind)
            else:
                if stopped.error:
                    messages.warning(request, f"Not all are being stopped. 100ms says: {stopped.error}")
                return done(request, _back(request, room), f"Being stopped: {len(stopped.jobs)}.")
        look = jobs.look(room, now=timezone.now())
        runs = shown(room, [job for job in look.found if job.kind == kind and job.is_active])
        return _dialog(request, room, kind, "jobs/_stop_all.html", form, {"runs": runs, "look": look})

    return stop_all


def _command(kind: Kind, operation: Callable[..., object], said: str) -> Door:
    """Done at a press, without a question before; `said` when it went well."""

    @member_command
    def command(request: MemberRequest, /, room_id: str, **named: str) -> HttpResponse:
        room = get_room(request, room_id, "act")
        try:
            operation(actor=request.user, room=room, **named)
        except NotInRoom as unknown:
            raise Http404 from unknown
        except (hms.Error, ValueError, NotConfigured) as problem:
            messages.error(request, _special(problem, kind) or in_words(problem))
        else:
            messages.success(request, said)
        return redirect(_back(request, room))

    return command


@member_form
def send_metadata(request: MemberRequest, room_id: str, stream_id: str) -> HttpResponse:
    """A text into a live stream that runs."""
    room = get_room(request, room_id, "act")
    form = MetadataForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            live_streams.send_metadata(
                actor=request.user,
                room=room,
                stream_id=stream_id,
                payload=form.cleaned_data["payload"],
                duration=form.cleaned_data["duration"],
            )
        except NotInRoom as unknown:
            raise Http404 from unknown
        except (hms.Error, ValueError, NotConfigured) as problem:
            if _is_unsure(problem):
                return _unsure(request, room, Kind.LIVE, "The text may have been sent or not; look at the stream.")
            _land(form, problem, Kind.LIVE)
        else:
            return done(request, _back(request, room), "The text is on its way into the live stream.")
    return _dialog(request, room, Kind.LIVE, "jobs/_metadata.html", form, {"stream_id": stream_id})


def _is_unsure(problem: Problem) -> bool:
    """Nobody knows whether 100ms has done it."""
    return isinstance(problem, hms.ConnectionFailed | hms.ServerFailed | hms.UnreadableAnswer)


def _unsure(request: MemberRequest, room: Room, kind: Kind, said: str = "") -> HttpResponse:
    """100ms is read again, and the page says what runs now."""
    look = jobs.look(room, now=timezone.now())
    noun = WORDS[kind].noun
    runs = any(job.kind == kind and job.status in ("starting", "running") for job in look.found)
    if look.problem:
        found = f"And it cannot be read now: {look.problem}. Look again before you try again."
    elif said:
        found = said
    elif runs:
        found = f"It was read again: {WORDS[kind].one} runs now."
    else:
        found = f"It was read again: no {noun} runs now. Look once more in half a minute before you try again."
    messages.error(request, f"100ms did not answer whether this was done. {found}")
    return done(request, _back(request, room))


def _land(form: forms.Form, problem: Problem, kind: Kind) -> None:
    special = _special(problem, kind)
    if special:
        form.add_error(None, special)
    else:
        land(form, problem, NAMES)


def _special(problem: Problem, kind: Kind) -> str:
    """What 100ms's words mean here, where they say little; else ""."""
    noun = WORDS[kind].noun
    if isinstance(problem, hms.Conflict):
        return f"Somebody was quicker: 100ms says that {WORDS[kind].one} runs in this room by now. Nothing was started."
    if isinstance(problem, hms.NotFound) and "beam" in problem.message:
        return f"No {noun} runs any more: it has ended by itself. Nothing was changed."
    if isinstance(problem, hms.Forbidden) and "disabled" not in problem.message.lower():
        return "100ms does not allow it: the room or the account may not do this. Nothing was changed."
    return ""


def _people(job: jobs.Job | None) -> int:
    """How many are in the session of a job, as our events tell."""
    if job is None or not job.session_id:
        return 0
    found = presence([job.session_id], timezone.now()).get(job.session_id)
    return found.people if found else 0


def _back(request: MemberRequest, room: Room) -> str:
    """The page that the button was on."""
    return reverse("room_live" if _from_live(request) else "room_jobs", args=[room.pk])


def _from_live(request: MemberRequest) -> bool:
    return request.POST.get("back", request.GET.get("back")) == "live"


def _dialog(
    request: MemberRequest, room: Room, kind: Kind, dialog: str, form: forms.Form, context: Mapping[str, Any]
) -> HttpResponse:
    whole = {
        **context,
        "room": room,
        "kind": kind,
        "words": WORDS[kind],
        "form": form,
        "dialog": dialog,
        "back": "live" if _from_live(request) else "",
        "back_url": _back(request, room),
    }
    return page_or_fragment(request, "jobs/dialog.html", whole, {"dialog": dialog})


start_recording = _start(Kind.RECORDING, RecordingForm, recordings.start)
start_live_stream = _start(Kind.LIVE, LiveStreamForm, live_streams.start)
start_external_stream = _start(Kind.EXTERNAL, ExternalStreamForm, external_streams.start)

stop_recording = _stop(Kind.RECORDING, recordings.stop)
stop_live_stream = _stop(Kind.LIVE, live_streams.stop)
stop_external_stream = _stop(Kind.EXTERNAL, external_streams.stop)

stop_recordings = _stop_all(Kind.RECORDING, recordings.stop_all)
stop_live_streams = _stop_all(Kind.LIVE, live_streams.stop_all)
stop_external_streams = _stop_all(Kind.EXTERNAL, external_streams.stop_all)

pause_recording = _command(
    Kind.RECORDING, recordings.pause, "The recording is paused: what happens from now on is not in its file."
)
resume_recording = _command(Kind.RECORDING, recordings.resume, "The recording goes on.")
pause_stream_recording = _command(
    Kind.LIVE,
    live_streams.pause_recording,
    "The recording of the live stream is paused; the stream itself goes on.",
)
resume_stream_recording = _command(
    Kind.LIVE, live_streams.resume_recording, "The recording of the live stream goes on."
)
