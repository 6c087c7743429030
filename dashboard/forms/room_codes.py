from collections.abc import Iterable
from typing import ClassVar

from django import forms
from django.db.models import Q, QuerySet

from dashboard.forms.filters import Filters, Menu
from rooms.models import RoomCode

Codes = QuerySet[RoomCode]


class RoomCodeFilters(Filters):
    # Addresses are written to logs, and a whole code would let its reader in.
    placeholder = "Role, or last letters"

    state = forms.ChoiceField(label="State", required=False, choices=[("enabled", "enabled"), ("disabled", "disabled")])

    menus: ClassVar = (Menu("State", ("state",)),)

    def narrow_q(self, codes: Codes, text: str) -> Codes:
        return codes.filter(Q(role__icontains=text) | Q(code__iendswith=text))

    def narrow_state(self, codes: Codes, state: str) -> Codes:
        return codes.filter(enabled=state == "enabled")


class RolesForm(forms.Form):
    """Some roles of a room, ticked."""

    roles = forms.MultipleChoiceField(
        label="Roles", required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "box"})
    )

    def __init__(self, data: object, roles: Iterable[str], **kwargs: object) -> None:
        super().__init__(data, **kwargs)  # type: ignore[arg-type]
        self.fields["roles"].choices = [(role, role) for role in roles]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """One role, as a button sends it."""

    role = forms.CharField(max_length=255, strip=False)


class TokenForm(forms.Form):
    user_id = forms.CharField(
        label="User id",
        required=False,
        max_length=256,
        help_text="Who joins with the token appears under this id. Left empty, 100ms gives one.",
    )
