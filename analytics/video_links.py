"""Which video at api.video shows a recording: our own setting, so it is noted and nothing at 100ms changes."""

import re
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from analytics.api_video import ApiVideo
from analytics.models import Recording, Video
from analytics.recordings import ids_of, length_of
from rooms.actors import Actor, name_of, permit
from rooms.audit import Target, note

_ID: Final = re.compile(r"[A-Za-z0-9_-]{4,96}")
# https://embed.api.video/vod/vi…, https://ws.api.video/videos/vi…, https://dashboard.api.video/videos/vi…
_ADDRESS: Final = re.compile(r"https?://[^/?#]+/(?:[^?#]*/)?(?:vod|videos|live|live-streams)/([A-Za-z0-9_-]+)")


class NotAVideo(ValueError):
    """What was written is neither an id of a video nor an address with one in it."""


class LinkedElsewhere(ValueError):
    """That video shows another recording already."""


def named(text: str) -> tuple[str, bool]:
    """The id in an id or an address, and whether it is that of a live stream. Raises `NotAVideo`."""
    text = text.strip()
    found = _ADDRESS.match(text)
    name = found[1] if found else text
    if not _ID.fullmatch(name):
        raise NotAVideo(text)
    return name, name.startswith("li")


def link(*, actor: Actor, recording: Recording, text: str, client: ApiVideo) -> Video:
    """Say that this video shows this recording. Raises `NotAVideo`, `LinkedElsewhere`, `hms.NotFound`, any `hms.Error`.

    Its viewings are read by the next worker that looks.
    """
    permit(actor, "operate")
    name, is_live_stream = named(text)
    now = timezone.now()
    if is_live_stream:
        # A live stream is not among the videos; whether it is there is told by the list of who watched it today.
        next(client.live_stream_sessions(name, since=now.date(), until=now.date()), None)
        title = "Live stream"
    else:
        title = client.video(name).title
    with transaction.atomic():
        pk = f"{Video.Source.API_VIDEO}:{name}"
        shown: dict[str, Any] = {
            "source": Video.Source.API_VIDEO,
            "video_id": name,
            "is_live_stream": is_live_stream,
            "recording_id": recording.pk,
            "session_id": recording.session_id,
            "title": title.replace("\x00", "")[:255],
            "duration_seconds": length_of(recording),
            "due_at": now,
            "failures": 0,
            "problem": "",
        }
        linked = {"linked_by": name_of(actor), "linked_at": now}
        # Made before it is looked at: of two who link one video at once the second waits, and knows what the first did.
        video, made = Video.objects.select_for_update().get_or_create(pk=pk, defaults={**shown, **linked})
        if video.recording_id not in ids_of(recording):
            raise LinkedElsewhere(video.recording_id)
        if made:
            note(actor, "recording_video.link", _target(recording), after={"video": name, "title": title})
        else:
            for field, value in shown.items():
                setattr(video, field, value)
            video.save(update_fields=list(shown))
    return video


def unlink(*, actor: Actor, recording: Recording, video: Video) -> None:
    """That video no longer shows this recording; what was read of its viewings is forgotten with it."""
    permit(actor, "operate")
    with transaction.atomic():
        before = {"video": video.video_id, "title": video.title, "viewings": video.viewings.count()}
        video.delete()
        note(actor, "recording_video.unlink", _target(recording), before=before)


def _target(recording: Recording) -> Target:
    return Target("recording", recording.pk, str(recording.room), recording.room_id)
