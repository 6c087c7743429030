"""The parts of a session's page that change while it runs: each has an id and a digest of what it shows.

The page asks again every few seconds and says which digests it has; the answer holds only the parts that differ, to
be swapped in place by id. Nothing is kept between two questions, so any process may answer the next one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any, Final

from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

_SLOT: Final = ' data-part=""'


@dataclass(frozen=True)
class Part:
    """`template` renders one element with this id and `data-part=""`; `container` is where a new one is added."""

    id: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    container: str = ""
    container_tag: str = "div"

    def render(self, context: Mapping[str, Any]) -> tuple[str, str]:
        """The element and the digest of it."""
        template = Engine.get_default().get_template(self.template)
        html = template.render(Context({**context, **self.context, "part_id": self.id})).strip()
        return html, blake2s(html.encode(), digest_size=5).hexdigest()


def drawn(html: str, digest: str, swap: str = "") -> SafeString:
    """The element with its digest, and with the order to swap it, if any."""
    return mark_safe(html.replace(_SLOT, f' data-part="{digest}"{swap}', 1))  # noqa: S308 (a template rendered it)


def anchor(key: str) -> str:
    """A person's key as an element id may hold it: user ids come with blanks, quotes and worse."""
    return blake2s(key.encode(), digest_size=6).hexdigest()


def held(text: str) -> dict[str, str]:
    """What the page says it has: "id.digest id.digest"."""
    return dict(entry.split(".", 1) for entry in text.split() if "." in entry)


def changes(parts: Iterable[Part], context: Mapping[str, Any], have: Mapping[str, str]) -> Iterator[str]:
    """What the page lacks, as out-of-band swaps; elements it should no longer have are deleted."""
    current = set()
    for part in parts:
        current.add(part.id)
        html, digest = part.render(context)
        if part.id not in have and part.container:
            tag, inside = part.container_tag, drawn(html, digest)
            yield _wrapped(f'<{tag} id="{part.container}" hx-swap-oob="beforeend">{inside}</{tag}>')
        elif have.get(part.id) != digest:
            yield _wrapped(drawn(html, digest, ' hx-swap-oob="true"'))
    for gone in have.keys() - current:
        if gone.replace("-", "").isalnum():
            yield f'<div id="{gone}" hx-swap-oob="delete"></div>'


def _wrapped(html: str) -> str:
    # Rows of tables and lists do not survive the parser on their own.
    return f"<template>{html}</template>"
