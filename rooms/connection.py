"""The one client of the process, made from the settings."""

from functools import lru_cache

from django.conf import settings

from rooms.hms import Client


class NotConfigured(Exception):
    """HMS_ACCESS_KEY or HMS_SECRET is not set, so 100ms cannot be asked."""

    def __init__(self) -> None:
        super().__init__(
            "HMS_ACCESS_KEY and HMS_SECRET are not set: take both from the 100ms dashboard, Developer section, "
            "and put them into the environment or .env"
        )


def client() -> Client:
    """The client for the workspace in the settings; threads share it. Raises `NotConfigured`."""
    if not settings.HMS_ACCESS_KEY or not settings.HMS_SECRET:
        raise NotConfigured
    return _client(settings.HMS_API_URL, settings.HMS_ACCESS_KEY, settings.HMS_SECRET, settings.HMS_REQUESTS_PER_SECOND)


@lru_cache(maxsize=1)
def _client(url: str, access_key: str, secret: str, requests_per_second: float) -> Client:
    return Client(access_key=access_key, secret=secret, base_url=url, requests_per_second=requests_per_second)
