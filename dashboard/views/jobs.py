"""Recordings and streams of a room, read from 100ms: what runs, what ran, one of them in full.

What changes them is in `job_changes`.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2s
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django_htmx.http import reswap

from analytics.models import Recording
from dashboard.audit_words import settings_changed
from dashboard.csv_files import csv_file
from dashboard.decorators import export_required, member_required
from dashboard.file_words import file_words
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.job_reading import read
from dashboard.job_words import WORDS, Words
from dashboard.jobs import Shown, shown
from dashboard.shortcuts import get_room, sessions_for
from dashboard.troubles import step_of
from rooms import hms, jobs
from rooms.access import may
from rooms.connection import NotConfigured
from rooms.jobs import Job, Kind, Look
from rooms.mirrors.reading import words_of
from rooms.models import Room

_COLUMNS: Final = (
    "room_id", "room", "kind", "id", "session_id", "state", "started_by", "ordered_at", "started_at", "stopped_at",
    "seconds", "bytes", "kept", "ended", "files",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """The jobs of one kind."""

    kind: Kind
    words: Words
    jobs: tuple[Shown, ...]

    @property
    def is_cut(self) -> bool:
        """100ms may have more."""
        return len(self.jobs) >= jobs.NEWEST


@member_required
def of_room(request: MemberRequest, room_id: str) -> HttpResponse:
    """What runs now, and all that ran of late."""
    room = get_room(request, room_id)
    now = timezone.now()
    look = jobs.look(room, now=now)
    # One answer that does not come is enough to wait for.
    files = Look() if look.problem else jobs.look_at_files(room, now=now)
    groups = _grouped(shown(room, look.found, files.found))
    context = {
        **_running(request, room, look, groups),
        "groups": groups,
        "freshness": look,
        "files_problem": files.problem,
    }
    return page_or_fragment(request, "jobs/room.html", context, {"jobs-ran": "jobs/_ran.html"})


@export_required
def export(request: MemberRequest, room_id: str) -> HttpResponseBase:
    """The list of one kind as shown, `?kind=`, or of all; no file while nothing could be read."""
    room = get_room(request, room_id, "export")
    now = timezone.now()
    look = jobs.look(room, now=now)
    if look.as_of is None:
        return redirect("room_jobs", room.pk)
    files = Look() if look.problem else jobs.look_at_files(room, now=now)
    groups = _grouped(shown(room, look.found, files.found))
    wanted = [group for group in groups if request.GET.get("kind", group.kind) == group.kind]
    rows = [_line(room, one) for group in wanted for one in group.jobs]
    return csv_file("recordings_and_streams", _COLUMNS, rows)


@member_required
def panel(request: MemberRequest, room_id: str) -> HttpResponse:
    """What runs now, as a part of other pages that asks again by itself; `?back=live` leads its buttons there."""
    room = get_room(request, room_id)
    if not request.htmx:
        return redirect("room_jobs", room.pk)
    look = jobs.look(room, now=timezone.now())
    context = _running(request, room, look, _grouped(shown(room, [job for job in look.found if job.is_active])))
    if request.GET.get("have") == context["digest"]:
        # Nothing but the stamp is new: what the reader has under the pointer stays.
        answer = reswap(render(request, "jobs/_stamp.html", {"look": look, "fragment": "jobs-stamp"}), "none")
    else:
        answer = render(request, "jobs/_running.html", context)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@member_required
def recording(request: MemberRequest, room_id: str, recording_id: str) -> HttpResponse:
    """One recording with what it was started with."""
    room = get_room(request, room_id)
    job, problem = read(room, Kind.RECORDING, recording_id)
    config: dict[str, Any] = {}
    if job is not None and not problem:
        try:
            config = jobs.config(job)
        except (hms.Error, NotConfigured) as failed:
            problem = words_of(failed)
    return _page(request, room, Kind.RECORDING, recording_id, job, problem, config)


@member_required
def live_stream(request: MemberRequest, room_id: str, stream_id: str) -> HttpResponse:
    room = get_room(request, room_id)
    job, problem = read(room, Kind.LIVE, stream_id)
    return _page(request, room, Kind.LIVE, stream_id, job, problem, {})


@member_required
def external_stream(request: MemberRequest, room_id: str, stream_id: str) -> HttpResponse:
    room = get_room(request, room_id)
    job, problem = read(room, Kind.EXTERNAL, stream_id)
    return _page(request, room, Kind.EXTERNAL, stream_id, job, problem, {})


def _line(room: Room, one: Shown) -> tuple[object, ...]:
    job = one.job
    became = one.trouble.cause if one.trouble else one.ended
    files = "; ".join(file_words(file) for file in one.files)
    times = (job.created_at, job.started_at, job.stopped_at)
    whole = (room.pk, str(room), job.kind.value, job.id, job.session_id, one.state.word, one.started_by, *times)
    return (*whole, one.seconds or None, one.size or None, one.keeps, became, files)


def _page(
    request: MemberRequest, room: Room, kind: Kind, job_id: str, job: Job | None, problem: str, config: dict[str, Any]
) -> HttpResponse:
    one = next(iter(shown(room, [job])), None) if job else None
    context = {
        "room": room,
        "kind": kind,
        "words": WORDS[kind],
        "job_id": job_id,
        "one": one,
        "problem": problem,
        "config": settings_changed({}, config),
        "step": step_of(one.trouble, room) if one and one.trouble else None,
        "freshness": None if problem else Look(as_of=timezone.now()),
        "may_act": may(request.user, "act", room),
        "may_operate": may(request.user, "operate"),
        "may_export": may(request.user, "export", room),
        "recording": Recording.objects.filter(room=room, job_id=job_id).order_by("pk").first() if job_id else None,
        "known_session": job is not None and sessions_for(request.user).filter(pk=job.session_id).exists(),
    }
    answer = render(request, "jobs/job.html", context)
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _grouped(every: list[Shown]) -> list[Group]:
    return [Group(kind, words, tuple(one for one in every if one.job.kind == kind)) for kind, words in WORDS.items()]


def _running(request: MemberRequest, room: Room, look: Look, groups: list[Group]) -> dict[str, Any]:
    running = [
        Group(group.kind, group.words, tuple(one for one in group.jobs if one.job.is_active)) for group in groups
    ]
    context = {
        "room": room,
        "look": look,
        "running": running,
        "may_act": may(request.user, "act", room),
        "may_export": may(request.user, "export", room),
        "back": "live" if request.GET.get("back") == "live" else "",
    }
    minute = timezone.now().replace(second=0, microsecond=0) if any(group.jobs for group in running) else timedelta()
    drawn_from = repr(
        (room.enabled, running, look.problem, look.as_of is None, context["may_act"], context["may_export"], minute)
    )
    return {**context, "digest": blake2s(drawn_from.encode(), digest_size=6).hexdigest()}
