"""The timeline's pictures as SVG: x is percent of the axis, y is pixels, colours are classes (the CSP allows no style).

While a session runs, what is still open is drawn to the right edge and cut by one clip (`#so-far`) that ends at now:
time passing moves that clip alone, and a lane changes only when something happened in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from analytics.axis import UNITS, Axis
from analytics.instants import MILLISECOND
from analytics.marks import Mark
from analytics.timeline import Lane, Span, Steps
from dashboard import devices
from dashboard.parts import Part, anchor, drawn
from dashboard.templatetags.icons import icon

register = template.Library()

THINNEST: Final = 0.0009  # of the axis: about a pixel, so that a word said in passing is still seen
MARKS: Final = {
    "left": "left",
    "drop": "drop",
    "removed": "removed",
    "server": "server",
    "role": "role",
    "failed": "error",
    "recovered": "blip",
}


ICONS: Final = {
    "late": "clock",
    "devices": "monitor-smartphone",
    "drop": "wifi-off",
    "removed": "user-x",
    "server": "server-off",
    "rejoined": "refresh-cw",
    "left": "log-out",
    "role": "user-star",
    "failed": "triangle-alert",
    "cam-off": "video-off",
    "stream": "radio",
}
NOT_OURS: Final = ("have", "shape")  # what the live part of the page asks with


class Strip(NamedTuple):
    y: float
    height: float


class Look(NamedTuple):
    """Where things stand in a lane of one size, in pixels."""

    bar: Strip
    mic: Strip
    cam: Strip
    screen: Strip
    two: float
    middle: float
    role: float
    failed: float
    beside: float  # from the bar's end to the middle of a mark


LOOKS: Final = {
    "full": Look(Strip(6, 22), Strip(9, 7), Strip(18, 3), Strip(23, 3), 29.5, 17, 7, 5, 9),
    "stage": Look(Strip(4, 20), Strip(6, 7), Strip(15, 3), Strip(19, 3), 25, 14, 6, 4, 9),
    "named": Look(Strip(4, 12), Strip(6, 5), Strip(12, 2), Strip(14, 1), 16.5, 10, 5, 4, 8),
}


def percent(fraction: float) -> str:
    return f"{fraction * 100:.3f}".rstrip("0").rstrip(".") + "%"


register.filter(anchor)
register.filter("device", devices.words)


def _is_open(axis: Axis, end: int) -> bool:
    return axis.is_live and end >= axis.session_end


def _width(axis: Axis, span: Span) -> float:
    if _is_open(axis, span.end):
        return 1 - span.x
    return max(span.width, THINNEST)


def _rects(axis: Axis, spans: Iterable[Span], name: str, strip: Strip, radius: float = 1) -> Iterator[str]:
    for span in spans:
        yield (
            f'<rect class="{name}" x="{percent(span.x)}" y="{strip.y:g}" width="{percent(_width(axis, span))}"'
            f' height="{strip.height:g}" rx="{radius:g}"/>'
        )


def _caps(lane: Lane, look: Look) -> Iterator[str]:
    for span in lane.bars:
        yield (
            f'<rect class="p-cap" x="{percent(span.x)}" y="{look.bar.y:g}" width="2" height="{look.bar.height:g}"'
            f' rx="1" data-at="{span.start // MILLISECOND}"/>'
        )


def _mark(mark: Mark, look: Look) -> str:
    x, at = percent(mark.x), mark.at // MILLISECOND
    title = f"<title>{escape(mark.words)}</title>"
    if mark.under:
        return (
            f'<svg x="{x}" overflow="visible" data-at="{at}"><rect class="p-cap" y="{look.two - 0.5:g}" width="2"'
            f' height="4">{title}</rect></svg>'
        )
    name = MARKS[mark.kind]
    use = f'<use href="#m-{name}" class="mk mk-{name}"'
    if mark.at_end:
        return (
            f'<svg x="{x}" overflow="visible" data-at="{at}">{use} x="{look.beside:g}" y="{look.middle:g}">'
            f"{title}</use></svg>"
        )
    y = look.role if mark.kind == "role" else look.failed
    return f'{use} x="{x}" y="{y:g}" data-at="{at}">{title}</use>'


@register.simple_tag
def lane(lane: Lane, size: str = "full") -> SafeString:
    """The inside of one person's SVG: presence, the three strips in it, gaps, doubts and marks."""
    axis, look = lane.axis, LOOKS[size]
    sill = Strip(look.bar.y + look.bar.height - 1, 1)
    parts = [
        *_rects(axis, lane.bars, "p-bar", look.bar, 2),
        *_rects(axis, lane.bars, "p-sill", sill, 0),
        *_rects(axis, lane.two_devices, "p-two", Strip(look.two, 2)),
        *_rects(axis, lane.mic, "p-mic", look.mic),
        *_rects(axis, lane.cam, "p-cam", look.cam),
        *_rects(axis, lane.screen, "p-scr", look.screen),
        *_rects(axis, lane.estimated, "p-est", Strip(look.bar.y + 0.5, look.bar.height - 1)),
    ]
    if axis.is_live:
        parts = ['<g clip-path="url(#so-far)">', *parts, "</g>"]
    parts += _caps(lane, look)
    for gap in lane.gaps:
        name, y = "p-away" if gap.dropped else "p-gone", f"{look.middle:g}"
        parts.append(
            f'<line class="{name}" x1="{percent(gap.x)}" x2="{percent(gap.x + gap.width)}" y1="{y}" y2="{y}"/>'
        )
    parts += (_mark(mark, look) for mark in lane.marks)
    return mark_safe("".join(parts))  # noqa: S308 (numbers and class names of ours; the words are escaped)


@register.simple_tag
def steps(axis: Axis, steps: Steps) -> SafeString:
    """How many people at once, as a step line over its area, in a viewBox of `units` × 100."""
    if axis.is_live:
        until = axis.session_end
        steps = replace(steps, points=tuple(point for point in steps.points if point[0] < until))
        axis = replace(axis, session_end=axis.end)
    line, area = steps.paths(axis)
    return format_html('<path class="area" d="{}"/><path class="step" d="{}"/>', area, line)


@register.simple_tag
def grid(axis: Axis) -> SafeString:
    """The lines behind the lanes, one under each label."""
    return mark_safe(  # noqa: S308 (numbers only)
        "".join(f'<line x1="{x}" x2="{x}" y1="0" y2="100%"/>' for x in (percent(tick.x) for tick in axis.ticks))
    )


@register.simple_tag
def labels(axis: Axis) -> SafeString:
    """The clock above the lines."""
    return mark_safe(  # noqa: S308 (numbers and clock times)
        "".join(
            f'<text x="{percent(tick.x)}" y="19"{" class=minor" if tick.minor else ""}>{escape(tick.label)}</text>'
            for tick in axis.ticks
        )
    )


@register.filter
def x(axis: Axis, at: int | None) -> str:
    """Where an instant stands, in percent; the left edge for none."""
    return percent(0 if at is None else axis.x(at))


@register.filter
def units(_: Axis) -> int:
    return UNITS


@register.filter
def milliseconds(instant: int) -> int:
    """An instant as scripts count: milliseconds since 1970."""
    return instant // MILLISECOND


@register.filter
def rest(axis: Axis, at: int) -> str:
    """From an instant to the right edge, in percent."""
    return percent(1 - axis.x(at))


@register.simple_tag
def stretch(axis: Axis, start: int, end: int) -> SafeString:
    """`x` and `width` of a rectangle from one instant to another."""
    return format_html('x="{}" width="{}"', percent(axis.x(start)), percent(max(axis.width(start, end), THINNEST)))


@register.simple_tag(takes_context=True)
def part(context: Context, part: Part, swap: str = "") -> SafeString:
    """A part of the page that can be swapped later, with the digest of what it shows.

    `swap` "true" sends it along with another fragment, to take the place of its namesake.
    """
    html, digest = part.render(context.flatten())  # type: ignore[arg-type]
    return drawn(html, digest, f' hx-swap-oob="{swap}"' if swap else "")


@register.simple_tag
def mark_sign(kind: str) -> SafeString:
    """The mark of a lane, for use beside words."""
    name = MARKS.get(kind, "")
    if kind == "recording":
        return mark_safe('<span class="recdot"></span>')
    if not name:
        return icon(ICONS.get(kind, "info"), "i-s")
    return format_html(
        '<svg class="mk" viewBox="-8 -8 16 16" aria-hidden="true"><use href="#m-{}" class="mk mk-{}"/></svg>',
        name,
        name,
    )


@register.simple_tag
def note_icon(kind: str) -> SafeString:
    return icon(ICONS.get(kind, "info"))


def _query(context: Context) -> QueryDict:
    query: QueryDict = context["request"].GET.copy()
    for name in NOT_OURS:
        query.pop(name, None)
    return query


def _address(context: Context, query: QueryDict, place: str) -> str:
    encoded = query.urlencode()
    return f"{context['page_url']}{f'?{encoded}' if encoded else ''}{f'#{place}' if place else ''}"


@register.simple_tag(takes_context=True)
def here(context: Context, place: str = "", **changes: object) -> str:
    """The address of this very page with some of its query changed; None or "" takes a parameter away.

    What was asked for elsewhere on the page stays asked for, so that every state has an address.
    """
    query = _query(context)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return _address(context, query, place)


def _link(url: str) -> SafeString:
    return format_html('href="{}" hx-get="{}"', url, url.partition("#")[0])


@register.simple_tag(takes_context=True)
def go(context: Context, place: str = "", **changes: object) -> SafeString:
    """`here` as an attribute for browsers without and with scripts: `href` and `hx-get`."""
    return _link(here(context, place, **changes))


@register.simple_tag(takes_context=True)
def go_also(context: Context, place: str, name: str, value: str) -> SafeString:
    """As `go`, with one more value of a parameter that may come several times."""
    query = _query(context)
    query.setlist(name, [*dict.fromkeys([*query.getlist(name), value])])
    return _link(_address(context, query, place))
