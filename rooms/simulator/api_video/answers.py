"""How api.video answers: numbered pages with links, and problems (contract, schemas Pagination and Error)."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final

from rooms.simulator.exchange import Answer, Request, answer

PREFIX: Final = "/api-video"
A_MINUTE: Final = ("X-RateLimit-Limit", "120")
_TITLES: Final = {
    400: "A parameter is invalid.",
    401: "The access token is missing or invalid.",
    404: "The requested resource was not found.",
    429: "Too many requests.",
}


class Problem(Exception):
    """Becomes a problem: a status, the parameter at fault, and other words than the usual ones."""

    def __init__(self, status: int, name: str = "", title: str = "", retry_after: int | None = None) -> None:
        super().__init__(status, name, title, retry_after)
        self.status = status
        self.name = name
        self.title = title or _TITLES.get(status) or HTTPStatus(status).phrase
        self.retry_after = retry_after

    def as_answer(self) -> Answer:
        body = {
            "type": f"https://docs.api.video/reference/{self.status}",
            "title": self.title,
            "name": self.name,
            "status": self.status,
        }
        if self.status != 429:
            return answer(body, self.status)
        wait = [] if self.retry_after is None else [("X-RateLimit-Retry-After", str(self.retry_after))]
        return answer(body, self.status, A_MINUTE, ("X-RateLimit-Remaining", "0"), *wait)


def paged(request: Request, place: str, items: Sequence[Any], *, named_instead: str = "") -> Answer:
    """One page of a list; its links name `named_instead`, where another place than the one asked for is named."""
    page, size = number(request, "currentPage", 1, 1_000_000), number(request, "pageSize", 25, 100)
    pages = max(1, -(-len(items) // size))
    shown = items[(page - 1) * size : page * size]
    wanted = {"self": page, "first": 1, "previous": page - 1, "next": page + 1, "last": pages}
    links = [
        {"rel": rel, "uri": f"{named_instead or place}?currentPage={to}&pageSize={size}"}
        for rel, to in wanted.items()
        if 1 <= to <= pages
    ]
    about = {
        "currentPage": page,
        "currentPageItems": len(shown),
        "pageSize": size,
        "pagesTotal": pages,
        "itemsTotal": len(items),
        "links": links,
    }
    return answer({"data": list(shown), "pagination": about})


def number(request: Request, name: str, default: int, most: int) -> int:
    """A whole number from 1 on."""
    text = request.text(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise Problem(400, name)
    return int(text)


def days(text: str | None) -> tuple[date, date]:
    """The first and the last day of a period (contract, parameter Period)."""
    try:
        if text is None:
            raise ValueError("missing")
        if "/" in text:
            first, _, last = text.partition("/")
            return date.fromisoformat(first), date.fromisoformat(last)
        if re.fullmatch(r"\d{4}-W\d{2}", text):
            monday = date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
            return monday, monday + timedelta(days=6)
        if len(text) == 4:
            return date(int(text), 1, 1), date(int(text), 12, 31)
        if len(text) == 7:
            year, month = int(text[:4]), int(text[5:])
            following = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1), following - timedelta(days=1)
        day = date.fromisoformat(text)
    except ValueError:
        raise Problem(400, "period") from None
    return day, day
