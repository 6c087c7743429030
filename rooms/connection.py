"""The one client of the process, made from the settings."""

import threading

from django.conf import settings

from rooms.hms import Client
from rooms.hms.pace import PATIENCE


class NotConfigured(Exception):
    """HMS_ACCESS_KEY or HMS_SECRET is not set, so 100ms cannot be asked."""

    def __init__(self) -> None:
        super().__init__(
            "HMS_ACCESS_KEY and HMS_SECRET are not set: take both from the 100ms dashboard, Developer section, "
            "and put them into the environment or .env"
        )


def client(*, patience: float = PATIENCE) -> Client:
    """The client for the workspace in the settings; threads share it. Raises `NotConfigured`.

    `patience`: seconds that one call may sit out when 100ms asks to wait. A task has little of it: its worker has other
    things to do, and the task comes again. A page that only looks has none.
    """
    if not settings.HMS_ACCESS_KEY or not settings.HMS_SECRET:
        raise NotConfigured
    asked = (
        settings.HMS_API_URL,
        settings.HMS_AUTH_URL,
        settings.HMS_ACCESS_KEY,
        settings.HMS_SECRET,
        settings.HMS_REQUESTS_PER_SECOND,
        settings.HMS_TIMEOUT,
        settings.HMS_RETRIES,
        patience,
    )
    with _lock:
        if asked not in _made:
            # Other settings than before: the connections of the old ones are no longer wanted.
            for old in [old for old in _made if old[:-1] != asked[:-1]]:
                _made.pop(old).close()
            url, auth_url, access_key, secret, pace, timeout, retries, _ = asked
            _made[asked] = Client(
                access_key=access_key,
                secret=secret,
                base_url=url,
                auth_url=auth_url,
                requests_per_second=pace,
                timeout=timeout,
                retries=retries,
                patience=patience,
            )
        return _made[asked]


_lock = threading.Lock()
_made: dict[tuple[str, str, str, str, float, float, int, float], Client] = {}
