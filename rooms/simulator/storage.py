"""Where files lie, and the links that let somebody fetch one for a while (EVENTS trap 33).

A link names the file, the Unix second until which it holds, and a signature over both; the simulator itself serves it,
below `/files/`. `address` is where the simulator is reached: known once it serves, for webhooks name links too.
"""

import hmac
from collections.abc import Callable
from typing import Final

from rooms.simulator.clock import DAY, SECOND

BUCKET: Final = "s3://school-recordings"
PREFIX: Final = "/files/"
A_DAY: Final = DAY // SECOND


class Storage:
    """`lifetime` tells for how many seconds a webhook's links hold in rooms of a template."""

    def __init__(self, key: str, lifetime: Callable[[str], int] = lambda template_id: A_DAY) -> None:
        self.address = "http://simulator"
        self.lifetime = lifetime
        self._key = key.encode()

    def path(self, file: str) -> str:
        """The place in the bucket of a file, which is `<room id>/<session id>/<name>`."""
        return f"{BUCKET}/{file}"

    def link(self, file: str, expires: int, address: str | None = None) -> str:
        """The link of a file until a Unix second, at the simulator's own address or the one given."""
        return f"{address or self.address}{PREFIX}{file}?{self.query(file, expires)}"

    def query(self, file: str, expires: int) -> str:
        """What makes a bare address of a file a link."""
        return f"expires={expires}&signature={self._sign(file, expires)}"

    def allows(self, file: str, expires: str | None, signature: str | None, now: int) -> bool:
        """Whether such a link lets somebody at the file at `now` (Unix nanoseconds)."""
        if not expires or not expires.isascii() or not expires.isdigit():
            return False
        good = hmac.compare_digest(self._sign(file, int(expires)), signature or "")
        return good and now < int(expires) * SECOND

    def _sign(self, file: str, expires: int) -> str:
        return hmac.new(self._key, f"{file}\n{expires}".encode(), "sha256").hexdigest()
