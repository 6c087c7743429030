"""With OPS_NEED_SECOND_FACTOR, ops set up a second factor before they come to anything else."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from dashboard import second_factor
from rooms.access import is_ops

PROVED: Final = "second_factor"
"""In a session that was begun with the second factor, or in which it was set up."""


class NeededSecondFactorMiddleware:
    """Stands in front of every page, the admin's too; it asks the database only of sessions without the mark."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not settings.OPS_NEED_SECOND_FACTOR or not is_ops(user) or request.session.get(PROVED):
            return self.get_response(request)
        if request.path in (reverse("second_factor"), reverse("logout")):
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            return HttpResponseClientRefresh()
        if isinstance(user, User) and second_factor.is_on(user):  # set up in another browser since this one signed in
            logout(request)
            return redirect_to_login(request.get_full_path())
        return redirect("second_factor")
