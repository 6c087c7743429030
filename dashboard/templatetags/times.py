"""Times as the viewer's clock shows them, lengths in words, initials.

Every filter takes an aware datetime or an instant (microseconds since 1970) and gives "" for none.
"""

from datetime import date, datetime, timedelta, tzinfo

from django import template
from django.utils import timezone
from django.utils.html import format_html

from analytics import durations, instants

register = template.Library()

Moment = datetime | int | None


def local(value: Moment) -> datetime | None:
    if value is None or value == "":
        return None
    return timezone.localtime(instants.to_datetime(value) if isinstance(value, int) else value)


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


def named_day(day: date, today: date) -> str:
    """ "today", "yesterday", "Monday" within the last week, "12 November" this year, else with its year."""
    ago = (today - day).days
    if ago in (0, 1):
        return ("today", "yesterday")[ago]
    if 1 < ago < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" + ("" if day.year == today.year else f" {day.year}")


@register.filter
def day(value: Moment) -> str:
    """The day in words: "today", "Monday", "30 October", "16 June 2025"."""
    at = local(value)
    return named_day(at.date(), timezone.localdate()) if at else ""


@register.filter
def moment(value: Moment) -> str:
    """Day and time: "today 09:48", "30 October 11:00"."""
    at = local(value)
    return f"{day(value)} {at:%H:%M}" if at else ""


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


@register.filter
def ago(value: Moment) -> str:
    """How long since: "4 s ago", "12 min ago", "3 h ago", "2 days ago"."""
    at = local(value)
    if at is None:
        return ""
    since = max(timezone.now() - at, timedelta())
    if since >= timedelta(days=2):
        return f"{since.days} days ago"
    if since >= timedelta(hours=2):
        return f"{since // timedelta(hours=1)} h ago"
    return f"{durations.words(_micros(since))} ago"


def zone_words(at: datetime, zone: tzinfo) -> str:
    """ "Nairobi time (EAT, UTC+3)"; names that are only offsets are not said twice."""
    offset = at.utcoffset() or timedelta()
    minutes = offset // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    utc = f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "") if minutes else "UTC"
    place = str(getattr(zone, "key", "")).rsplit("/", 1)[-1].replace("_", " ")
    short = at.tzname() or ""
    known = [word for word in (short if short.isalpha() else "", utc) if word]
    label = ", ".join(dict.fromkeys(known))
    return f"{place} time ({label})" if place and place.upper() not in ("UTC", short) else label


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
