"""Why a recording, a stream, a transcript or an encoder failed, and what to do: the words of every page that says so.

By what 100ms tells: the `error_type` of beam, hls and recording events, and the `error_message` of the others, which
carries the same types or a text of its own (contract, beamErrorType, recordingErrorType, ingestError; EVENTS traps 30,
31 and 43). All of them are open: what is in no table is shown as it was said, without its secrets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from django.urls import reverse

from analytics.models import Recording, Stream
from dashboard.endings import failure_in
from rooms.masking import masked_text
from rooms.models import Room

Place = Literal["", "settings", "recordings", "destinations", "stream key", "encoder"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, and what to do about it.

    `place` is where in our pages that is done, "" when nowhere; `said` what 100ms adds in words of its own, masked.
    """

    cause: str
    remedy: str
    place: Place = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The page on which a trouble is mended: in words, and in one where there is little room."""

    words: str
    word: str
    url: str


# Whoever reads this may have the class before them or behind them.
_OWN_FAULT: Final = (
    "Start it again while the class goes on. If it fails the next time too, tell 100ms's support its id, which "
    "stands on its page."
)
_STORAGE: Final = (
    "Check the storage in the room's template: bucket, region, key and secret, and that they may write there. It is in "
    "its settings, under “Where recordings are kept”."
)
# By `error_type`, and by `error_message` where that carries one of the types.
TROUBLES: Final[Mapping[str, Trouble]] = {
    "UPLOAD_ERROR": Trouble("100ms made the file and could not put it into the storage.", _STORAGE, "settings"),
    "CLOUD_ACCESS_ERROR": Trouble(
        "100ms was not let into the storage: the key of the bucket is wrong, or may not write.", _STORAGE, "settings"
    ),
    "CONFIG_ERROR": Trouble(
        "100ms could not use the recording settings.", "Check the recordings of the room's template.", "recordings"
    ),
    "MAX_RETRIES_REACHED": Trouble(
        "100ms tried several times to begin, and gave up.",
        "Before the next start, check that the meeting address leads into the room without a click or a sign-in.",
    ),
    "BEAM_STOPPED": Trouble("It was stopped before it had begun.", "Next time, stop it only once it runs."),
    "SHORT_RECORDING_ERROR": Trouble("It was too short to make a file of.", "There is nothing to mend."),
    "INPUT_ERROR": Trouble("100ms found nothing that it could make a file of.", "Was anybody heard or seen meanwhile?"),
    "INTERNAL_ERROR": Trouble("Something failed inside 100ms.", _OWN_FAULT),
    "MEMORY_ERROR": Trouble("100ms ran out of memory while it made the file.", _OWN_FAULT),
    "PROCESSING_CMD_ERROR": Trouble("100ms failed to make the file.", _OWN_FAULT),
    "API_ERROR": Trouble("100ms failed while it kept the file.", _OWN_FAULT),
}
# By `error_message` of ingest events (contract, ingestError).
INGEST_TROUBLES: Final[Mapping[str, Trouble]] = {
    "stream key disabled": Trouble(
        "The encoder pushed with a stream key that is disabled.",
        "Create a new key for the room, and give it to whoever runs the encoder.",
        "stream key",
    ),
    "internal error": Trouble(
        "Something failed inside 100ms.",
        "Start the encoder again. If it comes back, tell 100ms's support the id of the room.",
        "encoder",
    ),
    "no hls destinations": Trouble(
        "The encoder pushed into a room whose template has no live stream (HLS) to show it on.",
        "Add an HLS destination to the room's template.",
        "destinations",
    ),
    "remote session active": Trouble(
        "People were in the room already, so the encoder was not let in.",
        "End the session in the room, then start the encoder again.",
        "encoder",
    ),
    "already connected": Trouble(
        "Another encoder was connected with the same stream key.",
        "Stop the other one, or find out who has the key; a new key shuts the old one out.",
        "stream key",
    ),
    "beam start error": Trouble(
        "The encoder was there, and 100ms could not start the live stream.",
        "Stop the live stream of the room if one runs, then start the encoder again.",
        "encoder",
    ),
}
UNTOLD: Final = Trouble(
    "100ms says that it failed, and not why.",
    "The reason comes with a webhook. Where none has come, check the meeting address and the storage of the template.",
)
INGEST_UNTOLD: Final = Trouble("100ms says that it failed, and not why.", "Start the encoder again.", "encoder")
# `transcription.failure` carries no error text (contract), and may still name files that are good.
TRANSCRIPTION: Final = Trouble(
    "100ms could not write the transcript, and does not say why.",
    "Was anybody heard, and does the role that is transcribed hear them? Check the transcription of the room's "
    "template.",
    "destinations",
)
TRANSCRIPT_PARTLY: Final = Trouble(
    "100ms says that a part of the transcript or the summary failed, and does not say which or why.",
    "The files that are there can be opened.",
)
SUMMARY: Final = Trouble(
    "The transcript is there. 100ms could not write the summary of it, and does not say why.",
    "The transcript can be read. Where little was said there is nothing to sum up; else check the summary in the "
    "transcription of the room's template.",
    "destinations",
)
_STEPS: Final[Mapping[Place, tuple[str, str, str]]] = {
    "settings": ("Storage of the template", "Storage", "room_template_settings"),
    "recordings": ("Recordings of the template", "Recordings", "room_template_recordings"),
    "destinations": ("The template", "Template", "room_template"),
}


def trouble_in(row: Recording | Stream) -> Trouble | None:
    """Why this one failed; None where it did not. A failed stop may be all that tells it (EVENTS trap 30)."""
    if row.state not in (Recording.State.FAILED, Stream.State.FAILED):
        return None
    return trouble_of(row.error_type or failure_in(row.stop_reason), row.error_message)


def trouble_of(error_type: str, message: str = "") -> Trouble:
    """In words, by the type where that says something, else by the message. Texts in no table stay as they were."""
    for told in (error_type, message):
        if known := TROUBLES.get(_type(told)):
            own = "" if _type(message) in TROUBLES else masked_text(message).strip()
            return replace(known, said=own) if own else known
    told = message or error_type
    return _as_said(told, _OWN_FAULT) if told.strip() else UNTOLD


def ingest_trouble_of(message: str) -> Trouble:
    """Why an encoder was turned away or broke off."""
    if not message.strip():
        return INGEST_UNTOLD
    known = INGEST_TROUBLES.get(" ".join(message.lower().split()).rstrip("."))
    return known or _as_said(message, INGEST_UNTOLD.remedy)


def step_of(trouble: Trouble, room: Room) -> Step | None:
    """Where ops mend it; None where no page of ours helps."""
    if trouble.place == "stream key":
        return Step("Stream key of the room", "Stream key", reverse("room_stream_key", args=[room.pk]))
    words, word, page = _STEPS.get(trouble.place, ("", "", ""))
    if not page or not room.template_id:
        return None
    named = f" “{room.template_name}”" if room.template_name else ""
    return Step(f"{words}{named}", word, reverse(page, args=[room.template_id]))


def _type(told: str) -> str:
    return told.strip().upper().replace(" ", "_")


def _as_said(text: str, remedy: str) -> Trouble:
    return Trouble(f"100ms says: {masked_text(text).strip().rstrip('.')}.", remedy)
