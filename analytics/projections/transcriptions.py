"""Transcriptions: begun, done or failed in part. Only webhooks tell of them; their files are assets.

A transcript comes long after its recording (EVENTS trap 35).
"""

from collections.abc import Sequence

from analytics.envelope import Envelope
from analytics.models import Transcription
from analytics.projections.batch import as_datetime
from analytics.projections.evidence import OUTPUTS, named, number, path, told_at

State = Transcription.State
_LONGEST = 7 * 86_400.0


def fold_transcription(events: Sequence[Envelope], recording_id: str) -> Transcription | None:
    """One transcription from its events in any order, of the recording with this id of ours ("" where none is known).

    Once done it is done, whatever failed before; of what failed the files that are named are there.
    """
    events = sorted(events, key=lambda event: (event.emitted_at, event.id))
    pk = next((found for event in events if (found := named(event, "transcription_id"))), "")
    if not pk:
        return None
    begun = [told_at(event) for event in events if event.type == "transcription.started.success"]
    done = [event for event in events if event.type == "transcription.success"]
    over = done or [event for event in events if event.type == "transcription.failure"]
    lengths = [length for event in events if (length := number(event.data.get("duration"), _LONGEST))]
    return Transcription(
        id=pk,
        recording_id=recording_id,
        recording_told=next((found for event in events if (found := named(event, "recording_id"))), ""),
        room_id=events[0].room_id,
        session_id=next((event.session_id for event in events if event.session_id), ""),
        state=State.READY if done else State.FAILED if over else State.RUNNING,
        begun_at=as_datetime(min(begun, default=None)),
        finished_at=as_datetime(min((told_at(event) for event in over), default=None)),
        duration_seconds=max(lengths, default=None),
        outputs={output: told for output in OUTPUTS if (told := _output(events, output))},
    )


def _output(events: Sequence[Envelope], output: str) -> dict[str, str]:
    told = {
        "asset_id": next((found for event in events if (found := named(event, f"{output}_asset_id"))), ""),
        "path": next((found for event in events if (found := path(event.data.get(f"{output}_path")))), ""),
    }
    return told if any(told.values()) else {}
