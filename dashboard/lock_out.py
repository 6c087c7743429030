"""Lock-out: five wrong passwords or codes for one user name from one address, and both must wait a while.

django-axes counts the tries, in the database, and refuses; the numbers are in the settings. Here is what it asks of us:
the address, and the page that says until when.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from webhooks.authentication import client_address

log = structlog.get_logger(__name__)


def address(request: HttpRequest) -> str | None:
    """The browser's address, as far as TRUSTED_PROXIES lets us believe it."""
    found = client_address(request)
    return str(found) if found else None


def is_locked(request: HttpRequest, name: str) -> bool:
    """Must this user name wait at the address of this request?"""
    return not AxesProxyHandler.is_allowed(request, {"username": name})


def count_failure(request: HttpRequest, user: User) -> None:
    """A wrong code counts as a wrong password does. The fifth turns the answer into the page of `refuse`."""
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)


def lift(name: str) -> int:
    """Lets that user name try again from everywhere; how many addresses had been counted."""
    return int(AxesProxyHandler.reset_attempts(username=name))


def refuse(request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, Any] | None) -> HttpResponse:
    """The page instead of `response`, which would tell whether the password was right."""
    name = str((credentials or {}).get("username") or "")
    log.warning("sign-in locked", user=name, address=address(request))
    return locked_page(request, locked_until(name, address(request)))


def locked_page(request: HttpRequest, until: datetime) -> HttpResponse:
    """429: locked until then."""
    minutes = max(1, -int((timezone.now() - until).total_seconds() // 60))
    return render(request, "registration/locked.html", {"until": until, "minutes": minutes}, status=429)


def locked_until(name: str, where: str | None) -> datetime:
    """When so many of the counted tries are forgotten that the rest is below the limit."""
    cool_off = get_cool_off()
    tries = AccessAttempt.objects.filter(username=name, ip_address=where, attempt_time__gt=timezone.now() - cool_off)
    left = sum(tried.failures_since_start for tried in tries)
    until = timezone.now()
    for tried in tries.order_by("attempt_time"):
        if left < settings.LOCK_OUT_AFTER:
            break
        left -= tried.failures_since_start
        until = tried.attempt_time + cool_off
    return until
