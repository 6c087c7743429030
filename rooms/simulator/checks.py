"""Checks of request bodies, put together from small ones: each takes where it is and the value, and refuses with 400.

A refusal reads `{"code": 400, "message": "invalid input", "details": ["roles.host.priority must be 1 to 5"]}`: the
message is the one public tests saw, the detail names the field.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from rooms.simulator.refusals import Refused

Check = Callable[[str, Any], None]


def refuse(detail: str) -> Refused:
    """400 for a field of the body."""
    return Refused(400, "invalid input", detail)


def flag(where: str, value: Any) -> None:
    """true or false."""
    if not isinstance(value, bool):
        raise refuse(f"{where} must be true or false")


def whole(low: int | None = None, high: int | None = None) -> Check:
    """A whole number within bounds, both included."""

    def check(where: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise refuse(f"{where} must be a whole number")
        _bounded(where, value, low, high)

    return check


def number(low: float | None = None, high: float | None = None) -> Check:
    """Any number within bounds, both included."""

    def check(where: str, value: Any) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise refuse(f"{where} must be a number")
        _bounded(where, value, low, high)

    return check


def _bounded(where: str, value: float, low: float | None, high: float | None) -> None:
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}"
        raise refuse(f"{where} must be {bounds}")


def text(pattern: str = "", longest: int | None = None) -> Check:
    """Text that fits a pattern as a whole (any, when none is given) and is not too long."""

    def check(where: str, value: Any) -> None:
        if not isinstance(value, str):
            raise refuse(f"{where} must be text")
        if pattern and not re.fullmatch(pattern, value, re.DOTALL):
            raise refuse(f"{where} must look like {pattern}")
        if longest is not None and len(value) > longest:
            raise refuse(f"{where} must be at most {longest} characters")

    return check


def one_of(*known: object) -> Check:
    """One of the values named."""

    def check(where: str, value: Any) -> None:
        if value not in known:
            raise refuse(f"{where} must be one of {', '.join(map(str, known))}")

    return check


def list_of(check: Check, *, least: int = 0, most: int | None = None) -> Check:
    """A list whose items all pass."""

    def each(where: str, value: Any) -> None:
        if not isinstance(value, list):
            raise refuse(f"{where} must be a list")
        if len(value) < least:
            raise refuse(f"{where} must have at least {least}")
        if most is not None and len(value) > most:
            raise refuse(f"{where} must have at most {most}")
        for position, item in enumerate(value):
            check(f"{where}[{position}]", item)

    return each


def map_of(check: Check) -> Check:
    """An object whose values all pass, whatever their names."""

    def each(where: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise refuse(f"{where} must be an object")
        for name, item in value.items():
            check(f"{where}.{name}" if where else name, item)

    return each


def fields(known: Mapping[str, Check], *required: str) -> Check:
    """An object: known fields pass their checks, others are let by, null counts as absent."""

    def each(where: str, value: Any) -> None:
        inside = f"{where}." if where else ""
        if not isinstance(value, dict):
            raise refuse(f"{where or 'the body'} must be an object")
        for name in required:
            if value.get(name) is None:
                raise refuse(f"{inside}{name} is required")
        for name, check in known.items():
            if value.get(name) is not None:
                check(inside + name, value[name])

    return each


SUMMARY = fields(
    {
        "enabled": flag,
        "context": text(longest=300),
        "temperature": number(0.1, 1.0),
        "sections": list_of(
            fields({"title": text(longest=100), "format": one_of("bullets", "paragraph")}, "title", "format"),
            most=6,
        ),
    }
)
"""How a transcript is summed up: the same in a start and in a template."""
