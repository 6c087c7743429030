"""Who may open a view at all, and how: pages are read, commands posted.

Which rows they see is decided in `dashboard.shortcuts`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from dashboard.htmx import MemberRequest
from rooms.access import Action, may

Params = ParamSpec("Params")
View = Callable[Concatenate[MemberRequest, Params], HttpResponseBase]
AnyView = Callable[Concatenate[HttpRequest, Params], HttpResponseBase]


def _only(action: Action, view: View[Params]) -> AnyView[Params]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
        member = cast(MemberRequest, request)
        if not request.user.is_authenticated:
            # A live part of a page whose session ran out must not show the sign-in form inside itself.
            return HttpResponseClientRefresh() if member.htmx else redirect_to_login(request.get_full_path())
        if not may(request.user, action):
            raise Http404
        return view(member, *args, **kwargs)

    return guarded


def member_required(view: View[Params]) -> AnyView[Params]:
    """Signed in and of a group of ours; strangers get 404, the anonymous are asked to sign in."""
    return _only("see", require_safe(view))


def export_required(view: View[Params]) -> AnyView[Params]:
    """For who may take students' data out as a file, in any room at all; the view says in which."""
    return _only("export", require_safe(view))


def member_form(view: View[Params]) -> AnyView[Params]:
    """For members: a form to be read and sent. Which of them may is said by `dashboard.shortcuts` in the view."""
    return _only("see", _form(view))


def member_command(view: View[Params]) -> AnyView[Params]:
    """For members, and only by POST: it changes something. Which of them may is said by `dashboard.shortcuts`."""
    return _only("see", require_POST(view))


def ops_required(view: View[Params]) -> AnyView[Params]:
    """For ops alone; for teachers and strangers the page does not exist."""
    return _only("operate", require_safe(view))


def ops_form(view: View[Params]) -> AnyView[Params]:
    """For ops alone: a form to be read and sent."""
    return _only("operate", _form(view))


def ops_command(view: View[Params]) -> AnyView[Params]:
    """For ops alone, and only by POST: it changes something."""
    return _only("operate", require_POST(view))


_form = require_http_methods(["GET", "HEAD", "POST"])
