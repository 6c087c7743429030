"""A content security policy wide enough for the admin's theme, on the admin's own URLs alone.

The theme evaluates expressions (Alpine) and writes its colours into a style element. Every other page keeps the strict
policy of the settings.
"""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

WIDER = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class AdminPolicyMiddleware:
    """Stands below `CSPMiddleware`, which reads the mark it leaves on the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(reverse("admin:index")):
            response._csp_replace = WIDER  # type: ignore[attr-defined]
        return response
