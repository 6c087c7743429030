"""Places in a film, for the pages of recordings."""

from django import template

from analytics import durations, instants, playhead
from dashboard.recording import ICONS

register = template.Library()


@register.filter
def place(micros: int) -> str:
    """Microseconds of a film as people read them: "21:48"."""
    return playhead.clock(micros / instants.SECOND)


@register.filter
def clock(seconds: float) -> str:
    """Seconds of a film as people read them: "21:48"."""
    return playhead.clock(seconds)


@register.filter
def in_words(seconds: float) -> str:
    """A length in seconds as text: "42 min"."""
    return durations.words(round(seconds * instants.SECOND))


@register.filter
def in_address(micros: int) -> str:
    """As `?t=` has it: whole seconds, the one that is running."""
    return str(max(0, micros) // instants.SECOND)


@register.filter
def share_of(micros: int, seconds: float) -> str:
    """Where in a film of so many seconds, in percent as SVG wants it."""
    return f"{min(1.0, max(0.0, micros / instants.SECOND / seconds)):.3%}" if seconds else "0%"


@register.filter
def later(instant: int, seconds: float | None) -> str:
    """The moment so many seconds of the film after an instant, as an address has it."""
    return instants.to_rfc3339(instant + round((seconds or 0) * instants.SECOND))


@register.filter
def chapter_icon(kind: str) -> str:
    return ICONS.get(kind, "circle")
