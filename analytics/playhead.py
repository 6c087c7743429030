"""Places in a film, as people write them and as pages show them: "21:48", "1:02:03"."""

import re
from typing import Final

LONGEST: Final = 48 * 3600  # seconds; longer than any recording
_CLOCK: Final = re.compile(r"^(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d)$")
_SECONDS: Final = re.compile(r"^\d{1,6}(?:\.\d{1,6})?$")
_SPOKEN: Final = re.compile(r"^(?:(\d{1,2})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s)?$")


def parse(text: str) -> float | None:
    """Seconds: "1308", "1308.5", "21:48", "1:02:03", "21m48s". None for what is no place."""
    text = text.strip().lower()
    if not text.isascii():
        return None
    if _SECONDS.match(text):
        seconds = float(text)
    elif (found := _CLOCK.match(text) or _SPOKEN.match(text)) and any(found.groups()):
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        seconds = float(hours * 3600 + minutes * 60 + rest)
    else:
        return None
    return seconds if seconds <= LONGEST else None


def clock(seconds: float) -> str:
    """ "0:00", "21:48", "1:02:03"; the second that is running, so never rounded up."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, left = divmod(minutes, 60)
    return f"{hours}:{left:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def written(seconds: float) -> str:
    """As addresses have it: "1308", "1308.5"."""
    return f"{seconds:.1f}".removesuffix(".0")
