"""The oldest Python that serves, and plain words where only an older one stands.

Any Python since 2.7 must be able to read this file, so it is written without newer syntax.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ["python3.%d" % minor for minor in range(19, OLDEST[1] - 1, -1)]


def require(version, path, arguments):
    # type: (tuple[int, ...], str, list[str]) -> str
    """Go on under this Python, or under a newer one that stands on `path` (never returns then).

    Returns what to tell the person when there is none; empty when this Python serves.
    """
    if version >= OLDEST:
        return ""
    for name in NEWER:
        for folder in path.split(os.pathsep):
            found = os.path.join(folder, name)
            if os.access(found, os.X_OK) and serves(found):
                os.execv(found, [found] + arguments)
    return (
        "Rollcall needs Python "
        + ".".join(map(str, OLDEST))
        + " or newer; this is Python "
        + ".".join(map(str, version[:3]))
        + ", and no newer one is on the PATH.\n"
        + "On Debian 12 and later: apt-get install python3 python3-venv. "
        + "Elsewhere: install a newer Python and run this again with it."
    )


def serves(python):
    # type: (str) -> bool
    """Does it start, and is it new enough? A name on the PATH may be a stand-in that only prints an error."""
    asked = "import sys; sys.exit(sys.version_info < (%d, %d))" % OLDEST
    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([python, "-c", asked], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


def go_on_or_say_why_not():
    # type: () -> None
    """What both commands do first."""
    words = require(tuple(sys.version_info[:3]), os.environ.get("PATH", ""), sys.argv)
    if words:
        sys.exit(words)
