"""The viewers of a recording as their table shows them: sorted, page by page, and all of them as a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from analytics import instants
from analytics.models import Recording, Video
from analytics.people import folded
from dashboard.htmx import MemberRequest
from dashboard.recording_viewers import RecordingViewer, Viewers, viewers
from rooms.access import may

PAGE: Final = 100

COLUMNS: Final = (
    "user_id", "name", "was_in_the_session", "missed_seconds", "caught_up_seconds", "caught_up", "seen_share",
    "time_spent_seconds", "stopped_at_seconds", "last_watched_at", "viewings",
)  # fmt: skip

_SORTS: Final[dict[str, tuple[str, Callable[[RecordingViewer], Any], bool]]] = {
    "name": ("Person", lambda row: folded(row.label), False),
    "missed": ("Missed", lambda row: row.missed_micros, True),
    "seen": ("Seen", lambda row: row.seen, True),
    "spent": ("Time spent", lambda row: row.watched_micros, True),
    "last": ("Last watched", lambda row: row.last_watched_at or datetime.min.replace(tzinfo=UTC), True),
}
DEFAULT: Final = "missed"


@dataclass(frozen=True, slots=True)
class Head:
    """A column to sort by: its words, and where a click leads."""

    words: str
    url: str
    chosen: str  # "ascending", "descending" or ""


@dataclass(frozen=True)
class ViewersList:
    """One page of the table; `heads` by the key of their column."""

    page: Page[RecordingViewer]
    heads: dict[str, Head]
    previous_url: str
    next_url: str


def shown(request: MemberRequest, recording: Recording) -> dict[str, Any]:
    """What `recordings/_heat.html` and `recordings/_viewers.html` show, on whichever page they stand."""
    found = viewers(recording, timezone.now())
    return {
        "recording": recording,
        "viewers": found,
        "viewers_list": listed(request, reverse("recording_viewers", args=[recording.pk]), found),
        "may_export": may(request.user, "export", recording.room),
        "may_operate": may(request.user, "operate"),
        "at_api_video": [video for video in found.videos if video.source == Video.Source.API_VIDEO],
    }


def listed(request: HttpRequest, path: str, found: Viewers) -> ViewersList:
    """As the address asks: `?sort=name` or `-name`, `?page=2`; what makes no sense means the usual."""
    asked = request.GET.get("sort", "")
    key = asked.removeprefix("-") if asked.removeprefix("-") in _SORTS else DEFAULT
    down = asked.startswith("-") if key == asked.removeprefix("-") else _SORTS[DEFAULT][2]
    page = Paginator(ordered(found, key, down), PAGE).get_page(request.GET.get("page"))
    sort = ("-" if down else "") + key

    def url(**query: str | int) -> str:
        return f"{path}?{urlencode(query)}#viewers-h"

    heads = {
        name: Head(
            words,
            url(sort=f"{'-' if (not down if name == key else first_down) else ''}{name}"),
            ("descending" if down else "ascending") if name == key else "",
        )
        for name, (words, _, first_down) in _SORTS.items()
    }
    return ViewersList(
        page,
        heads,
        url(sort=sort, page=page.previous_page_number()) if page.has_previous() else "",
        url(sort=sort, page=page.next_page_number()) if page.has_next() else "",
    )


def ordered(found: Viewers, key: str = DEFAULT, down: bool = True) -> list[RecordingViewer]:
    """All rows; who equals another comes by how long they watched, then by name."""
    rows = sorted(found.rows, key=lambda row: (-row.watched_micros, folded(row.label), row.key))
    return sorted(rows, key=_SORTS[key][1], reverse=down)


def lines(found: Viewers) -> Iterator[tuple[object, ...]]:
    """A line a row, under `COLUMNS`."""
    for row in ordered(found):
        known, latest, told = row.caught, row.latest, row.last_watched_at
        yield (
            row.user_id,
            row.label,
            row.was_there if row.was_there or row.was_elsewhere else "",
            f"{known.missed_seconds:.3f}" if known else "",
            f"{known.caught_seconds:.3f}" if known else "",
            row.state,
            f"{row.seen:.4f}",
            f"{row.watched_micros / instants.SECOND:.3f}",
            f"{latest.last_position:.3f}" if latest and latest.last_position is not None else "",
            instants.to_rfc3339(instants.from_datetime(told)) if told else "",
            len(row.viewings),
        )
