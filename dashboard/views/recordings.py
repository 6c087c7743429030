"""The list of recordings of all rooms; what should have been recorded is `dashboard.views.recordings_check`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from analytics import keeping
from analytics.models import Recording
from analytics.tasks import nudge_keeping
from dashboard.csv_files import csv_file
from dashboard.decorators import export_required, member_required, ops_command
from dashboard.findings import LOOKED_BACK, found_since
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.recordings import EXPORTED, described, exported, recording_listing
from dashboard.shortcuts import get_recording, recordings_for, sessions_for
from rooms.access import may, rooms_for

_AT_ONCE: Final = 200  # rows of a file made together


@member_required
def index(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    listing = recording_listing(request, recordings_for(request.user), rooms=rooms_for(request.user))
    context = {
        "listing": listing,
        "rows": described(listing.page, now),
        "may_export": may(request.user, "export"),
        "may_operate": may(request.user, "operate"),
        "freshness": freshness(now),
    }
    if not request.htmx:
        context["findings"] = found_since(sessions_for(request.user), now - LOOKED_BACK, now)
    fragments = {"list": "recordings/_list.html", "rows": "recordings/_rows.html"}
    return page_or_fragment(request, "recordings/index.html", context, fragments, listing.here)


@export_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it, without a link to any file."""
    mine = rooms_for(request.user, "export")
    listing = recording_listing(request, recordings_for(request.user, "export"), rooms=mine)
    return csv_file("recordings", EXPORTED, _lines(listing.rows.iterator(_AT_ONCE), timezone.now()))


@ops_command
def keep(request: MemberRequest, recording_id: str) -> HttpResponse:
    """Have its files copied to our own storage now, whatever the setting says."""
    recording = get_recording(request, recording_id, "operate")
    ordered = keeping.order(recording, actor=request.user)
    if ordered:
        nudge_keeping()
        messages.success(request, f"{ordered} file{'' if ordered == 1 else 's'} of {recording.room} will be copied.")
    elif not keeping.files_of(recording).exists():
        messages.warning(request, f"There is no file to copy of this recording of {recording.room}.")
    else:
        messages.info(request, f"Every file of this recording of {recording.room} that can be copied is on its way.")
    back = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(back) if known else redirect("recordings")


def _lines(recordings: Iterable[Recording], now: datetime) -> Iterator[tuple[object, ...]]:
    rest = iter(recordings)
    while some := list(islice(rest, _AT_ONCE)):
        yield from (exported(row) for row in described(some, now))
