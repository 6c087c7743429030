"""Scenarios by name. Each makes a `Script` from a seed: the same seed, the same session to the nanosecond.

Every scenario takes `seed` and, by keyword, `people` and `duration` (seconds); `lecture` also takes `events`,
`class` also `teacher`, `first`, `names`, `incidents`, `recorded` (names of OUTCOMES) and `talk`. Each incident and each
outcome is a scenario too: a small class in which only that happens.
"""

from collections.abc import Callable
from functools import partial

from rooms.simulator.scenarios.classes import meeting, one_incident, one_outcome, recorded_class, school_class
from rooms.simulator.scenarios.incidents import INCIDENTS
from rooms.simulator.scenarios.lectures import lecture
from rooms.simulator.scenarios.outcomes import OUTCOMES
from rooms.simulator.scenarios.script import Script

SCENARIOS: dict[str, Callable[..., Script]] = {
    "class": school_class,
    "lecture": lecture,
    "meeting": meeting,
    "recorded": recorded_class,
    **{name: partial(one_incident, name) for name in INCIDENTS},
    **{name: partial(one_outcome, name) for name in OUTCOMES},
}

__all__ = ["INCIDENTS", "OUTCOMES", "SCENARIOS", "Script", "lecture", "meeting", "recorded_class", "school_class"]
