"""The table: every operation of the contract, how we ask for it, and from where."""

from dataclasses import dataclass

from rooms.hms import operations
from tests.api_coverage.doors import doors
from tests.api_coverage.source import Source
from tests.api_coverage.uses import Uses
from tests.rooms.hms.contract import operations as contract

HEAD = """# Which part of the 100ms API is used where

Written by `python -m tests.api_coverage` from the code and from `tests/contract/100ms-openapi.yaml`; a test fails when
it is stale. A row an operation: the method of `rooms.hms.Client` that sends it and the one route of `rooms.simulator`
that serves it, then the pages, tasks and commands from which it is sent: what such a door sends off in a task is told
of the task. **Must** marks the operations that all have to work.
"""


@dataclass(frozen=True)
class Row:
    """`used` is empty where nothing of ours sends the operation yet."""

    operation: str
    tag: str
    must: bool
    route: str
    method: str
    used: tuple[str, ...]

    @property
    def reachable(self) -> bool:
        """From a page or a task; a command is for who has a terminal."""
        return any(door.startswith(("page", "task")) for door in self.used)


def rows() -> list[Row]:
    """All operations, in the contract's order."""
    used, methods = reached(Source()), operations()
    return [
        Row(
            one.id,
            one.node["tags"][0],
            bool(one.node.get("x-seed")),
            f"{one.method} {one.path}",
            methods[one.id],
            tuple(sorted(used.get(one.id, ()))),
        )
        for one in contract().values()
    ]


def reached(source: Source) -> dict[str, set[str]]:
    """Operation → the doors it is sent from. Who uses a door is not asked further."""
    uses, entrances = Uses(source), doors(source)
    users = uses.users()
    found: dict[str, set[str]] = {}
    for place, sent in uses.operations.items():
        seen, left = set(), [place]
        while left:
            one = left.pop()
            if one in seen:
                continue
            seen.add(one)
            if one in entrances:
                for operation in sent:
                    found.setdefault(operation, set()).update(entrances[one])
            else:
                left += users.get(one, ())
    return found


def document() -> str:
    """The whole of `docs/api-coverage.md`."""
    all_rows = rows()
    must = [row for row in all_rows if row.must]
    lines = [
        HEAD,
        f"- {len(all_rows)} operations, each with one method of the client and one route of the simulator",
        f"- {len([row for row in must if row.reachable])} of the {len(must)} that must work are sent from a page or a "
        "task",
        f"- {len([row for row in all_rows if row.reachable])} of all {len(all_rows)} are",
        "",
        "| Section | Operation | Must | Request | Client | Used from |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in all_rows:
        used = ", ".join(row.used) or "–"
        lines.append(
            f"| {row.tag} | `{row.operation}` | {'yes' if row.must else ''} | `{row.route}` | `{row.method}` | {used} |"
        )
    return "\n".join(lines) + "\n"
