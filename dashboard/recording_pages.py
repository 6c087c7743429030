"""Where the pages of recordings are."""

from typing import Final

from django.urls import reverse

from analytics.models import Recording

# Whose job at 100ms has a page, from which it is stopped; other kinds have none.
_JOB_PAGES: Final = {Recording.Kind.BROWSER: "recording", Recording.Kind.HLS: "live_stream"}


def recording_url(recording: Recording | str) -> str:
    """The page of a recording, or of the one that goes by this id."""
    recording_id = recording if isinstance(recording, str) else recording.pk
    return reverse("recording_page", args=[recording_id])


def job_url(recording: Recording) -> str:
    """The page of its job; "" where the API knows none."""
    page = _JOB_PAGES.get(Recording.Kind(recording.kind), "")
    return reverse(page, args=[recording.room_id, recording.job_id]) if page and recording.job_id else ""
