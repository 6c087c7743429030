"""Filters for times as the viewer's clock shows them, lengths in words, initials.

Every filter takes an aware datetime or an instant (microseconds since 1970) and gives "" for none.
"""

from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html

from analytics import durations, instants
from dashboard.times import Moment, ago, day, local, moment, zone_words

register = template.Library()

for words in (day, moment, ago):
    register.filter(words.__name__, words)


@register.filter
def hm(value: Moment) -> str:
    """ "10:22"."""
    at = local(value)
    return f"{at:%H:%M}" if at else ""


@register.filter
def hms(value: Moment) -> str:
    """ "10:22:58"."""
    at = local(value)
    return f"{at:%H:%M:%S}" if at else ""


@register.filter
def full(value: Moment) -> str:
    """Unmistakable, for titles: "Thursday 12 November 2026, 12:04:10 EAT"."""
    at = local(value)
    return f"{at:%A} {at.day} {at:%B %Y, %H:%M:%S} {at.tzname()}" if at else ""


@register.filter
def weekday(value: Moment) -> str:
    """ "Thursday 12 November 2026"."""
    at = local(value)
    return f"{at:%A} {at.day} {at:%B %Y}" if at else ""


@register.filter
def iso(value: Moment) -> str:
    """RFC 3339 in UTC, for `<time datetime>`."""
    at = local(value)
    return instants.to_rfc3339(instants.from_datetime(at)) if at else ""


def _micros(value: timedelta | int) -> int:
    return value if isinstance(value, int) else value // timedelta(microseconds=1)


@register.filter
def duration(value: timedelta | int | None) -> str:
    """A length in words ("42 min"), the exact value in its title."""
    if value is None or value == "":
        return ""
    micros = _micros(value)
    return format_html('<span title="{}">{}</span>', durations.exact(micros), durations.words(micros))


@register.filter
def duration_text(value: timedelta | int | None) -> str:
    """A length in words, without markup: for titles and labels."""
    return "" if value is None or value == "" else durations.words(_micros(value))


@register.filter
def duration_exact(value: timedelta | int | None) -> str:
    """A length to the second: "42 min 12 s"."""
    return "" if value is None or value == "" else durations.exact(_micros(value))


@register.filter
def seconds(value: float) -> str:
    """A length given in seconds, as `duration` writes it."""
    return duration(round(value * instants.SECOND))


@register.simple_tag
def zone_name() -> str:
    """The viewer's zone, named once a page."""
    now = timezone.localtime()
    return zone_words(now, timezone.get_current_timezone())


@register.filter
def initials(name: str) -> str:
    """ "Ikram Benali" → "IB"; "wanjiru" → "W"."""
    words = str(name).split()
    return "".join(word[0].upper() for word in (words[:1] + words[-1:] if len(words) > 1 else words))
