"""The limits the contract documents for what we send, so that a refusal comes before the call and names its field.

A rule takes the name of a field (dotted where it is nested) and its value, and raises ValueError saying what the
field must be. Fields that no rule names are let pass, and so is None: 100ms may know more than the contract. No
message quotes a text we were given, for it may be a secret.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rule = Callable[[str, Any], None]


def check(value: Any, rule: Rule, name: str = "") -> None:
    """Raises ValueError for the first field that breaks its rule."""
    rule(name, value)


def flag(name: str, value: Any) -> None:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")


def whole(least: int | None = None, most: int | None = None, *, unit: str = "", step: int = 1) -> Rule:
    """A whole number of `unit`, both bounds included, a multiple of `step`."""

    def rule(name: str, value: Any) -> None:
        _within(name, value, int, "a whole number", least, most, unit)
        if value % step:
            raise ValueError(f"{name} must be a multiple of {step}, not {value}")

    return rule


def number(least: float | None = None, most: float | None = None) -> Rule:
    """A number, both bounds included."""
    return lambda name, value: _within(name, value, (int, float), "a number", least, most, "")


def text(*, most: int | None = None, pattern: str = "", form: str = "", empty: bool = False) -> Rule:
    """A text of `most` characters that matches `pattern`, which `form` puts in words; `empty` lets "" pass."""
    expression = re.compile(pattern, re.DOTALL) if pattern else None

    def rule(name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text")
        if not value and not empty:
            raise ValueError(f"{name} must not be empty: leave it out instead")
        if most is not None and len(value) > most:
            raise ValueError(f"{name} must have {most} characters at most, not {len(value)}")
        if expression is not None and not expression.fullmatch(value):
            raise ValueError(f"{name} must be {form}")

    return rule


def one_of(*choices: str) -> Rule:
    """One of the words."""

    def rule(name: str, value: Any) -> None:
        if value not in choices:
            raise ValueError(f"{name} must be one of: {', '.join(choices)}")

    return rule


def each(of: Rule, *, least: int = 0, most: int | None = None) -> Rule:
    """A list of `least` to `most` items that keep `of`."""

    def rule(name: str, value: Any) -> None:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            raise ValueError(f"{name} must be a list")
        if len(value) < least:
            raise ValueError(f"{name} must have {least} or more items")
        if most is not None and len(value) > most:
            raise ValueError(f"{name} must have {most} items at most, not {len(value)}")
        for position, item in enumerate(value):
            of(f"{name}[{position}]", item)

    return rule


def fields(rules: Mapping[str, Rule], *, required: Sequence[str] = ()) -> Rule:
    """An object whose fields keep their rules; those `required` must be there."""

    def rule(name: str, value: Any) -> None:
        _mapping(name, value)
        for key in required:
            if value.get(key) is None:
                raise ValueError(f"{_below(name, key)} is required")
        for key, of in rules.items():
            if value.get(key) is not None:
                of(_below(name, key), value[key])

    return rule


def by_name(of: Rule) -> Rule:
    """An object whose values all keep `of`, whatever their names."""

    def rule(name: str, value: Any) -> None:
        _mapping(name, value)
        for key, item in value.items():
            of(_below(name, key), item)

    return rule


def both(first: Rule, second: Rule) -> Rule:
    """`first`, then `second`, which may rely on it."""

    def rule(name: str, value: Any) -> None:
        first(name, value)
        second(name, value)

    return rule


def _mapping(name: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name or 'the body'} must be an object")


def _below(name: str, key: object) -> str:
    return f"{name}.{key}" if name else str(key)


def _within(
    name: str,
    value: Any,
    kinds: type[int] | tuple[type[int], type[float]],
    noun: str,
    least: float | None,
    most: float | None,
    unit: str,
) -> None:
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise ValueError(f"{name} must be {noun}")
    if (least is None or value >= least) and (most is None or value <= most):
        return
    end = f" {unit}" if unit else ""
    if most is None:
        raise ValueError(f"{name} must be {least}{end} or more, not {value}")
    raise ValueError(f"{name} must be {least} to {most}{end}, not {value}")
