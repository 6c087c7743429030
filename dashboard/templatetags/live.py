"""Icons of the cockpit: each is drawn once a page, and a row only points at it, so that an update stays small."""

import re
from functools import lru_cache
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()

# By what a row means: the Lucide name, and the words where the icon stands alone.
_GLYPHS: Final = {
    "mic": "mic",
    "mic-off": "mic-off",
    "cam": "video",
    "cam-off": "video-off",
    "screen": "screen-share",
    "hand": "hand",
    "away": "coffee",
    "drop": "wifi-off",
    "fail": "octagon-x",
    "dots": "ellipsis",
}


@register.simple_tag
@lru_cache(maxsize=1)
def live_sprite() -> SafeString:
    """The icons to point at, drawn nowhere by themselves."""
    symbols = []
    for key, name in _GLYPHS.items():
        drawn = " ".join(lucide(name, size=None).split())
        inside = re.sub(r"^<svg[^>]*>|</svg>$", "", drawn)
        symbols.append(f'<symbol id="i-{key}" viewBox="0 0 24 24">{inside}</symbol>')
    sprite = f'<svg class="sprite" aria-hidden="true"><defs>{"".join(symbols)}</defs></svg>'
    return mark_safe(sprite)  # noqa: S308 (Lucide wrote it)


@register.simple_tag
def glyph(key: str) -> SafeString:
    """One of them, as decoration beside words."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', key)
