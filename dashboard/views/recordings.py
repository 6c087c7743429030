"""The list of recordings of all rooms; what should have been recorded is `dashboard.views.recordings_check`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from analytics.models import Recording
from dashboard.csv_files import csv_file
from dashboard.decorators import export_required, member_required
from dashboard.findings import LOOKED_BACK, found_since
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.recordings import EXPORTED, described, exported, recording_listing
from dashboard.shortcuts import recordings_for, sessions_for
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


def _lines(recordings: Iterable[Recording], now: datetime) -> Iterator[tuple[object, ...]]:
    rest = iter(recordings)
    while some := list(islice(rest, _AT_ONCE)):
        yield from (exported(row) for row in described(some, now))
