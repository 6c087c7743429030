from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import sites
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from unfold.apps import BasicAppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"
    default = True

    def ready(self) -> None:
        from dashboard import checks, logs, schedule, session_limits  # noqa: F401 - importing the checks registers them
        from dashboard.forms import refused

        logs.configure()
        refused.speak()
        # The dashboard has no models, so no signal of its own: the schedule follows the tables it is written into.
        post_migrate.connect(schedule.seed, sender=apps.get_app_config("django_celery_beat"))
        user_logged_in.connect(session_limits.begin, dispatch_uid="session_limits.begin")


class AdminLookConfig(BasicAppConfig):  # type: ignore[misc]  # Unfold has no types
    """Unfold with our own site in place of the stock one, before any app registers its models there."""

    def ready(self) -> None:
        from dashboard.admin_site import AdminSite

        admin.site = sites.site = AdminSite()
