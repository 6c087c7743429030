"""By what the demo knows a database that it made itself: a file beside it, outside the database."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User

NAME: Final = "demo.database"


def leave(described: str, usernames: list[str]) -> None:
    """Write down that the database `described` is the demo's, with the logins it made there."""
    _path().write_text("".join(f"{line}\n" for line in sorted(_lines(described, usernames))), encoding="utf-8")


def is_there(described: str, usernames: list[str]) -> bool:
    """Was one of the logins that stand now made by the demo, in this very database?

    Another database of the same name has other people in it, or the same names made at another time.
    """
    path = _path()
    return path.exists() and not _lines(described, usernames).isdisjoint(path.read_text(encoding="utf-8").splitlines())


def _lines(described: str, usernames: list[str]) -> set[str]:
    made = User.objects.filter(username__in=usernames).values_list("username", "date_joined")
    return {f"{described}: {name} made {at.isoformat()}" for name, at in made}


def _path() -> Path:
    return Path(settings.VAR_DIR) / NAME
