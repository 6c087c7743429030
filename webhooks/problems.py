"""What went wrong, in words that may be kept and logged: without the secrets of the body it went wrong with.

A database quotes what it refuses: PostgreSQL's DETAIL and CONTEXT hold whole rows, and the lines of a COPY.
"""

from traceback import extract_tb
from typing import Final

from rooms.masking import masked_text

FRAMES: Final = 6  # of our way there, the last ones


def said(problem: BaseException) -> str:
    """The kind of error and its message; of PostgreSQL's the first line alone, and secrets in URLs masked."""
    diagnosis = getattr(problem.__cause__ or problem, "diag", None)
    message = getattr(diagnosis, "message_primary", None) or str(problem)
    return masked_text(f"{type(problem).__name__}: {message}".replace("\x00", "\N{REPLACEMENT CHARACTER}"))


def where(problem: BaseException) -> str:
    """Where it was raised, innermost last: a traceback without the message, which `said` tells with care."""
    return " > ".join(
        f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in extract_tb(problem.__traceback__)[-FRAMES:]
    )
