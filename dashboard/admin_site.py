"""The admin, for operations: the same people who may operate elsewhere, and nobody else."""

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from rooms.access import may


class AdminSite(UnfoldAdminSite):  # type: ignore[misc]  # Unfold has no types
    """Unfold's look; who may enter is the policy's to say (`rooms/access.py`), not a flag on the user."""

    site_header = site_title = "Rollcall"

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "operate")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseRedirect:
        """To our own page, which knows the second factor. Who is signed in and may not enter finds nothing here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        # The sign-in page leads to no other host, whatever is asked for here.
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """To our own page, where wrong passwords are counted."""
        return HttpResponseRedirect(reverse("password_change"))
