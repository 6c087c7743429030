"""The video at api.video that shows a recording: linked and unlinked by ops."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from analytics import video_links
from analytics.models import Recording, Video
from analytics.recordings import ids_of
from analytics.tasks import nudge_viewings
from analytics.video_links import LinkedElsewhere, NotAVideo
from analytics.viewing_sources import NotConfigured, api_video
from dashboard.decorators import ops_form
from dashboard.forms.recording_video import VideoForm
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.shortcuts import get_recording
from rooms import hms


@ops_form
def link(request: MemberRequest, recording_id: str) -> HttpResponse:
    """GET asks for the video; POST looks whether api.video has it, and links it."""
    recording = get_recording(request, recording_id, "operate")
    form = VideoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["video"]
            video = video_links.link(actor=request.user, recording=recording, text=text, client=api_video())
        except (hms.Error, NotAVideo, LinkedElsewhere, NotConfigured) as problem:
            form.add_error("video", in_words(problem))
        else:
            nudge_viewings()
            words = f"“{video}” is linked. Who watched it is read within a minute."
            return done(request, _back(recording), words)
    context = {"recording": recording, "form": form}
    return page_or_fragment(request, "recordings/link.html", context, {"dialog": "recordings/_link.html"})


@ops_form
def unlink(request: MemberRequest, recording_id: str, video_id: str) -> HttpResponse:
    """GET says what is forgotten; POST does it."""
    recording = get_recording(request, recording_id, "operate")
    videos = Video.objects.filter(recording_id__in=ids_of(recording), source=Video.Source.API_VIDEO)
    video = get_object_or_404(videos, video_id=video_id.replace("\x00", ""))
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words = f"“{video}” is no longer linked."
        video_links.unlink(actor=request.user, recording=recording, video=video)
        return done(request, _back(recording), words)
    context = {"recording": recording, "video": video, "viewings": video.viewings.count(), "form": form}
    return page_or_fragment(request, "recordings/unlink.html", context, {"dialog": "recordings/_unlink.html"})


def in_words(problem: Exception) -> str:
    """What api.video, or our own look at what was typed, says no to."""
    match problem:
        case NotAVideo():
            return "This is neither the id of a video nor an address with one in it."
        case LinkedElsewhere():
            return "This video shows another recording already. Unlink it there first."
        case hms.NotFound():
            return "api.video has no such video, or the key belongs to another workspace (sandbox or production)."
        case hms.Unauthorized():
            return "api.video does not take our key. Check API_VIDEO_KEY, and that API_VIDEO_URL is the host it is for."
        case hms.RateLimited():
            return "api.video asks to wait. Nothing was linked; try again in a minute."
        case hms.Error():
            return "api.video did not answer, so nothing was linked. Try again in a minute."
    return f"{problem}."


def _back(recording: Recording) -> str:
    return reverse("recording_viewers", args=[recording.pk])
