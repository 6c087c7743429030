"""Where an API is, and whether the way there leads through a company's proxy."""

from typing import Final

import httpx

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def address(text: str, what: str) -> httpx.URL:
    """Raises ValueError, naming `what` it is, for what is not http(s)."""
    url = httpx.URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{what} must begin with http:// or https://")
    return url


def by_proxy(url: httpx.URL | str) -> bool:
    """The proxy a company sets for the outside world cannot reach a simulator on this machine."""
    return httpx.URL(url).host not in _THIS_MACHINE
