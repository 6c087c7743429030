"""JSON as people read it: indented, in their own letters, secrets masked."""

import json
from typing import Any

from django import template

from analytics.masking import masked

register = template.Library()


@register.filter
def pretty(value: Any) -> str:
    return json.dumps(masked(value), indent=2, ensure_ascii=False)
