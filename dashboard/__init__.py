"""What people see: settings, URLs and all pages. No models.

May import everything below it; nothing imports it.
"""

from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
