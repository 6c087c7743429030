"""What a pull of a mirror tells: how much was read, and what could not be."""

from dataclasses import dataclass, field


@dataclass
class Pulled:
    """`objects`: rows written. `problems`: what 100ms gave in a shape we cannot read, or refused, in words."""

    pages: int = 0
    objects: int = 0
    problems: list[str] = field(default_factory=list)
