"""Opening a file of a recording or stream: the address here never expires, the one it leads to does.

Where we have a copy of our own it is sent from here, also after 100ms has forgotten the file.
"""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.debug import sensitive_variables

from analytics.keeping import open_copy
from analytics.models import KeptFile
from analytics.text_files import file_of
from dashboard.decorators import export_required
from dashboard.htmx import MemberRequest
from dashboard.ranges import send
from dashboard.shortcuts import get_asset, get_room
from rooms import hms, jobs
from rooms.connection import NotConfigured
from rooms.jobs import File, NotInRoom
from rooms.mirrors.reading import words_of
from rooms.recording_assets import opened, opened_copy, played

# What a browser may show of our copies. All else it saves: what comes from outside must not run as a page of ours.
_SHOWN: Final = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".txt": "text/plain; charset=utf-8",
    ".srt": "text/plain; charset=utf-8",
}
_SAVED: Final = "application/octet-stream"


@sensitive_variables()
@export_required
def open_asset(request: MemberRequest, asset_id: str) -> HttpResponseBase:
    """On to a link made fresh for this once, by who may take files out of its room. 503 when 100ms makes none."""

    def link() -> str:
        file = jobs.file(asset_id)
        room = get_room(request, file.room_id, "export")
        return opened(actor=request.user, room=room, file=file)

    return _private(_copy(request, asset_id, is_played=False) or _redirect(request, link))


@sensitive_variables()
@export_required
def play_asset(request: MemberRequest, asset_id: str) -> HttpResponseBase:
    """The same for a player, which comes back for every jump: its opening is noted once in some hours."""

    def link() -> str:
        asset = get_asset(request, asset_id)
        return played(actor=request.user, room=asset.recording.room, file=file_of(asset))

    return _private(_copy(request, asset_id, is_played=True) or _redirect(request, link))


def _redirect(request: MemberRequest, link: Callable[[], str]) -> HttpResponse:
    try:
        return HttpResponseRedirect(link())
    except (NotInRoom, hms.NotFound) as unknown:
        raise Http404 from unknown
    except (hms.Error, NotConfigured) as problem:
        return render(request, "jobs/unopened.html", {"problem": words_of(problem)}, status=503)


def _copy(request: MemberRequest, asset_id: str, *, is_played: bool) -> HttpResponseBase | None:
    """Our own copy in answer, None where we have none."""
    kept = None if "\x00" in asset_id else KeptFile.objects.filter(pk=asset_id, state=KeptFile.State.KEPT).first()
    if kept is None:
        return None
    room = get_room(request, kept.room_id, "export")
    if (copy := open_copy(kept)) is None:
        return None
    opened_copy(actor=request.user, room=room, file=_file(kept), played=is_played)
    name = PurePosixPath(kept.name).name
    content_type = _SHOWN.get(PurePosixPath(name).suffix.lower(), _SAVED)
    answer = send(request, copy, size=copy.size, tag=kept.sha256 or f"{kept.pk}-{copy.size}", content_type=content_type)
    if disposition := content_disposition_header(as_attachment=content_type == _SAVED or not is_played, filename=name):
        answer.headers["Content-Disposition"] = disposition
    return answer


def _file(kept: KeptFile) -> File:
    return File(
        id=kept.pk, type="", status="", size=kept.size, seconds=0, created_at=kept.kept_at, room_id=kept.room_id
    )


def _private(answer: HttpResponseBase) -> HttpResponseBase:
    """The link is its own permission to read: no cache may keep it, and the storage need not know who sent us."""
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
