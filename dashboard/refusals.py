"""What 100ms, or our own check of a change, says no to: in words, and on the field it concerns."""

import re
from collections.abc import Mapping
from typing import Final

from django import forms

from rooms import hms
from rooms.connection import NotConfigured
from rooms.masking import masked_text

Problem = hms.Error | ValueError | NotConfigured

UNSURE: Final = (
    "100ms did not answer, so nobody knows yet whether this was done. Rollcall looks again within five minutes. "
    "Look before you try again; the audit has this attempt as “no answer”."
)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PATH: Final = re.compile(r"^[A-Za-z0-9_.\[\]-]+")


def in_words(problem: Problem) -> str:
    """What went wrong and what to do, for the person who asked for the change. No secrets."""
    match problem:
        case hms.ConnectionFailed() | hms.UnreadableAnswer():
            return UNSURE
        case hms.ServerFailed():
            return f"100ms failed ({problem.status}). {UNSURE}"
        case hms.RateLimited():
            wait = f" for {problem.retry_after:.0f} s" if problem.retry_after else " for a minute"
            return f"100ms asks to wait{wait}. Nothing was changed; try again then."
        case hms.Unauthorized():
            return (
                "100ms does not take our keys. Nothing was changed. Ops: check HMS_ACCESS_KEY and HMS_SECRET, "
                "and this server's clock."
            )
        case hms.NotFound():
            return f"100ms does not know it (any more): {_said(problem)} Nothing was changed."
        case hms.Refused():
            return f"100ms refused: {_said(problem)} Nothing was changed."
        case NotConfigured():
            return str(problem)
    return _sentence(masked_text(str(problem)))


def land(form: forms.Form, problem: Problem, names: Mapping[str, str] | None = None) -> None:
    """Add `problem` to the field of `form` that it names, else to the form.

    `names`: what 100ms calls a field → what the form calls it, where they differ; the longest name that fits wins.
    """
    text = in_words(problem)
    fields = {name: name for name in form.fields} | dict(names or {})
    named = [fields[word] for word in _named(problem) if word in fields]
    form.add_error(next((name for name in named if name in form.fields), None), text)


def _named(problem: Problem) -> list[str]:
    """The words by which a refusal may name a field, the most telling first."""
    if isinstance(problem, hms.Refused):
        words = _WORD.findall(" ".join([*problem.details, problem.message]))
        return [*words, *(word.lower() for word in words)]
    if isinstance(problem, ValueError):
        found = _PATH.match(str(problem))
        # "recording_info.upload_info.location must be …": the whole path, then what it lies in.
        steps = re.sub(r"\[\d+\]", "", found[0]).split(".") if found else []
        return [".".join(steps[:end]) for end in range(len(steps), 0, -1)] + steps[::-1]
    return []


def _said(problem: hms.ErrorAnswer) -> str:
    return _sentence(masked_text("; ".join([problem.message, *problem.details])))


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
