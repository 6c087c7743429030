"""Who watched a recording: everybody, one person, one viewing with all that its player said."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from analytics import viewing_sync
from analytics.models import Video, Viewing
from analytics.recordings import ids_of
from analytics.tasks import nudge_viewings
from dashboard.csv_files import csv_file
from dashboard.decorators import export_required, member_command, member_required
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.recording_viewers import name_of, spans_of, strips, viewers
from dashboard.recording_viewers_list import COLUMNS, lines, shown
from dashboard.shortcuts import get_recording
from dashboard.viewing_words import read_viewing
from rooms.access import may
from rooms.audit import Target, note


@member_required
def index(request: MemberRequest, recording_id: str) -> HttpResponse:
    """The heat line and the table of viewers, as a page of their own."""
    recording = get_recording(request, recording_id)
    context = {**shown(request, recording), "freshness": freshness()}
    return page_or_fragment(request, "recordings/viewers.html", context, {})


@member_required
def person(request: MemberRequest, recording_id: str, key: str) -> HttpResponse:
    """One of them: what they missed, what of it they watched, and their viewings."""
    recording = get_recording(request, recording_id)
    found = viewers(recording, timezone.now())
    viewer = found.find(key)
    if viewer is None:
        raise Http404
    context = {
        "recording": recording,
        "viewers": found,
        "viewer": viewer,
        "may_export": may(request.user, "export", recording.room),
        "freshness": freshness(),
    }
    return page_or_fragment(request, "recordings/viewer.html", context, {})


@member_required
def viewing(request: MemberRequest, recording_id: str, viewing_id: str) -> HttpResponse:
    """One opening of a player, by all that it said."""
    recording = get_recording(request, recording_id)
    if "\x00" in viewing_id:
        raise Http404
    videos = Video.objects.filter(recording_id__in=ids_of(recording))
    one = get_object_or_404(Viewing.objects.select_related("video"), pk=viewing_id, video__in=videos)
    context = {
        "recording": recording,
        "viewing": one,
        "name": name_of(one),
        "told": read_viewing(one),
        "strips": strips(spans_of([one]), one.video.duration_seconds or 0),
        "freshness": freshness(),
    }
    return page_or_fragment(request, "recordings/viewing.html", context, {})


@export_required
def export(request: MemberRequest, recording_id: str) -> HttpResponseBase:
    """All viewers as a file. It leaves an audit entry: these are students."""
    recording = get_recording(request, recording_id, "export")
    found = viewers(recording, timezone.now())
    target = Target("recording", recording.pk, str(recording.room), recording.room_id)
    note(request.user, "recording_viewers.export", target, after={"people": len(found.rows)})
    return csv_file("viewers", COLUMNS, lines(found))


@member_command
def ask(request: MemberRequest, recording_id: str) -> HttpResponse:
    """Have a worker read from api.video now who watched."""
    recording = get_recording(request, recording_id, "export")
    for video in Video.objects.filter(recording_id__in=ids_of(recording), source=Video.Source.API_VIDEO):
        viewing_sync.ask(video)
    nudge_viewings()
    messages.success(request, "Who watched is being read from api.video. Open the page again in a minute.")
    return redirect("recording_viewers", recording.pk)
