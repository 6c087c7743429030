"""The viewer's time zone: the one their browser names in a cookie, else the school's own (`TIME_ZONE`)."""

import zoneinfo
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "time_zone"  # set by static/js/time_zone.js


@lru_cache(maxsize=256)
def named(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone of that IANA name, or None: the cookie is the visitor's to write."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


class ViewerTimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = named(request.COOKIES.get(COOKIE, "")) or timezone.get_default_timezone()
        with timezone.override(zone):
            return self.get_response(request)
