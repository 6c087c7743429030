"""Opening a file of a recording or stream: the address here never expires, the one it leads to does."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables

from dashboard.decorators import export_required
from dashboard.htmx import MemberRequest
from dashboard.shortcuts import get_room
from rooms import hms, jobs
from rooms.connection import NotConfigured
from rooms.jobs import NotInRoom
from rooms.mirrors.reading import words_of
from rooms.recording_assets import opened


@sensitive_variables()
@export_required
def open_asset(request: MemberRequest, asset_id: str) -> HttpResponse:
    """On to a link made fresh for this once, by who may take files out of its room. 503 when 100ms makes none."""
    answer: HttpResponse
    try:
        file = jobs.file(asset_id)
        room = get_room(request, file.room_id, "export")
        answer = HttpResponseRedirect(opened(actor=request.user, room=room, file=file))
    except (NotInRoom, hms.NotFound) as unknown:
        raise Http404 from unknown
    except (hms.Error, NotConfigured) as problem:
        answer = render(request, "jobs/unopened.html", {"problem": words_of(problem)}, status=503)
    # The link is its own permission to read: no cache may keep it, and the storage need not know who sent us.
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
