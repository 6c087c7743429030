"""The filters of a list, as one form read from the URL.

A list declares a subclass: a field a filter, and for each field a method `narrow_<field>(rows, value)`. What a field
does not understand is left out and named (`refused`), never an error page: URLs are shared and edited by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from dashboard.times import named_day

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Menu:
    """One button of the filter bar: the fields it asks for."""

    label: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu, as a link."""

    label: str
    name: str
    value: str


class Filters(forms.Form):
    """`rows` is whatever query the list is made of; `q` is the search every list has."""

    q = forms.CharField(label="Search", required=False, max_length=LONGEST_SEARCH)

    placeholder = "Name or id"
    menus: ClassVar[Sequence[Menu]] = ()

    @cached_property
    def active(self) -> dict[str, Any]:
        """The filters in use by name, with their cleaned values, in the order of the form."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name) not in (None, "")}

    @property
    def refused(self) -> list[str]:
        """What the URL asks for and nobody understands: "Since: 30 February"."""
        self.is_valid()
        return [f"{self.fields[name].label}: {self.data.get(name, '')}" for name in self.errors if name in self.fields]

    @property
    def turned_round(self) -> bool:
        """The days end before they begin, so nothing can lie between them."""
        since, until = self.active.get("since"), self.active.get("until")
        return isinstance(since, date) and isinstance(until, date) and since > until

    def narrow(self, rows: Any, *, without: str = "") -> Any:
        """`rows` by all filters in use, leaving out the one named by `without`."""
        for name, value in self.active.items():
            if name != without:
                rows = getattr(self, f"narrow_{name}")(rows, value)
        return rows

    def written(self, name: str) -> str:
        """The value of a filter as the URL carries it."""
        return str(self.data.get(name, "")).strip()

    def words(self, name: str) -> str:
        """A filter in use, in words: "State: disabled", "“biology”"."""
        value, field = self.active[name], self.fields[name]
        if name == "q":
            return f"“{value}”"
        if isinstance(value, date):
            return f"{field.label} {named_day(value, timezone.localdate())}"
        if isinstance(field, forms.ChoiceField):
            return f"{field.label}: {dict(field.choices).get(value, value)}"  # type: ignore[arg-type]
        return f"{field.label}: {value}"

    def options(self, name: str) -> list[Option]:
        """The choices of a field small enough for a menu of links."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return [Option(str(label), name, str(value)) for value, label in field.choices if value]  # type: ignore[misc, union-attr]
