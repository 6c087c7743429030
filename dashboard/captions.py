"""A transcript as captions under the picture (WebVTT)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from analytics.models import Peer, Recording

_SHORTEST: Final = 1.0  # seconds that a line stays, where its end is not told
_LONGEST: Final = 7.0


def captions(recording: Recording, content: Iterable[Mapping[str, Any]]) -> str:
    """One query."""
    names = dict(Peer.objects.filter(session_id=recording.session_id).values_list("id", "name"))
    return "WEBVTT\n\n" + "\n".join(_cues(content, names))


def _cues(content: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[str]:
    for line in content:
        start, end = line.get("start"), line.get("end")
        if start is None:
            continue
        until = max(start + _SHORTEST, end if end is not None else start + _LONGEST)
        who = names.get(line.get("peer_id") or "") or line.get("speaker") or ""
        said = _escaped(line.get("text") or "")
        yield f"{_clock(start)} --> {_clock(until)}\n{f'<v {_escaped(who)}>' if who else ''}{said}\n"


def _escaped(text: str) -> str:
    """One paragraph, in which nothing is markup or the start of another cue."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float) -> str:
    whole, rest = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{rest:03d}"
