"""What went wrong with a change to rooms, in words, and what happens next."""

from django import forms

from dashboard import refusals
from dashboard.forms.rooms_settings import NAMES
from rooms.audit import Outcome, outcome_of

_AGAIN = (
    "100ms did not answer; {what}. Rollcall looks again within five minutes and writes what became of it into the "
    "audit. Trying again is safe: {why}."
)


def is_unsure(problem: refusals.Problem) -> bool:
    """May it have been done all the same?"""
    return outcome_of(problem) == Outcome.UNSURE


def in_words(problem: refusals.Problem, *, new: bool = False) -> str:
    """`new`: a room was to be made, not changed."""
    if not is_unsure(problem):
        return refusals.in_words(problem)
    if new:
        what, why = "the room may have been made", "a room is known by its name, and a second try meets the first"
    else:
        what, why = "it may have been done", "it sets the same once more"
    return _AGAIN.format(what=what, why=why)


def land(form: forms.Form, problem: refusals.Problem, *, new: bool = False) -> None:
    """On the field it concerns, else on the form."""
    if is_unsure(problem):
        form.add_error(None, in_words(problem, new=new))
    else:
        refusals.land(form, problem, NAMES)
