"""The admin, for operations: the same people who may operate elsewhere, and nobody else."""

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from rooms.access import may


class AdminSite(UnfoldAdminSite):  # type: ignore[misc]  # Unfold has no types
    """Unfold's look; who may enter is the policy's to say (`rooms/access.py`), not a flag on the user."""

    site_header = site_title = "Rollcall"

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "operate")
