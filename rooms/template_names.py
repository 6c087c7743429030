"""Room templates by the names that people know them by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from rooms.models import Room, RoomTemplate

_ID: Final = re.compile(r"[0-9a-f]{24}")


@dataclass(slots=True)
class TemplateNames:
    """Id → name of every template that we know, of its own mirror or because a room names it."""

    by_id: dict[str, str] = field(default_factory=dict)

    @classmethod
    def known(cls) -> Self:
        """Two queries."""
        of_rooms = (
            Room.objects.exclude(template_id="").order_by().values_list("template_id", "template_name").distinct()
        )
        mirrored = RoomTemplate.objects.filter(gone_at=None).values_list("pk", "name")
        return cls({**{pk: name for pk, name in of_rooms if name}, **dict(mirrored)})

    @property
    def names(self) -> list[str]:
        return sorted({name for name in self.by_id.values() if name}, key=lambda name: (name.casefold(), name))

    def name_of(self, template_id: str) -> str:
        """Its name, where no other template is called so; else its id."""
        name = self.by_id.get(template_id, "")
        return name if name and len(self._called(name)) == 1 else template_id

    def id_of(self, text: str) -> str:
        """The id that a name (case ignored) or an id means. Raises ValueError, in words."""
        if text in self.by_id:
            return text
        found = self._called(text)
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"Several templates are called “{text}”. Give the id of one: {_listed(found)}.")
        if _ID.fullmatch(text):
            return text  # one that our mirror does not have yet
        known = f" Known are: {_listed(self.names)}." if self.names else ""
        raise ValueError(f"There is no template “{text}”.{known}")

    def _called(self, name: str) -> list[str]:
        return [template_id for template_id, one in self.by_id.items() if one.casefold() == name.casefold()]


def _listed(texts: Iterable[str]) -> str:
    first = list(texts)
    return ", ".join(first[:8]) + (" …" if len(first) > 8 else "")
