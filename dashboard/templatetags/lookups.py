"""`{{ rooms|get:delivery.room_id }}`: a value by a key that only the template knows."""

from collections.abc import Mapping
from typing import TypeVar

from django import template

register = template.Library()

Value = TypeVar("Value")


@register.filter
def get(mapping: Mapping[str, Value], key: str) -> Value | None:
    return mapping.get(key)
