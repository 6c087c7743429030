"""The one client of the process, made from the settings."""

import threading
from typing import Final

from django.conf import settings

from rooms.hms import Client


class NotConfigured(Exception):
    """HMS_ACCESS_KEY or HMS_SECRET is not set, so 100ms cannot be asked."""

    def __init__(self) -> None:
        super().__init__(
            "HMS_ACCESS_KEY and HMS_SECRET are not set: take both from the 100ms dashboard, Developer section, "
            "and put them into the environment or .env"
        )


# Seconds that somebody who pressed a button waits for 100ms, tries again included.
ATTENTION: Final = 5.0
# Seconds that 100ms has to answer a page that only looks.
LOOK: Final = 4.0


def client(*, patience: float = ATTENTION, timeout: float | None = None) -> Client:
    """The client for the workspace in the settings; threads share it. Raises `NotConfigured`.

    `patience`: seconds after which one call is not tried again. Somebody who waits before a page has `ATTENTION`; a
    page that only looks has none; a task has little: its worker has other things to do, and the task comes again. Only
    a command has all the patience of `rooms.hms`. `timeout`: seconds for one wait, where the setting's are too many.
    """
    if not settings.HMS_ACCESS_KEY or not settings.HMS_SECRET:
        raise NotConfigured
    asked = (
        settings.HMS_API_URL,
        settings.HMS_AUTH_URL,
        settings.HMS_ACCESS_KEY,
        settings.HMS_SECRET,
        settings.HMS_REQUESTS_PER_SECOND,
        settings.HMS_RETRIES,
        settings.HMS_TIMEOUT,
        timeout,
        patience,
    )
    with _lock:
        if asked not in _made:
            # Other settings than before: the connections of the old ones are no longer wanted.
            for old in [old for old in _made if old[:-2] != asked[:-2]]:
                _made.pop(old).close()
            url, auth_url, access_key, secret, pace, retries, usual, _, _ = asked
            _made[asked] = Client(
                access_key=access_key,
                secret=secret,
                base_url=url,
                auth_url=auth_url,
                requests_per_second=pace,
                timeout=usual if timeout is None else min(usual, timeout),
                retries=retries,
                patience=patience,
            )
        return _made[asked]


_lock = threading.Lock()
_made: dict[tuple[str, str, str, str, float, int, float, float | None, float], Client] = {}
