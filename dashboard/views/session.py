"""A session: when it ran, who was there, who had mic, camera and screen on, who dropped and why."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime

from analytics.instants import to_datetime
from analytics.people import ORDERS
from analytics.thin_rows import overview
from dashboard.activity import activity
from dashboard.crowd import SIZES, sections
from dashboard.decorators import member_required
from dashboard.detail import detail_of
from dashboard.htmx import POLLING_STOPPED, MemberRequest, page_or_fragment
from dashboard.intervals import intervals
from dashboard.parts import Part, anchor, changes, held
from dashboard.reading import Reading, read
from dashboard.run_detail import run_detail, run_rows
from dashboard.times import zone_words


@member_required
def detail(request: MemberRequest, session_id: str) -> HttpResponse:
    reading = read(request, session_id)
    fragments = {"drawing": "sessions/_timeline.html", "table": "sessions/_activity.html"}
    return page_or_fragment(request, "sessions/session.html", context(reading), fragments)


@member_required
def live(request: MemberRequest, session_id: str) -> HttpResponse:
    """What changed since the page was drawn, by the digests it sends; when all is final it asks no more."""
    reading = read(request, session_id)
    if not request.htmx:
        return redirect(f"{reverse('session', args=[session_id])}?{request.GET.urlencode()}")
    shown = context(reading)
    if request.GET.get("shape") != shown["shape"]:  # the page must be drawn anew: lanes became groups
        return HttpResponse(headers={"HX-Refresh": "true"})
    have = held(request.GET.get("have", ""))
    body = "".join(changes(parts(shown), {**shown, "request": request}, have))
    return HttpResponse(
        body,
        status=200 if reading.is_watched else POLLING_STOPPED,
        headers={"Cache-Control": "private, no-store"},
    )


@member_required
def card(request: MemberRequest, session_id: str) -> HttpResponse:
    """One person's detail card; opened by itself it is the page with the card open."""
    reading = read(request, session_id)
    asked = reading.asked
    if not request.htmx:
        return redirect(f"{reverse('session', args=[session_id])}?{request.GET.urlencode()}#timeline")
    lane = next((lane for lane in reading.timeline.lanes if lane.person.key == asked.person), None)
    if lane is None:
        return HttpResponse(status=204)
    detail = detail_of(lane, reading.frame, asked.at, reading.zone)
    response = render(request, "sessions/_card.html", {**context(reading), "lane": lane, "detail": detail})
    response["Cache-Control"] = "private, no-store"
    return response


def context(reading: Reading) -> dict[str, Any]:
    """All that the page's templates speak of."""
    asked, timeline = reading.asked, reading.timeline
    opened = next((lane for lane in timeline.lanes if lane.person.key == asked.person), None)
    shape = _shape(reading)
    cut = sections(
        timeline.groups if shape == "groups" else (),
        opened={*timeline.found, asked.person},
        whole=asked.whole,
        size=asked.size,
        stretched=reading.stretched if reading.frame.is_live else {},
    )
    table = activity(reading)
    started = localtime(to_datetime(reading.frame.started_at), reading.zone)
    zone = zone_words(started, reading.zone)
    return {
        "reading": reading,
        "session": reading.session,
        "frame": reading.frame,
        "asked": asked,
        "timeline": timeline,
        "axis": timeline.axis,
        "page_url": reverse("session", args=[reading.session.pk]),
        "shape": shape,
        "day_words": f"{started:%A} {started.day} {started:%B %Y}",
        "zone_words": zone,
        "zone_place": zone.partition(" (")[0],
        "orders": {key: words for key, (words, _) in ORDERS.items()},
        "order_words": ORDERS[asked.sort][0],
        "kept": asked.kept,
        "common_role": reading.common_role,
        "sum_devices": any(stay.device for stay in reading.stays),
        "sizes": SIZES,
        "overview": overview(timeline.groups) if shape == "groups" else None,
        "intervals": intervals(reading) if shape == "table" else None,
        "activity": table,
        "run_detail": run_detail(reading),
        "run_rows": run_rows(reading) if shape == "none" or (shape == "table" and asked.part == 1) else (),
        "was_recorded": asked.at is not None and reading.recorded.covers(asked.at),
        "playing": None if asked.at is None else reading.recorded.playing(asked.at),
        "detail": detail_of(opened, reading.frame, asked.at, reading.zone) if opened else None,
        "parts": {name: Part(name.replace("_", "-"), f"sessions/_{name}.html") for name in _fixed(shape)},
        "lanes": [
            Part(
                f"lane-{anchor(lane.person.key)}", "sessions/_lane.html", {"lane": lane, "size": "full"}, "lanes", "ol"
            )
            for lane in (timeline.lanes if shape == "lanes" else ())
        ],
        "groups": [
            Part(f"group-{section.group.key}", "sessions/_group.html", {"section": section}, "groups")
            for section in cut
        ],
        "rows": [
            Part(f"row-{anchor(row.person.key)}", "sessions/_activity_row.html", {"row": row}, "people", "table")
            for row in table.rows
        ],
    }


def _shape(reading: Reading) -> str:
    """Which of the timeline's faces is shown; a running page that takes on another is drawn anew."""
    if not reading.timeline.people:
        return "none"
    if reading.asked.table:
        return "table"
    return "groups" if reading.timeline.is_crowd else "lanes"


def _fixed(shape: str) -> tuple[str, ...]:
    """The parts that stand on every page of this shape."""
    always = ("asof", "head_sub", "late", "watch", "facts", "moments", "count", "people_count")
    if shape in ("table", "none"):
        return (*always, "intervals")
    return (*always, "axis", "grid", "so_far_lines", "runs", "at_once")


def parts(shown: dict[str, Any]) -> Iterator[Part]:
    """All parts of the page as it is asked for."""
    yield from shown["parts"].values()
    yield from (*shown["lanes"], *shown["groups"], *shown["rows"])
