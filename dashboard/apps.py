from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from dashboard import checks, logs, schedule  # noqa: F401 - importing the checks registers them

        logs.configure()
        # The dashboard has no models, so no signal of its own: the schedule follows the tables it is written into.
        post_migrate.connect(schedule.seed, sender=apps.get_app_config("django_celery_beat"))
