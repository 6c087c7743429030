"""Figures of polls in words, and the way from a session to its polls."""

from django import template

from analytics import durations, instants, poll_sync
from analytics.models import Session

register = template.Library()

KINDS = {
    "single-choice": "one choice",
    "multiple-choice": "several choices",
    "short-answer": "short text",
    "long-answer": "long text",
}


@register.filter
def number(count: int) -> str:
    """ "9,930"."""
    return f"{count:,}"


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1: "43 %", "<1 %" for what is there but rounds to nothing; "" for none."""
    if share is None:
        return ""
    whole = round(share * 100)
    return "<1 %" if whole == 0 and share > 0 else ">99 %" if whole == 100 and share < 1 else f"{whole} %"


@register.filter
def percent_x(share: float) -> str:
    """A share from 0 to 1 as SVG wants a width: "42.86%"; what is there is seen."""
    return f"{max(share * 100, 0.5):.2f}%"


@register.filter
def share(part: int, whole: int) -> float | None:
    """`{{ result.right|share:result.answered|percent }}`; None of nothing."""
    return part / whole if whole else None


@register.filter
def answer_time(micros: int | None) -> str:
    """How long somebody took: "4.2 s", "42 s", "2 min 06 s"; "" when it was not told."""
    if micros is None:
        return ""
    return f"{micros / instants.SECOND:.1f} s" if micros < 10 * instants.SECOND else durations.exact(micros)


@register.filter
def points(score: float | None) -> str:
    """ "5", "4.5"; "" for none."""
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


@register.filter
def question_kind(kind: str) -> str:
    """A type of question in words."""
    return KINDS.get(kind, kind)


@register.simple_tag
def has_polls(session: Session) -> bool:
    """May a poll have been asked in the session?"""
    return poll_sync.has_polls(session.room_id)
