"""What the forms for parts of a room template share: fields bound to places in 100ms's object, drawn in groups.

A form owns its fields' places and nothing else: what it has no field for stays as it came from 100ms.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from rooms.room_templates.content import Content


class SecretInput(forms.TextInput):
    """Never drawn with its value: what is set is said beside it, masked. htmx leaves what is typed where it is."""

    def __init__(self, *, hidden: bool = False) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", "hx-preserve": "true"})
        self.input_type = "password" if hidden else "text"

    def format_value(self, value: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading; those of a row stand beside one another. `seldom`: folded away while all are empty."""

    title: str
    rows: tuple[tuple[forms.BoundField, ...], ...]
    help: str = ""
    seldom: bool = False

    @property
    def folded(self) -> bool:
        return self.seldom and not any(field.errors or field.value() for row in self.rows for field in row)


class ContentForm(forms.Form):
    """Fields over an object as 100ms has it.

    `places`: field → dotted path of its value; a field that is empty takes the value away. `layout`: titles, help and
    rows of field names.
    """

    places: ClassVar[Mapping[str, str]] = {}
    layout: ClassVar[Sequence[tuple[str, str, Sequence[Sequence[str]]]]] = ()

    def __init__(self, data: QueryDict | None = None, *, held: Mapping[str, Any], **kwargs: Any) -> None:
        self.held = held
        initial = {name: at(held, path) for name, path in self.places.items()}
        super().__init__(data, initial={name: value for name, value in initial.items() if value is not None}, **kwargs)

    def applied(self) -> Content:
        """The object with what the form says in it. Raises ValueError that names a path when it breaks the rule."""
        found = deepcopy(dict(self.held))
        for name, path in self.places.items():
            if name in self.fields:
                put(found, path, self.cleaned_data.get(name))
        self.finish(found)
        return found

    def finish(self, found: Content) -> None:
        """What more than one field decides together. Raises ValueError when the whole breaks a rule of 100ms."""

    def names(self) -> dict[str, str]:
        """What 100ms calls a place → the field: the whole path, and its last step where no other field has that."""
        last = [path.rpartition(".")[2] for path in self.places.values()]
        by_last = {path.rpartition(".")[2]: name for name, path in self.places.items()}
        found = {step: name for step, name in by_last.items() if last.count(step) == 1}
        return found | {path: name for name, path in self.places.items()}

    def groups(self) -> list[Group]:
        return [
            Group(title, tuple(tuple(self[name] for name in row if name in self.fields) for row in rows), text)
            for title, text, rows in self.layout
        ]


def at(value: Any, path: str) -> Any:
    """What lies at a dotted path; None where nothing does."""
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def put(value: dict[str, Any], path: str, wanted: Any) -> None:
    """Set what lies at a path. Nothing (None, "", no items, false where nothing was) leaves no trace of it."""
    *steps, last = path.split(".")
    says_nothing = (
        wanted is None or wanted in ("", []) or ((wanted is False or wanted == {}) and at(value, path) is None)
    )
    for step in steps:
        if not isinstance(value.get(step), dict):
            if says_nothing:
                return
            value[step] = {}
        value = value[step]
    if says_nothing:
        value.pop(last, None)
    else:
        value[last] = wanted


def rebased(data: QueryDict, base: forms.Form, now: forms.Form) -> QueryDict:
    """What was posted, with the fields that nobody touched as they are now instead of as the page had them.

    `base` is the form as the page had it, `now` as it would be drawn today; both without data.
    """
    found = data.copy()
    for name, field in now.fields.items():
        typed = field.widget.value_from_datadict(data, {}, name)
        if name not in base.fields or field.has_changed(base.get_initial_for_field(base.fields[name], name), typed):
            continue
        value = now.get_initial_for_field(field, name)
        if isinstance(value, list | tuple):
            found.setlist(name, [str(item) for item in value])
        elif value is None or value is False or value == "":
            found.pop(name, None)
        else:
            found[name] = "on" if value is True else str(value)
    return found


def whole(
    label: str, least: int = 0, most: int | None = None, help_text: str = "", **kwargs: Any
) -> forms.IntegerField:
    """A whole number that may be left out."""
    bounds = f"{least:,} to {most:,}" if most is not None else f"{least:,} or more" if least > 0 else ""
    said = f"{help_text} ({bounds})" if help_text and bounds else help_text or bounds
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=False, help_text=said, **kwargs)


def tick(label: str, help_text: str = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


def text(label: str, help_text: str = "", *, required: bool = False, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=1000, help_text=help_text, **kwargs)


def choices_of(roles: Sequence[str], chosen: str = "", nothing: str = "") -> list[tuple[str, str]]:
    """Roles to choose one from; one that is set and not there stays to be seen."""
    missing = [(chosen, f"{chosen} (not in this template)")] if chosen and chosen not in roles else []
    return [*([("", nothing)] if nothing else []), *((name, name) for name in roles), *missing]
