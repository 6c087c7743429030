"""A short way to the endpoint, past what only people need."""

from collections.abc import Callable
from functools import cached_property

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from webhooks.views import receive


class WebhookMiddleware:
    """Answers webhooks before sessions, CSRF, messages, time zones and the request log, which take longer than storing.

    Belongs right behind SecurityMiddleware. The delivery itself is the log of the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return receive(request) if request.path in self.paths else self.get_response(request)

    @cached_property
    def paths(self) -> frozenset[str]:
        """With its last slash and without; asked of the URLs, with the first request, when they are loaded."""
        path = reverse("webhooks:100ms")
        return frozenset({path, path.rstrip("/")})
