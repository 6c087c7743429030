"""Who may post webhooks: those who know the secret header and, if a list is set, come from an address on it.

100ms signs nothing; a secret header of our choosing and its address list are all it offers (EVENTS trap 4).
Without a configured secret everything is refused, except with DEBUG on, where a developer works alone.
"""

import hmac
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from webhooks.complaints import Complaint

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_no_secret = Complaint("webhooks refused: HMS_WEBHOOK_SECRET is not set")
_wrong_secret = Complaint("webhook refused: wrong secret")
_wrong_address = Complaint("webhook refused: address not in HMS_WEBHOOK_ADDRESSES")


def permitted(request: HttpRequest, address: Address | None) -> bool:
    """May this request leave a delivery? A refusal is logged, at most once a minute, and never explained outside."""
    if not _knows_the_secret(request):
        return False
    allowed = tuple(settings.HMS_WEBHOOK_ADDRESSES)
    if allowed and (address is None or not any(address in network for network in networks(allowed))):
        _wrong_address.say(address=str(address))
        return False
    return True


def meta_key(header: str) -> str:
    """The name under which WSGI hands over a request header."""
    return "HTTP_" + header.upper().replace("-", "_")


def _knows_the_secret(request: HttpRequest) -> bool:
    secret: str = settings.HMS_WEBHOOK_SECRET
    if not secret:
        if not settings.DEBUG:
            _no_secret.say()
        return bool(settings.DEBUG)
    # WSGI decodes header bytes as latin-1; compared as bytes because compare_digest takes only ASCII text.
    given = request.META.get(meta_key(settings.HMS_WEBHOOK_HEADER), "").encode("latin-1", "replace")
    if hmac.compare_digest(given, secret.encode()):
        return True
    _wrong_secret.say(address=request.META.get("REMOTE_ADDR", ""), given=bool(given))
    return False


def client_address(request: HttpRequest) -> Address | None:
    """The address that posted, or None when nobody we trust names it.

    Behind TRUSTED_PROXIES proxies of ours, each of which appends the address it was called from, the entry that
    many places from the right of X-Forwarded-For is the caller; everything left of it the caller may have made up.
    """
    proxies: int = settings.TRUSTED_PROXIES
    if not proxies:
        return _address(request.META.get("REMOTE_ADDR", ""))
    named = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return _address(named[-proxies]) if len(named) >= proxies else None


@lru_cache(maxsize=8)
def networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of a list of addresses and CIDR blocks. One that cannot be read lets nobody in;
    `dashboard/checks.py` names it."""
    found = []
    for name in names:
        try:
            found.append(ip_network(name.strip(), strict=False))
        except ValueError:
            continue
    return tuple(found)


def _address(text: str) -> Address | None:
    """An address as proxies write it: bare, "203.0.113.7:4711" or "[2001:db8::1]:4711"."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket shows 203.0.113.7 as ::ffff:203.0.113.7.
    return getattr(address, "ipv4_mapped", None) or address
