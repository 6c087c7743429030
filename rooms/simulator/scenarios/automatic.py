"""What begins by itself because the room's template says so."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rooms.simulator.clock import HOUR, SECOND
from rooms.simulator.scenarios.recordings import composite
from rooms.simulator.scenarios.runs import RECORDER, Run
from rooms.simulator.scenarios.script import Script

if TYPE_CHECKING:
    from rooms.simulator.templates import Template

_UP = 3 * SECOND  # from the first one's coming until it runs


def starting_by_itself(script: Script, template: "Template") -> Script:
    """The script with what its template records as soon as somebody is in, by browser or by the media server.

    A script that records in a browser already does not so twice; an `unrecorded` one stays as it is.
    """
    if not script.stays or script.unrecorded:
        return script
    if any(_composes(one) for one in template.recordings):
        script = replace(script, closing=(*script.closing, composite))
    config = next(_starting(template), None)
    if config is None or any(run.family == "recording" for run in script.runs):
        return script
    longest = int(config.get("maxDuration") or 4 * HOUR // SECOND) * SECOND
    start = script.stays[0].start + _UP
    stop = min(script.end, start + longest)
    run = Run(
        "recording",
        "automatic",
        start,
        stop,
        script.stays[0].start,
        RECORDER,
        reason="last peer left" if stop == script.end else "max duration reached",
        transcribed=any(_after_recording(one) for one in (template.destinations.get("transcriptions") or {}).values()),
        width=int(config.get("width") or 1280),
        height=int(config.get("height") or 720),
    )
    return replace(script, runs=(*script.runs, run))


def _composes(config: dict[str, Any]) -> bool:
    return bool(((config.get("compositeRecording") or {}).get("customComposite") or {}).get("enabled"))


def _starting(template: "Template") -> Iterator[dict[str, Any]]:
    """The recording configs that start by themselves, the deprecated kind too, sizes at the top."""
    for one in template.recordings:
        browser = (one.get("compositeRecording") or {}).get("browserComposite") or {}
        if browser.get("autoStart"):
            yield {**one, **browser}
    for one in (template.destinations.get("browserRecordings") or {}).values():
        if one.get("autoStart"):
            yield one


def _after_recording(destination: dict[str, Any]) -> bool:
    return "recorded" in (destination.get("modes") or ())
