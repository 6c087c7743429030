"""What pages show of room codes: whose, by which link, and why one would let nobody in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404

from dashboard.forms.room_codes import RolesForm
from rooms.access import Viewer, roles_handed_out
from rooms.mirrors.room_codes import reference
from rooms.models import HandedOutRole, Role, Room, RoomCode, RoomTemplate


@dataclass(frozen=True, slots=True)
class Shown:
    """A code as a page has it. `role_gone`: its template has no such role any more. `link` "" without HMS_JOIN_URL."""

    code: RoomCode
    reference: str
    link: str
    role_gone: bool

    @property
    def usable(self) -> bool:
        """Worth handing out: it works as soon as its room does."""
        return self.code.enabled and not self.role_gone

    @property
    def scanned(self) -> str:
        """What its QR code holds."""
        return self.link or self.code.code


def join_link(code: str) -> str:
    """Where people join by a code; "" when ops have not said where that is."""
    return settings.HMS_JOIN_URL.replace("{code}", quote(code, safe="")) if settings.HMS_JOIN_URL else ""


def codes_for(user: Viewer, room: Room) -> QuerySet[RoomCode]:
    """The codes of the room that this user may see and hand out."""
    allowed = roles_handed_out(user, room)
    codes = room.codes.filter(gone_at=None)
    return codes if allowed is None else codes.filter(role__in=allowed)


def roles_of(room: Room) -> frozenset[str] | None:
    """The roles of the room's template as last read; None when it was not read yet."""
    template = RoomTemplate.objects.filter(pk=room.template_id).exclude(mirrored_at=None)
    if not room.template_id or not template.exists():
        return None
    return frozenset(Role.objects.filter(template=room.template_id).values_list("name", flat=True))


def shown(codes: Iterable[RoomCode], roles: frozenset[str] | None) -> list[Shown]:
    """`roles`: those there are, as `roles_of` gives them; while they are unknown no role is called gone."""
    return [
        Shown(code, reference(code.code), join_link(code.code), roles is not None and code.role not in roles)
        for code in codes
    ]


def get_code(user: Viewer, room: Room, wanted: str) -> RoomCode:
    """The code by its reference, or Http404 for whom it does not exist. A room has 100 at most."""
    for code in codes_for(user, room):
        if reference(code.code) == wanted:
            code.room = room
            return code
    raise Http404


def hand_out_form(room: Room, held: set[str], data: Any = None) -> RolesForm:
    """Which roles the teachers of a room may hand out: of those there are, have codes, or were ticked before."""
    ticked = set(HandedOutRole.objects.filter(room=room).values_list("role", flat=True))
    return RolesForm(data, sorted((roles_of(room) or set()) | held | ticked), initial={"roles": sorted(ticked)})
