"""JSON and text as people read them: JSON indented, in their own letters; secrets masked."""

import json
from typing import Any

from django import template

from rooms.masking import masked, masked_text

register = template.Library()


@register.filter
def pretty(value: Any) -> str:
    return json.dumps(masked(value), indent=2, ensure_ascii=False)


register.filter("masked_text", masked_text)
