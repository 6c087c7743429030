"""The page of one recording: its film, its chapters, what was said in it, and who spoke."""

from typing import Any

from csp.constants import SELF
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode

from analytics import instants
from analytics.chapters import chapter_at
from analytics.models import TextFile
from analytics.playhead import parse
from analytics.text_files import KINDS, read_kind
from dashboard.captions import captions
from dashboard.decorators import export_required, member_command, member_required
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.recording import RecordingReading, read
from dashboard.recording_talk import talk
from dashboard.recording_texts import Script, script, texts_of
from dashboard.recording_viewers_list import shown as viewers_shown
from dashboard.shortcuts import get_recording
from rooms.access import may


@member_required
def detail(request: MemberRequest, recording_id: str) -> HttpResponseBase:
    recording = get_recording(request, recording_id)
    if recording.pk != recording_id:
        return redirect(_with(reverse("recording_page", args=[recording.pk]), request))
    now = timezone.now()
    reading = read(recording, now=now)
    may_export = may(request.user, "export", recording.room)
    there = texts_of(reading.assets)
    shown, transcript = script(recording, there, request.GET), there.get(TextFile.Kind.TRANSCRIPT)
    at = parse(request.GET.get("t", ""))
    answer = page_or_fragment(
        request,
        "recordings/recording.html",
        {
            **viewers_shown(request, recording),
            **_of_script(reading, shown),
            "may_export": may_export,
            "may_operate": may(request.user, "operate"),
            "reading": reading,
            "film": reading.film(request.GET.get("film", "")) if may_export else None,
            "at": at,
            "chapter_now": chapter_at(reading.chapters, round((at or 0) * instants.SECOND)),
            "has_captions": transcript is not None and transcript.is_read,
            "talk": talk(reading, transcript),
            "zone": timezone.get_current_timezone(),
            "freshness": freshness(now),
        },
        {},
    )
    # The one page that plays films; where they come from is said by the settings.
    answer._csp_update = {"media-src": [SELF, *settings.MEDIA_ORIGINS]}  # type: ignore[attr-defined]
    return answer


@export_required
def text(request: MemberRequest, recording_id: str) -> HttpResponseBase:
    """What was said or written, as a part of the page: searched, another tab, or read from its file for the first
    time."""
    recording = get_recording(request, recording_id, "export")
    if not request.htmx:
        return redirect(_with(reverse("recording_page", args=[recording.pk]), request))
    now = timezone.now()
    reading = read(recording, now=now)
    shown, problem = script(recording, texts_of(reading.assets), request.GET), ""
    if shown.text is not None and shown.text.file is None:
        problem = read_kind(recording, shown.text.kind, now=now)
        shown = script(recording, texts_of(reading.assets), request.GET)
    context = {**_of_script(reading, shown), "may_export": True, "problem": problem, "was_asked": True}
    answer = page_or_fragment(request, "recordings/_script.html", context, {"script-lines": "recordings/_lines.html"})
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@member_command
def read_text(request: MemberRequest, recording_id: str, text_kind: str) -> HttpResponse:
    """Read a file again that could not be read, or for the first time where no script runs."""
    recording = get_recording(request, recording_id, "export")
    if text_kind not in KINDS:
        raise Http404
    problem = read_kind(recording, KINDS[text_kind], now=timezone.now())
    if problem:
        messages.error(request, problem)
    url = f"{reverse('recording_page', args=[recording.pk])}?{urlencode({'tab': text_kind})}#script"
    return done(request, url, "" if problem else f"The {text_kind} was read.")


@export_required
def captions_vtt(request: MemberRequest, recording_id: str) -> HttpResponse:
    """What was said, for the player to write under the picture."""
    recording = get_recording(request, recording_id, "export")
    reading = read(recording, now=timezone.now())
    found = texts_of(reading.assets).get(TextFile.Kind.TRANSCRIPT)
    if found is None or found.file is None or found.file.content is None:
        raise Http404
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(
        captions(recording, found.file.content), content_type="text/vtt; charset=utf-8", headers=headers
    )


def _of_script(reading: RecordingReading, shown: Script) -> dict[str, Any]:
    return {
        "recording": reading.recording,
        "room": reading.recording.room,
        "reading": reading,
        "script": shown,
        "page_url": reverse("recording_page", args=[reading.recording.pk]),
        "text_url": reverse("recording_text", args=[reading.recording.pk]),
    }


def _with(url: str, request: MemberRequest) -> str:
    asked = request.GET.urlencode()
    return f"{url}?{asked}" if asked else url
