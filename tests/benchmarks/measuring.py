"""Ratios against a baseline run in the same process, never seconds on their own: machines are noisy.

Each side runs several times, turn by turn, and the best run of each counts: noise only ever makes a run slower.
"""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """`value` is to be at least (or, with `at_most`, at most) `goal`; without one it is there to be known."""

    what: str
    value: float
    goal: float | None = None
    at_most: bool = False
    detail: str = ""

    @property
    def met(self) -> bool:
        if self.goal is None:
            return True
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        goal = "" if self.goal is None else f"{sign} {self.goal:<5g} {'met' if self.met else 'MISSED'}"
        return f"{self.what:<66} {self.value:>8.2f}  {goal:<15} {self.detail}"


def seconds(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def best_of(rounds: int, *sides: Callable[[], float]) -> list[float]:
    """The best time of each side over some rounds, the sides taking turns. A side gives its own seconds."""
    return [min(times) for times in zip(*[[side() for side in sides] for _ in range(rounds)], strict=True)]


Benchmark = Callable[[], Iterator[Ratio]]
