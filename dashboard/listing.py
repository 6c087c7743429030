"""What every list has: search, filters, sort, pages and a count, all in the URL, and a way out when nothing matches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest

from dashboard.forms.filters import Filters, Menu

SIZES = (25, 50, 100)
_ALL = {2: "both filters", 3: "all three filters", 4: "all four filters", 5: "all five filters"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. `by` makes it sortable under `key`; `down` sorts largest or latest first at first.

    `nulls`: it may be empty, and empty ones come last either way. Only where needed, for no index serves that order.
    """

    label: str
    key: str = ""
    by: Combinable | str = ""
    down: bool = False
    nulls: bool = False
    classes: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A column's head as drawn: `url` sorts by it, `sorted` is the value of aria-sort ("" when not by it)."""

    label: str
    classes: str
    url: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the same list without it."""

    words: str
    drop_url: str

    @property
    def words_quoted(self) -> str:
        return self.words if self.words.startswith("“") else f"“{self.words}”"


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class OpenMenu:
    """A filter not in use yet: either choices to follow, or fields to fill in."""

    label: str
    choices: tuple[Choice, ...]
    fields: tuple[Any, ...]
    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why a list is empty and the step that fills it. `blame` is the filter whose loss brings most back."""

    title: str
    total: int
    blame: Chip | None
    found: int


class Listing:
    """One list as one viewer asks for it.

    `everything` is what the viewer may see at all; `filters` narrows it; `columns` say what it can be sorted by;
    `default` is the sort in use when the URL names none ("-started": descending). `key` tells rows apart, so that
    equal ones keep their place from page to page. `exported_with` is what the export's address needs besides, where
    the page itself says it.
    """

    def __init__(
        self,
        request: HttpRequest,
        everything: QuerySet[Any, Any],
        filters: Filters,
        columns: Sequence[Column],
        *,
        default: str,
        noun: tuple[str, str],
        key: str = "pk",
        exported_with: Mapping[str, str] | None = None,
    ) -> None:
        self.path = request.path
        self.everything = everything
        self.filters = filters
        self.columns = columns
        self.default = default
        self.noun, self.nouns = noun
        self.key = key
        self.exported_with = exported_with or {}
        self._asked = request.GET

    # what is shown

    @cached_property
    def rows(self) -> QuerySet[Any, Any]:
        """All rows that match, in order: what the page is cut from and what an export holds."""
        key = self.sort.removeprefix("-")
        column = next(column for column in self.columns if column.key == key)
        found: QuerySet[Any, Any] = self.filters.narrow(self.everything)
        by = F(column.by) if isinstance(column.by, str) else F("sorted_by")
        if not isinstance(column.by, str):
            found = found.annotate(sorted_by=column.by)
        last = True if column.nulls else None
        order = by.desc(nulls_last=last) if self.sort.startswith("-") else by.asc(nulls_last=last)
        return found.order_by(order, self.key)

    @cached_property
    def sort(self) -> str:
        asked = self._asked.get("sort", "")
        known = {column.key for column in self.columns if column.key}
        return asked if asked.removeprefix("-") in known else self.default

    @cached_property
    def size(self) -> int:
        asked = self._asked.get("size", "")
        return int(asked) if asked in map(str, SIZES) else SIZES[0]

    @cached_property
    def page(self) -> Page[Any]:
        pages = Paginator(self.rows, self.size)
        # Counted without the order, whose figures cost far more than the count.
        pages.count = self.filters.narrow(self.everything).count()
        return pages.get_page(self._asked.get("page"))

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def count_words(self) -> str:
        return f"{self.count:,}"

    # the URLs around it

    def query(self, **changes: str) -> str:
        """The query string of this list with some of it changed; what is the default is left out."""
        parts: dict[str, str] = {name: self.filters.written(name) for name in self.filters.active}
        parts["sort"] = self.sort if self.sort != self.default else ""
        parts["size"] = str(self.size) if self.size != SIZES[0] else ""
        parts |= changes
        written = urlencode({name: value for name, value in parts.items() if value})
        return f"?{written}" if written else ""

    def url(self, **changes: str) -> str:
        return self.path + self.query(**changes)

    @property
    def here(self) -> str:
        return self.url(page=str(self.page.number) if self.page.number > 1 else "")

    @property
    def previous_url(self) -> str:
        page = self.page.number - 1
        return self.url(page=str(page) if page > 1 else "") if page else ""

    @property
    def next_url(self) -> str:
        return self.url(page=str(self.page.number + 1)) if self.page.has_next() else ""

    @property
    def clear_url(self) -> str:
        return self.url(**dict.fromkeys(self.filters.active, ""))

    @property
    def export_query(self) -> str:
        return self.query(size="", **self.exported_with)

    @property
    def sizes(self) -> list[Choice]:
        return [
            Choice(str(size), self.url(size=str(size) if size != SIZES[0] else ""), size == self.size) for size in SIZES
        ]

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What a search must carry along: the other filters, sort and size."""
        return self._kept("q")

    def _kept(self, *without: str) -> tuple[tuple[str, str], ...]:
        parts: Mapping[str, str] = {
            **{name: self.filters.written(name) for name in self.filters.active},
            "sort": self.sort if self.sort != self.default else "",
            "size": str(self.size) if self.size != SIZES[0] else "",
        }
        return tuple((name, value) for name, value in parts.items() if value and name not in without)

    @property
    def headers(self) -> list[Header]:
        return [self._header(column) for column in self.columns]

    def _header(self, column: Column) -> Header:
        if not column.key:
            return Header(column.label, column.classes)
        if self.sort.removeprefix("-") != column.key:
            return Header(column.label, column.classes, self.url(sort=self._sorting(column.key, down=column.down)))
        down = self.sort.startswith("-")
        url = self.url(sort=self._sorting(column.key, down=not down))
        return Header(column.label, column.classes, url, "descending" if down else "ascending")

    def _sorting(self, key: str, *, down: bool) -> str:
        sort = f"-{key}" if down else key
        return "" if sort == self.default else sort

    @property
    def chips(self) -> list[Chip]:
        return [self._chip(name) for name in self.filters.active if name != "q"]

    def _chip(self, name: str) -> Chip:
        return Chip(self.filters.words(name), self.url(**{name: ""}))

    @property
    def menus(self) -> list[OpenMenu]:
        return [
            self._menu(menu)
            for menu in self.filters.menus
            if set(menu.fields) <= set(self.filters.fields) and not set(menu.fields) <= set(self.filters.active)
        ]

    def _menu(self, menu: Menu) -> OpenMenu:
        if len(menu.fields) == 1 and hasattr(self.filters.fields[menu.fields[0]], "choices"):
            options = self.filters.options(menu.fields[0])
            if len(options) <= 12:
                return OpenMenu(
                    menu.label,
                    tuple(Choice(option.label, self.url(**{option.name: option.value})) for option in options),
                    (),
                    (),
                )
        return OpenMenu(menu.label, (), tuple(self.filters[name] for name in menu.fields), self._kept(*menu.fields))

    # when nothing matches

    @cached_property
    def nothing(self) -> Nothing | None:
        """None while there are rows. Otherwise costs one count a filter in use."""
        if self.count:
            return None
        active = list(self.filters.active)
        if not active:
            return Nothing(f"No {self.nouns} yet", 0, None, 0)
        without = {name: self.filters.narrow(self.everything, without=name).count() for name in active}
        best = max(active, key=lambda name: without[name])
        which = self.filters.words(active[0]) if len(active) == 1 else _ALL.get(len(active), "all filters")
        return Nothing(
            f"No {self.noun} matches {which}",
            self.everything.count(),
            self._chip(best) if without[best] else None,
            without[best],
        )
