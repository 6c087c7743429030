"""Lanes of recordings, streams and encoders as SVG; see `templatetags.timeline` for how x and y are meant."""

from typing import Final

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from analytics.axis import Axis
from analytics.instants import MILLISECOND
from analytics.models import Recording
from analytics.run_lanes import Bar, Hole, RunLane, RunMark
from analytics.runs import OF_THE_ROOM, Kind, Recorded, Run, Stretch
from dashboard.recording_pages import recording_url
from dashboard.run_detail import ICONS, moment_url, run_url
from dashboard.templatetags.icons import icon
from dashboard.templatetags.timeline import THINNEST, Strip, percent

register = template.Library()

HEIGHT: Final = 26
RECORDED: Final = Strip(10, 6)
STREAMED: Final = Strip(11, 4)
MISSING: Final = Strip(11.5, 3)


@register.simple_tag(takes_context=True)
def run_lane(context: Context, lane: RunLane, axis: Axis, session_id: str) -> SafeString:
    """The inside of one lane: what ran as links, what is missing, what failed."""
    may_watch = context["reading"].may_watch
    bars = (_bar(bar, lane, axis, session_id, may_watch=may_watch) for bar in lane.bars)
    parts = [*(_hole(hole, axis) for hole in lane.holes), *bars]
    if axis.is_live:
        parts = ['<g clip-path="url(#so-far)">', *parts, "</g>"]
    return mark_safe("".join((*parts, *(_mark(mark, lane) for mark in lane.marks))))  # noqa: S308 (words are escaped)


def _hole(hole: Hole, axis: Axis) -> str:
    to_now = axis.is_live and hole.end >= axis.session_end
    width = 1 - hole.x if to_now else hole.width
    return (
        f'<rect class="p-missing" x="{percent(hole.x)}" y="{MISSING.y:g}" width="{percent(width)}"'
        f' height="{MISSING.height:g}" rx="1"/>'
    )


def _bar(bar: Bar, lane: RunLane, axis: Axis, session_id: str, *, may_watch: bool) -> str:
    one = bar.stretch
    x, width = percent(bar.x), percent(1 - bar.x if bar.is_open else max(bar.width, THINNEST))
    begin, end = axis.clock(one.start), "" if bar.is_open else axis.clock(one.end)
    spell = f"{begin} to {end}" if end else f"since {begin}"
    name, strip = ("p-rec", RECORDED) if lane.kind in OF_THE_ROOM or lane.kind is Kind.PARTS else ("p-hls", STREAMED)
    words = f"{lane.title}, {spell}" if lane.kind is Kind.PARTS else f"{lane.title}, {spell}, {one.run.state}"
    # Where in the file a click leads is worked out from its place; without scripts, and for who may not watch, the link
    # opens the page.
    # The others are no stops of the tab key, for there may be many: the lane's card has them all.
    is_film = one.run.is_ready and lane.kind in OF_THE_ROOM
    moment = "" if is_film else ' tabindex="-1"'
    if is_film and may_watch:
        moment = f' data-from="{one.start // MILLISECOND}"'
    return (
        f'<a class="run-bar" href="{escape(run_url(one, session_id))}" aria-label="{escape(words)}"'
        f' data-tip="{escape(words)}"{moment}>'
        f'<rect class="run-hit" x="{x}" width="{width}" height="{HEIGHT}"/>'
        f'<rect class="{name}" x="{x}" y="{strip.y:g}" width="{width}" height="{strip.height:g}" rx="2"/></a>'
    )


def _mark(mark: RunMark, lane: RunLane) -> str:
    """Beside the end of what broke off; above the bar where another recording went on meanwhile."""
    x, y = (0, 5) if lane.kind in OF_THE_ROOM else (8, 13)
    title = f"<title>{escape(mark.words)}</title>"
    return (
        f'<svg x="{percent(mark.x)}" overflow="visible" data-tip="{escape(mark.words)}">'
        f'<use href="#m-error" x="{x}" y="{y}" class="mk mk-error">{title}</use></svg>'
    )


@register.simple_tag
def run_sign(kind: str) -> SafeString:
    """What stands before the title of a lane: the red dot of a recording, else an icon."""
    if kind in OF_THE_ROOM:
        return mark_safe('<span class="recdot"></span>')
    return icon(ICONS[Kind(kind)], "i-s")


@register.simple_tag(takes_context=True)
def has_card(context: Context, lane: RunLane) -> bool:
    detail = context.get("run_detail")
    return bool(detail and detail.lane.key == lane.key and not context.get("detail"))


@register.simple_tag
def recording_page(recording: Run | Recording) -> str:
    return recording_url(recording.id)


@register.simple_tag
def recording_at(playing: Stretch, at: int) -> str:
    """The address that plays a recording from this moment of the session."""
    return moment_url(playing.run.id, at, playing.start)


@register.inclusion_tag("sessions/_recorded.html")
def recorded_fact(recorded: Recorded) -> dict[str, object]:
    """How much of the session is recorded, and what became of it."""
    return {"r": recorded, "run": recorded.watchable or next((one.run for one in recorded.stretches), None)}
