"""Live and external streams of all rooms, one of them in full, and whether encoders are connected.

What runs in a room now, and what stops it, is on the room's page of jobs.
"""

from collections.abc import Iterable, Iterator

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from analytics import queries
from analytics.models import Stream
from dashboard.csv_files import csv_file
from dashboard.decorators import export_required, member_required
from dashboard.encoders import encoders_for
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.shortcuts import get_stream, streams_for
from dashboard.streams import events, shown, stream_listing
from rooms.access import may, rooms_for

_COLUMNS = (
    "stream_id", "job_id", "kind", "room_id", "room", "session_id", "state", "started_by", "ordered_at", "started_at",
    "stopped_at", "seconds", "stopped_by", "ended", "sent_to", "recording_id", "recording_state",
)  # fmt: skip
_CHUNK = 500


@member_required
def index(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    listing = stream_listing(request, streams_for(request.user), rooms=rooms_for(request.user))
    context = {
        "listing": listing,
        "streams": shown(listing.page, now),
        "freshness": freshness(now),
        "may_export": may(request.user, "export"),
        "may_operate": may(request.user, "operate"),
        # Not asked for by the parts that are read again every few seconds.
        "encoders": SimpleLazyObject(
            lambda: encoders_for(request.user, now, every=request.GET.get("encoders") == "all")
        ),
    }
    fragments = {"list": "streams/_list.html", "rows": "streams/_rows.html"}
    return page_or_fragment(request, "streams/index.html", context, fragments, listing.here)


@export_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it, of the rooms from which this viewer may take something out."""
    listing = stream_listing(request, streams_for(request.user, "export"), rooms=rooms_for(request.user, "export"))
    return csv_file("streams", _COLUMNS, _lines(listing.rows.iterator(chunk_size=_CHUNK)))


@member_required
def detail(request: MemberRequest, stream_id: str) -> HttpResponse:
    """All that is known of one stream. Any other id of it leads here."""
    stream = get_stream(request, stream_id)
    if stream.pk != stream_id:
        return redirect("stream", stream.pk)
    now = timezone.now()
    (one,) = shown([stream], now)
    operates = may(request.user, "operate")
    context = {
        "stream": stream,
        "one": one,
        "room": stream.room,
        "session": one.session,
        "frame": queries.frame(one.session, now) if one.session else None,
        "events": events(stream) if operates else [],
        "may_operate": operates,
        "may_act": may(request.user, "act", stream.room),
        "may_export": may(request.user, "export", stream.room),
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "streams/stream.html", context, {})


def _lines(streams: Iterable[Stream]) -> Iterator[tuple[object, ...]]:
    chunk: list[Stream] = []
    for stream in streams:
        chunk.append(stream)
        if len(chunk) == _CHUNK:
            yield from _written(chunk)
            chunk = []
    yield from _written(chunk)


def _written(chunk: list[Stream]) -> Iterator[tuple[object, ...]]:
    for one in shown(chunk, timezone.now()):
        row = one.stream
        yield (
            row.pk,
            row.job_id,
            row.kind,
            row.room_id,
            str(row.room),
            row.session_id,
            one.state.word,
            one.started_by,
            row.created_at,
            row.started_at,
            row.stopped_at,
            one.length.total_seconds() if one.length is not None else None,
            one.stopped_by,
            one.trouble.cause if one.trouble else one.ended,
            "; ".join(one.outputs),
            row.recording_id,
            one.recording_state.word if one.recording_state else "",
        )
