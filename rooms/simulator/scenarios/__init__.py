"""Scenarios by name. Each makes a `Script` from a seed: the same seed, the same session to the nanosecond.

Every scenario takes `seed` and, by keyword, `people` and `duration` (seconds); `lecture` also takes `events`,
`class` also `teacher`, `first`, `names`, `incidents`, `recorded` and `talk`.
"""

from collections.abc import Callable
from functools import partial

from rooms.simulator.scenarios.classes import meeting, one_incident, recorded_class, school_class
from rooms.simulator.scenarios.incidents import INCIDENTS
from rooms.simulator.scenarios.lectures import lecture
from rooms.simulator.scenarios.script import Script

SCENARIOS: dict[str, Callable[..., Script]] = {
    "class": school_class,
    "lecture": lecture,
    "meeting": meeting,
    "recorded": recorded_class,
    **{name: partial(one_incident, name) for name in INCIDENTS},
}

__all__ = ["INCIDENTS", "SCENARIOS", "Script", "lecture", "meeting", "recorded_class", "school_class"]
