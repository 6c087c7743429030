"""Half-open spans `[start, end)` of whole nanoseconds: the little arithmetic the simulator's truth needs."""

from collections.abc import Iterable

Span = tuple[int, int]
Spans = tuple[Span, ...]


def union(spans: Iterable[Span]) -> Spans:
    """The same stretches, sorted, none empty, none touching another."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def clip(spans: Iterable[Span], start: int, end: int) -> Spans:
    """What of them lies in `[start, end)`."""
    return union((max(a, start), min(b, end)) for a, b in spans)


def length(spans: Iterable[Span]) -> int:
    """Nanoseconds in all; spans that overlap count twice, so take the union first."""
    return sum(end - start for start, end in spans)
