"""The book of changes: who did what, what came of it, and the proof that nobody rewrote it."""

from collections.abc import Iterable, Iterator

import orjson
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from analytics import instants
from dashboard.audit_words import action_words, is_elsewhere, settings_changed, target_url
from dashboard.csv_files import csv_file
from dashboard.decorators import ops_required
from dashboard.forms.audit import AuditFilters
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.listing import Column, Listing
from rooms import audit
from rooms.models import AuditEntry

COLUMNS = (
    Column("When", "at", "pk", down=True),
    Column("Who", "actor", "actor"),
    Column("What", "action", "action"),
    Column("Of", "target", "target_name"),
    Column("Outcome", "outcome", "outcome"),
    Column("Why not", classes="roomy"),
)


def audit_listing(request: MemberRequest) -> Listing:
    """A row a change: its last entry, which says what came of it."""
    later = AuditEntry.objects.filter(change=OuterRef("change"), pk__gt=OuterRef("pk"))
    last = AuditEntry.objects.filter(~Exists(later))
    filters = AuditFilters(request.GET, AuditEntry.objects.all())
    return Listing(request, last, filters, COLUMNS, default="-at", noun=("change", "changes"))


@ops_required
def index(request: MemberRequest) -> HttpResponse:
    listing = audit_listing(request)
    entries = [_spoken(entry) for entry in listing.page]
    context = {"listing": listing, "entries": entries}
    return page_or_fragment(request, "audit/index.html", context, {"list": "audit/_list.html"}, listing.here)


def _spoken(entry: AuditEntry) -> dict[str, object]:
    return {
        "entry": entry,
        "words": action_words(entry.action),
        "url": target_url(entry),
        "is_elsewhere": is_elsewhere(entry),
    }


@ops_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it."""
    columns = (
        "number", "at", "actor", "action", "outcome", "target_kind", "target_id", "target_name", "room_id", "before",
        "after", "problem", "request_id", "change", "digest",
    )  # fmt: skip
    return csv_file("audit", columns, _lines(audit_listing(request).rows.iterator()))


def _lines(entries: Iterable[AuditEntry]) -> Iterator[tuple[object, ...]]:
    for entry in entries:
        yield (
            entry.pk,
            instants.to_rfc3339(instants.from_datetime(entry.at)),
            entry.actor,
            entry.action,
            entry.outcome,
            entry.target_kind,
            entry.target_id,
            entry.target_name,
            entry.room_id,
            "" if entry.before is None else orjson.dumps(entry.before).decode(),
            "" if entry.after is None else orjson.dumps(entry.after).decode(),
            entry.problem,
            entry.request_id,
            entry.change,
            entry.digest,
        )


@ops_required
def detail(request: MemberRequest, number: int) -> HttpResponse:
    """One change: both its entries, and what it set."""
    entry = get_object_or_404(AuditEntry, pk=number)
    entries = list(AuditEntry.objects.filter(change=entry.change).order_by("pk"))
    last = entries[-1]
    context = {
        **_spoken(last),
        "entries": entries,
        "settings": settings_changed(entries[0].before, last.after),
    }
    return page_or_fragment(request, "audit/entry.html", context, {})


@ops_required
def check(request: MemberRequest) -> HttpResponse:
    """Read the whole chain and say whether it holds."""
    last = AuditEntry.objects.order_by("-pk").first()
    context = {"problem": audit.broken(), "last": last, "now": timezone.now()}
    return page_or_fragment(request, "audit/check.html", context, {"dialog": "audit/_check.html"})
