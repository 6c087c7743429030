"""Fields that several lists ask by: days and rooms."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet

from rooms.models import Room

SUGGESTED = 200
# Nothing of 100ms is older or will be younger, and the days around these can be told in every time zone.
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)


class DayInput(forms.DateInput):
    input_type = "date"


class DayField(forms.DateField):
    """A day of the viewer's calendar, between `FIRST` and `LAST`."""

    widget = DayInput
    default_validators = [MinValueValidator(FIRST), MaxValueValidator(LAST)]

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is shown again: nothing where it was no day, which a browser's field for days could not hold."""
        try:
            self.to_python(data)
        except forms.ValidationError:
            return ""
        return super().bound_data(data, initial)


class RoomInput(forms.TextInput):
    """A room by name or id, with suggestions."""


def suggested_rooms(rooms: QuerySet[Room]) -> list[str]:
    names = rooms.exclude(name="").order_by("name").values_list("name", flat=True).distinct()
    return list(names[:SUGGESTED])
