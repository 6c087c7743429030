"""What 100ms says it sent, beside what arrived; and asking it to send again."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_list_or_404
from django.urls import reverse
from django.utils import timezone

from analytics import instants
from analytics.models import Session
from dashboard.csv_files import csv_file
from dashboard.decorators import ops_form, ops_required
from dashboard.forms.webhooks_sent import ReplayForm, SentFilters
from dashboard.freshness import Freshness
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.refusals import land
from dashboard.webhooks_sent import (
    Comparison,
    SentListing,
    comparison,
    forget,
    replay_reading,
    replays,
)
from rooms import hms
from rooms.audit import Outcome
from rooms.connection import NotConfigured
from rooms.masking import masked_text
from rooms.models import AuditEntry, Room
from rooms.operations import webhook_replays as operations
from webhooks.sent import Compared

UNSURE = (
    "so nobody knows whether it has begun. Asking once more is safe: while a replay of just this runs, 100ms goes on "
    "with it and begins no second one."
)


@ops_required
def index(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    filters = SentFilters(request.GET)
    filters.is_valid()
    found = comparison(filters, now)
    listing = SentListing(request, filters, found.rows)
    rows: list[Compared] = list(listing.page)
    context = {
        "listing": listing,
        "found": found,
        "rows": rows,
        "rooms": Room.objects.in_bulk({row.sent.room_id for row in rows}),
        "sessions": Session.objects.in_bulk({row.sent.session_id for row in rows}),
        "all_query": listing.query(state="", page="").removeprefix("?") + ("&" if listing.query(state="") else ""),
        "replay_query": listing.query(state="", sort="", size=""),
        "replays": replays(now),
        "freshness": Freshness(found.told.asked_at if found.told else now, is_late=bool(found.problem)),
    }
    return page_or_fragment(
        request, "webhooks_sent/index.html", context, {"list": "webhooks_sent/_list.html"}, listing.here
    )


@ops_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it."""
    filters = SentFilters(request.GET)
    filters.is_valid()
    listing = SentListing(request, filters, comparison(filters, timezone.now()).rows)
    columns = ("sent_at", "event_type", "event_id", "room_id", "session_id", "taken", "here", "tries", "error")
    return csv_file("webhooks_sent", columns, _lines(listing.rows))


def _lines(rows: Iterable[Compared]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        sent = row.sent
        yield (
            instants.to_rfc3339(instants.from_datetime(sent.at)) if sent.at else "",
            sent.event_type,
            sent.event_id,
            sent.room_id,
            sent.session_id,
            "yes" if sent.taken else "no",
            row.arrival.value,
            sent.tries,
            masked_text(sent.error),
        )


@ops_form
def replay(request: MemberRequest) -> HttpResponse:
    """GET asks, naming how many; POST has 100ms send them again."""
    now = timezone.now()
    filters = SentFilters(request.GET)
    filters.is_valid()
    found = comparison(filters, now)
    back = reverse("webhooks_sent") + (f"?{request.GET.urlencode()}" if request.GET else "")
    form = ReplayForm(request.POST) if request.method == "POST" else ReplayForm(initial=_initial(filters, found))
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        try:
            started = operations.start(
                actor=request.user,
                since=wish["start"],
                until=wish["end"],
                room_id=wish["room_id"],
                event_names=(wish["type"],) if wish["type"] else (),
                status=wish["status"],
                limit=wish["limit"],
            )
        except hms.ServerFailed as problem:
            form.add_error(None, f"100ms failed ({problem.status}), {UNSURE}")
        except (hms.ConnectionFailed, hms.UnreadableAnswer):
            form.add_error(None, f"100ms did not answer, {UNSURE}")
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem, dict.fromkeys(("start", "end", "start_time", "end_time"), ""))
        else:
            forget()
            runs = started.status == "already_running"
            return done(
                request,
                back,
                "Just this is being sent again already; see below how far it is."
                if runs
                else "100ms sends them again; see below how far it is.",
            )
    context = {
        "form": form,
        "found": found,
        "filters": filters,
        "room": Room.objects.filter(pk=filters.room_id).first() if filters.room_id else None,
        "back": back,
        "here": request.get_full_path(),
        "start": _moment(form["start"].value(), found.start),
        "end": _moment(form["end"].value(), found.end),
        "seconds": max(1, found.counts.sent // operations.PER_SECOND),
    }
    return page_or_fragment(request, "webhooks_sent/replay.html", context, {"dialog": "webhooks_sent/_ask.html"})


@ops_required
def replay_state(request: MemberRequest, workflow_id: str) -> HttpResponse:
    """How far a replay is."""
    entry = get_list_or_404(
        AuditEntry.objects.order_by("-id"),
        target_kind=operations.KIND,
        target_id=workflow_id,
        outcome=Outcome.SUCCEEDED,
    )[0]
    context = {"reading": replay_reading(entry)}
    fragments = {f"replay-{entry.pk}": "webhooks_sent/_replay.html"}
    return page_or_fragment(request, "webhooks_sent/replay_state.html", context, fragments)


def _initial(filters: SentFilters, found: Comparison) -> dict[str, object]:
    """What was not taken, unless something is missing that 100ms believes delivered."""
    believed = any(row.sent.taken and not row.is_here for row in found.rows)
    return {
        "status": "all" if believed else "failed",
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "room_id": filters.room_id,
        "type": filters.active.get("type", ""),
    }


def _moment(text: object, otherwise: datetime) -> datetime:
    """The period that the form holds, which a refusal leaves as it was."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return otherwise
    return found if found.tzinfo else otherwise
