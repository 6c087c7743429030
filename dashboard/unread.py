"""Why 100ms could not be read for a page just now, in words. Of changes that went wrong `dashboard.refusals` tells."""

from rooms import hms
from rooms.connection import NotConfigured

Problem = hms.Error | NotConfigured


def why_unread(problem: Problem) -> str:
    """One or two sentences without secrets, for the person who looks."""
    match problem:
        case hms.TimedOut():
            return "100ms did not answer in time."
        case hms.ConnectionFailed():
            return "100ms cannot be reached just now."
        case hms.UnreadableAnswer():
            return "100ms answered something that cannot be read."
        case hms.ServerFailed():
            return f"100ms has a fault of its own ({problem.status})."
        case hms.RateLimited():
            wait = f"{problem.retry_after:.0f} s" if problem.retry_after else "a minute"
            return f"100ms is asked too often; it wants us to wait {wait}."
        case hms.Unauthorized() | hms.Forbidden():
            return "100ms does not let us read this. Ops: check HMS_ACCESS_KEY, HMS_SECRET and this server's clock."
        case hms.ErrorAnswer():
            return f"100ms refused: {problem.message}."
    return str(problem)


def not_shown(problem: Problem) -> str:
    """The same for what was asked for to be seen once: a key, a token."""
    return f"{why_unread(problem)} Nothing was shown, and nothing was changed."
