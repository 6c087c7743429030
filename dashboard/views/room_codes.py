"""The codes of a room: seen, handed out, printed. What changes them is in `room_codes_changes`."""

from collections.abc import Iterator

from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.text import slugify

from analytics import instants
from dashboard import qr_code
from dashboard.copies import looked_at
from dashboard.csv_files import csv_file
from dashboard.decorators import member_required
from dashboard.forms.room_codes import RolesForm, RoomCodeFilters
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.listing import Column, Listing
from dashboard.room_codes import Shown, codes_for, get_code, hand_out_form, roles_of, shown
from dashboard.shortcuts import get_room
from rooms.access import roles_handed_out
from rooms.mirrors import room_codes as mirror
from rooms.models import Room

COLUMNS = (
    Column("Role", "role", Lower("role")),
    Column("Code"),
    Column("State", "state", "enabled", down=True),
    Column("Made", "made", "created_at", down=True, nulls=True, classes="roomy"),
    Column("Hand out", classes="n"),
)


def code_listing(request: MemberRequest, room: Room) -> Listing:
    return Listing(
        request,
        codes_for(request.user, room),
        RoomCodeFilters(request.GET),
        COLUMNS,
        default="role",
        noun=("code", "codes"),
    )


@member_required
def index(request: MemberRequest, room_id: str) -> HttpResponse:
    """All codes that the viewer may hand out, and the roles that have none yet."""
    room = get_room(request, room_id, "hand out")
    copy = looked_at(room, mirror.KIND, mirror.pull, now=timezone.now())
    listing = code_listing(request, room)
    roles, allowed = roles_of(room), roles_handed_out(request.user, room)
    held = set(codes_for(request.user, room).values_list("role", flat=True))
    may_have = (roles or frozenset()) if allowed is None else allowed & (roles if roles is not None else allowed)
    context = {
        "room": room,
        "listing": listing,
        "codes": shown(listing.page, roles),
        "freshness": copy,
        "may_operate": allowed is None,
        "allowed": allowed,
        "missing": sorted(may_have - held),
        "roles_known": roles is not None,
        "hand_out": hand_out_form(room, held) if allowed is None else None,
    }
    return page_or_fragment(request, "room_codes/index.html", context, {"list": "room_codes/_list.html"}, listing.here)


@member_required
def export(request: MemberRequest, room_id: str) -> HttpResponseBase:
    """The list as shown, all pages of it."""
    room = get_room(request, room_id, "hand out")
    codes = shown(code_listing(request, room).rows, roles_of(room))
    return csv_file(
        "room_codes",
        ("room_id", "room", "role", "code", "enabled", "role_deleted", "join_link", "created_at"),
        _lines(room, codes),
    )


def _lines(room: Room, codes: list[Shown]) -> Iterator[tuple[object, ...]]:
    for one in codes:
        code = one.code
        made = instants.to_rfc3339(instants.from_datetime(code.created_at)) if code.created_at else ""
        yield room.pk, room.name, code.role, code.code, code.enabled, one.role_gone, one.link, made


@member_required
def detail(request: MemberRequest, room_id: str, reference: str) -> HttpResponse:
    """One code, large, with its QR code."""
    room = get_room(request, room_id, "hand out")
    one = _one(request, room, reference)
    context = {"room": room, "one": one, "qr": _drawn(room, one)}
    return page_or_fragment(request, "room_codes/code.html", context, {"dialog": "room_codes/_code.html"})


@member_required
def qr(request: MemberRequest, room_id: str, reference: str) -> HttpResponse:
    """Its QR code as an SVG file."""
    room = get_room(request, room_id, "hand out")
    one = _one(request, room, reference)
    if not one.usable:
        raise Http404
    title = f"Join {room} as {one.code.role}"
    name = slugify(f"{room} {one.code.role}")[:100] or "room-code"
    answer = HttpResponse(qr_code.file(one.scanned, title), content_type="image/svg+xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    return answer


@member_required
def sheet(request: MemberRequest, room_id: str) -> HttpResponse:
    """To be printed: a card a code, of the roles asked for; of all when none is."""
    room = get_room(request, room_id, "hand out")
    usable = [
        one for one in shown(codes_for(request.user, room).order_by("role", "code"), roles_of(room)) if one.usable
    ]
    asked = set(request.GET.getlist("roles"))
    form = RolesForm(None, dict.fromkeys(one.code.role for one in usable), initial={"roles": list(asked)})
    cards = [(one, _drawn(room, one)) for one in usable if not asked or one.code.role in asked]
    answer = render(request, "room_codes/sheet.html", {"room": room, "form": form, "cards": cards})
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _one(request: MemberRequest, room: Room, reference: str) -> Shown:
    return shown([get_code(request.user, room, reference)], roles_of(room))[0]


def _drawn(room: Room, one: Shown) -> str:
    return qr_code.drawn(one.scanned, f"QR code to join {room} as {one.code.role}") if one.usable else ""
