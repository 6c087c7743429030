"""`{% icon "door-open" %}`: a Lucide icon, inlined at render time from the `lucide` package."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()


@lru_cache(maxsize=512)
def _drawn(name: str, classes: str, label: str) -> SafeString:
    said = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    svg = lucide(name, size=None, **{"class": classes}, **said)
    return mark_safe(" ".join(svg.split()))  # noqa: S308 (ElementTree wrote and escaped it)


@register.simple_tag
def icon(name: str, extra: str = "", label: str = "") -> SafeString:
    """An icon by its Lucide name (lucide.dev/icons).

    `extra` adds classes ("i-s", "bad"). Without `label` the icon is decoration and hidden from screen readers.
    Raises `lucide.IconDoesNotExist` for a name Lucide does not have.
    """
    return _drawn(name, f"i {extra}".strip(), label)
