"""Times and days in words, as the viewer's clock shows them; templates have them as filters (`templatetags/times.py`).

A moment is an aware datetime or an instant (microseconds since 1970); for none the words are "".
"""

from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone

from analytics import durations, instants

Moment = datetime | int | None


def local(value: Moment) -> datetime | None:
    if value is None or value == "":
        return None
    return timezone.localtime(instants.to_datetime(value) if isinstance(value, int) else value)


def midnight(day: date) -> datetime:
    """The start of a day where the viewer is."""
    return timezone.make_aware(datetime.combine(day, time.min))


def named_day(day: date, today: date) -> str:
    """ "today", "yesterday", "Monday" within the last week, "12 November" this year, else with its year."""
    ago = (today - day).days
    if ago in (0, 1):
        return ("today", "yesterday")[ago]
    if 1 < ago < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" + ("" if day.year == today.year else f" {day.year}")


def day(value: Moment) -> str:
    """The day in words: "today", "Monday", "30 October", "16 June 2025"."""
    at = local(value)
    return named_day(at.date(), timezone.localdate()) if at else ""


def moment(value: Moment) -> str:
    """Day and time: "today 09:48", "30 October 11:00"."""
    at = local(value)
    return f"{day(value)} {at:%H:%M}" if at else ""


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
    return f"{durations.words(since // timedelta(microseconds=1))} ago"


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
