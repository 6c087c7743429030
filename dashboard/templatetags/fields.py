"""Form fields in the product's look."""

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def dressed(field: BoundField) -> SafeString:
    """The field's widget with the class of its kind; Django itself links it to its help text and its errors."""
    boxes = forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect
    kind = "box" if isinstance(field.field.widget, boxes) else "input"
    given = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{kind} {given}".strip()})


@register.filter
def is_tick(field: BoundField) -> bool:
    """One box to tick: its label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_choice_of_many(field: BoundField) -> bool:
    """Several inputs under one label, which is then the legend of their group."""
    return isinstance(field.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect)
