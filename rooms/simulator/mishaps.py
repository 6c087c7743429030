"""What befalls recordings and streams of a session when the control asks for it: they break, end, get stuck.

Callers hold the world's lock. Nothing is ever told of the past: what happens is heard of a moment later.
"""

from dataclasses import replace
from typing import Any

from rooms.simulator.clock import SECOND
from rooms.simulator.jobs import Job, replaced
from rooms.simulator.refusals import Refused, bad_body
from rooms.simulator.scenarios.footage import OUTPUTS
from rooms.simulator.scenarios.recordings import composite
from rooms.simulator.scenarios.runs import Run
from rooms.simulator.session import Session

_SOON = SECOND


def befall(one: Job, wish: dict[str, Any]) -> Job:
    """One thing of: `error` (a beamErrorType), `reason` (of a stop), `stuck`, `unread` (outputs its transcript lacks).

    Raises Refused: 400 for another wish, 409 for what can no longer happen to it.
    """
    run = one.run
    soon = one.session.offset(one.now + _SOON)
    match wish:
        case {"error": str(error)} if error:
            changed = _broken(run, soon, error)
        case {"reason": str(reason)} if reason:
            changed = _stopped(run, soon, reason)
        case {"stuck": True}:
            _not_yet_over(run.ready, soon)
            changed = replace(run, stuck=True)
        case {"unread": list(outputs)} if outputs and set(outputs) <= set(OUTPUTS):
            changed = replace(run, transcribed=True, unread=tuple(outputs))
        case _:
            raise bad_body(f"one of error, reason, stuck: true, unread: {', '.join(OUTPUTS)}")
    return replaced(one, changed)


def _broken(run: Run, soon: int, error: str) -> Run:
    """Fails a moment from now: while it starts (and nothing else is told of it), while it runs, or after its stop."""
    _not_yet_over(run.ready, soon)
    if run.stop <= soon:
        return replace(run, error=error, late=True, lag=soon - run.stop)
    return replace(run, stop=soon, error=error)


def _stopped(run: Run, soon: int, reason: str) -> Run:
    if run.stop <= soon:
        raise Refused(409, "it has stopped")
    return replace(run, stop=soon, reason=reason, asked=None, error="")


def _not_yet_over(ready: int, soon: int) -> None:
    if ready <= soon:
        raise Refused(409, "it is over and done with")


def compose(session: Session, now: int, error: str) -> None:
    """The media server tells of its own recording of a session so far: a file, or why there is none."""
    at = session.offset(now + _SOON)
    notice = composite(min(session.offset(now), session.script.end), error=error, at=at)
    session.rewrite(replace(session.script, notices=(*session.script.notices, notice)))
