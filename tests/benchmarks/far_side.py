"""A simulated 100ms in a process of its own, holding one lecture that is over. Prints its address; ends with stdin."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rooms.simulator.faults import Faults
from rooms.simulator.scenarios import lecture
from rooms.simulator.server import running
from rooms.simulator.world import World


@contextmanager
def simulated(*, events: int, slow: float = 0.0) -> Iterator[str]:
    """Its address; each answer comes `slow` seconds late."""
    command = [sys.executable, "-m", "tests.benchmarks.far_side", str(events), str(slow)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main(events: int, slow: float) -> None:
    faults = Faults()
    if slow:
        faults.add({"slow": slow, "times": None})
    world = World()
    start = int(datetime.now(UTC).timestamp()) - 3 * 3600
    world.play(lecture(1, people=100, duration=5400, events=events), world.add_room("Lecture hall 2"), start * 10**9)
    with running(world, faults=faults) as url:
        print(url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
