"""How long a sign-in lasts on a machine that others use too.

It ends with the browser (a setting), when nobody has touched the pages for SESSION_IDLE_MINUTES, and SESSION_HOURS
after it began. Pages that ask for news by themselves do not keep it alive: when no key, pointer or finger has moved
since they asked last, static/js/frame.js says so in a header.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

UNATTENDED: Final = "X-Unattended"
SIGNED_IN_AT: Final = "signed_in_at"  # both in seconds since 1970
TOUCHED_AT: Final = "touched_at"
STEP: Final = 60
"""Seconds within which a second touch is not written down."""


def begin(sender: object, request: HttpRequest, **_: Any) -> None:
    """Somebody has signed in (the signal `user_logged_in`)."""
    request.session[SIGNED_IN_AT] = request.session[TOUCHED_AT] = time.time()


class SessionLimitsMiddleware:
    """Ends what has run out, and keeps signed-in pages out of the browser's store: Back shows nothing of them.

    Stands below the authentication and the messages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = SESSION_KEY in request.session
        if was_signed_in:
            self._keep_or_end(request)
        response = self.get_response(request)
        if was_signed_in or SESSION_KEY in request.session:
            patch_cache_control(response, private=True, no_store=True)
        return response

    def _keep_or_end(self, request: HttpRequest) -> None:
        session, now = request.session, time.time()
        ended = _ended(session, now)
        if ended:
            logout(request)
            messages.info(request, ended)
        elif UNATTENDED not in request.headers and now - session[TOUCHED_AT] >= STEP:
            session[TOUCHED_AT] = now


def _ended(session: SessionBase, now: float) -> str:
    """Why it has ended, in words; "" while it lasts. One that does not say when it began has ended."""
    if now - session.get(SIGNED_IN_AT, 0) >= settings.SESSION_HOURS * 3600:
        return f"A sign-in lasts {settings.SESSION_HOURS} hours. Please sign in again."
    if now - session.get(TOUCHED_AT, 0) >= settings.SESSION_IDLE_MINUTES * 60:
        return f"You were signed out after {settings.SESSION_IDLE_MINUTES} minutes without use."
    return ""
