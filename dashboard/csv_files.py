"""A list as a CSV file, of any length: written row by row, never held whole."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils import timezone

from analytics.exports import cell


class _Line:
    """What csv writes to: gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """`rows` under `columns` as `<name>_<day>.csv`, in the formats of `analytics.exports`."""

    def lines() -> Iterator[str]:
        out = csv.writer(_Line())
        yield out.writerow(columns)
        for row in rows:
            yield out.writerow([cell(value) for value in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}_{timezone.localdate():%Y-%m-%d}.csv"',
            "Cache-Control": "private, no-store",
        },
    )
