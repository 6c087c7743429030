"""Forms refuse in our words: no form of ours says what Django would have said."""

import importlib
import pkgutil

import pytest
from django import forms

import dashboard.forms

STOCK = ("This field is required", "Enter a ", "Select a valid", "Ensure this", "Enter the", "not one of the available")


class Everything(forms.Form):
    name = forms.CharField(max_length=3)
    many = forms.MultipleChoiceField(choices=[("a", "A")])
    one = forms.ChoiceField(choices=[("a", "A")])
    number = forms.IntegerField(min_value=2)
    share = forms.DecimalField(max_value=1)
    day = forms.DateField()
    at = forms.DateTimeField()
    address = forms.URLField(assume_scheme="https")
    mail = forms.EmailField()
    sure = forms.BooleanField()
    file = forms.FileField()


def test_what_is_missing_and_what_is_wrong_is_said_plainly() -> None:
    empty = Everything({})
    wrong = Everything(
        {
            "name": "Wanjiru",
            "many": ["b"],
            "one": "b",
            "number": "1",
            "share": "2",
            "day": "soon",
            "at": "soon",
            "address": "no",
            "mail": "no",
        }
    )

    assert {field: said[0] for field, said in empty.errors.items()} == {
        **dict.fromkeys(("name", "number", "share", "day", "at", "address", "mail"), "Fill this in."),
        "many": "Choose at least one.",
        "one": "Choose one.",
        "sure": "Tick this to go on.",
        "file": "Choose a file.",
    }
    assert {field: said[0] for field, said in wrong.errors.items() if field not in ("sure", "file")} == {
        "name": "3 characters at most; these are 7.",
        "many": "“b” is not one of the choices.",
        "one": "“b” is not one of the choices.",
        "number": "2 at least.",
        "share": "1 at most.",
        "day": "Write a date, such as 2026-12-31.",
        "at": "Write a date and time, such as 2026-12-31 15:30.",
        "address": "Write an address that begins with https://.",
        "mail": "Write an e-mail address, such as name@school.example.",
    }


MODULES = [module.name for module in pkgutil.iter_modules(dashboard.forms.__path__)]


@pytest.mark.parametrize("module", MODULES)
def test_no_field_of_ours_speaks_as_django_does(module: str) -> None:
    held = vars(importlib.import_module(f"dashboard.forms.{module}")).values()
    ours = [one for one in held if isinstance(one, type) and issubclass(one, forms.BaseForm)]
    said = {
        f"{form.__name__}.{name}: {text}"
        for form in ours
        for name, field in getattr(form, "base_fields", {}).items()
        for text in [*field.error_messages.values(), *(getattr(one, "message", "") for one in field.validators)]
        if str(text).startswith(STOCK)
    }

    assert said == set()
