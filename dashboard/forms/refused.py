"""What a form says of what was typed, in our words: Django's own speak of values and valid choices.

Set once, when the product starts: a field that says something better of its own still does.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from django.core import validators
from django.forms import BaseForm, fields, models

_OF_FIELDS: Final[Mapping[type[fields.Field], Mapping[str, str]]] = {
    fields.Field: {"required": "Fill this in."},
    fields.BooleanField: {"required": "Tick this to go on."},
    fields.IntegerField: {"invalid": "Write a whole number."},
    fields.FloatField: {"invalid": "Write a number."},
    fields.DecimalField: {"invalid": "Write a number."},
    fields.DateField: {"invalid": "Write a date, such as 2026-12-31."},
    fields.DateTimeField: {"invalid": "Write a date and time, such as 2026-12-31 15:30."},
    fields.JSONField: {"invalid": "This is no JSON."},
    fields.URLField: {"invalid": "Write an address that begins with https://."},
    fields.FileField: {"required": "Choose a file.", "missing": "Choose a file.", "empty": "This file is empty."},
    fields.ChoiceField: {"required": "Choose one.", "invalid_choice": "“%(value)s” is not one of the choices."},
    fields.MultipleChoiceField: {
        "required": "Choose at least one.",
        "invalid_choice": "“%(value)s” is not one of the choices.",
        "invalid_list": "Choose from the list.",
    },
    models.ModelChoiceField: {"required": "Choose one.", "invalid_choice": "This is not one of the choices any more."},
    models.ModelMultipleChoiceField: {
        "required": "Choose at least one.",
        "invalid_choice": "“%(value)s” is not one of the choices any more.",
    },
}
_OF_VALIDATORS: Final[Mapping[type[validators.BaseValidator] | type[validators.RegexValidator], str]] = {
    validators.MaxLengthValidator: "%(limit_value)d characters at most; these are %(show_value)d.",
    validators.MinLengthValidator: "%(limit_value)d characters at least; these are %(show_value)d.",
    validators.MaxValueValidator: "%(limit_value)s at most.",
    validators.MinValueValidator: "%(limit_value)s at least.",
    validators.StepValueValidator: "In steps of %(limit_value)s.",
    validators.RegexValidator: "This is not written as it must be.",
    validators.URLValidator: "Write an address that begins with https://.",
}


def _made_before(form: type[BaseForm]) -> Iterator[fields.Field]:
    yield from getattr(form, "base_fields", {}).values()
    for one in form.__subclasses__():
        yield from _made_before(one)


def speak() -> None:
    """From now on forms speak so, and those of Django's that were made before."""
    stock = {str(text) for field in _OF_FIELDS for text in field.__dict__.get("default_error_messages", {}).values()}
    for kind, words in _OF_FIELDS.items():
        # A dictionary of the class's own: its parent's must not be changed for it.
        kind.default_error_messages = {**kind.__dict__.get("default_error_messages", {}), **words}
    for field in _made_before(BaseForm):
        for kind in reversed(type(field).__mro__):
            for code, text in _OF_FIELDS.get(kind, {}).items():
                if str(field.error_messages.get(code)) in stock | set(_OF_FIELDS[fields.Field].values()):
                    field.error_messages[code] = text
    for validator, text in _OF_VALIDATORS.items():
        validator.message = text
    validators.EmailValidator.message = "Write an e-mail address, such as name@school.example."
    validators.ProhibitNullCharactersValidator.message = "This holds a character that cannot be kept."
