"""What recordings and streams are started with, as forms; `settings()` is what `rooms.hms` takes."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator

_AS_IT_IS: Final = ("", "as 100ms does it (1280 × 720)")
SIZES: Final = [
    _AS_IT_IS,
    ("1920x1080", "1920 × 1080"),
    ("1280x720", "1280 × 720"),
    ("854x480", "854 × 480"),
    ("720x1280", "720 × 1280, upright"),
    ("1080x1920", "1080 × 1920, upright"),
]
ADDRESSES: Final = ("rtmp_url_1", "rtmp_url_2", "rtmp_url_3")
NAMES: Final = {
    "rtmp_urls": "rtmp_url_1",
    "transcription.output_modes": "outputs",
    "transcription.custom_vocabulary": "vocabulary",
    "transcription.summary": "summary",
    "transcription.summary.context": "summary_context",
    "transcription.summary.temperature": "summary_temperature",
    "transcription.summary.sections": "summary_sections",
    "hls_vod": "playlist",
    "single_file_per_layer": "single_files",
}
"""What 100ms calls the fields."""


class SecretInput(forms.PasswordInput):
    """A text that can be read while it is typed, and is not sent back into a page."""

    input_type = "text"

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False)


class StartForm(forms.Form):
    """What the three have in common."""

    meeting_url = forms.CharField(
        label="Meeting address",
        required=False,
        max_length=2000,
        widget=SecretInput,
        validators=[RegexValidator(r"^https?://\S+$", "An address that begins with https://.")],
        help_text="Where a browser of 100ms joins, without a click or a sign-in. Left empty, 100ms takes the one of "
        "the room's template; rooms whose template was made by the API have none.",
    )
    destination = forms.CharField(
        label="Destination",
        required=False,
        max_length=255,
        help_text="Only where the room's template has several of this kind: the name of one.",
    )

    main: ClassVar[tuple[str, ...]] = ()
    """Shown at once; the other fields are behind "More"."""

    def settings(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[name] for name in ("meeting_url", "destination") if given.get(name)}


class Resolution(forms.Form):
    resolution = forms.ChoiceField(label="Size of the picture", required=False, choices=SIZES)

    def size(self) -> dict[str, Any]:
        width, _, height = self.cleaned_data["resolution"].partition("x")
        return {"resolution": {"width": int(width), "height": int(height)}} if height else {}


class Transcription(forms.Form):
    """Speech as text, and a summary of it (contract, TranscriptionRequest)."""

    transcription = forms.BooleanField(label="Write down what is said (transcript)", required=False)
    outputs = forms.MultipleChoiceField(
        label="Transcript as",
        required=False,
        choices=[("txt", "TXT"), ("srt", "SRT (subtitles)"), ("json", "JSON (with times)")],
        initial=["txt", "srt", "json"],
        widget=forms.CheckboxSelectMultiple,
    )
    vocabulary = forms.CharField(
        label="Words to know", required=False, max_length=2000, help_text="Names and terms, with commas between them."
    )
    summary = forms.BooleanField(label="Summarise it", required=False, help_text="Needs a transcript.")
    summary_context = forms.CharField(
        label="What the summary is of", required=False, max_length=300, help_text="Such as “a physics lesson on light”."
    )
    summary_sections = forms.CharField(
        label="Sections of the summary",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, six at most, 100 letters each.",
    )
    summary_format = forms.ChoiceField(
        label="Sections as", required=False, choices=[("bullets", "points"), ("paragraph", "paragraphs")]
    )
    summary_temperature = forms.DecimalField(
        label="Freedom of the summary",
        required=False,
        decimal_places=2,
        validators=[MinValueValidator(0.1), MaxValueValidator(1)],
        help_text="0.1 keeps to what was said, 1 is free with it. Left empty: 0.5.",
    )
    modes: ClassVar[list[str]] = []

    def clean_summary_sections(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["summary_sections"].splitlines() if line.strip()]
        if len(lines) > 6:
            raise forms.ValidationError(f"Six at most; these are {len(lines)}.")
        if any(len(line) > 100 for line in lines):
            raise forms.ValidationError("100 letters each at most.")
        return lines

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("summary") and not given.get("transcription"):
            self.add_error("summary", "Without a transcript there is nothing to summarise: tick the transcript too.")
        if given.get("transcription") and not given.get("outputs"):
            self.add_error("outputs", "Choose at least one.")
        return given

    def transcript(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given["transcription"]:
            return {}
        wish: dict[str, Any] = {"enabled": True, "output_modes": given["outputs"]}
        if words := [word.strip() for word in given["vocabulary"].split(",") if word.strip()]:
            wish["custom_vocabulary"] = words
        if given["summary"]:
            wish["summary"] = self._summary(given)
        return {"transcription": wish}

    def _summary(self, given: Mapping[str, Any]) -> dict[str, Any]:
        wish: dict[str, Any] = {"enabled": True}
        if given["summary_context"]:
            wish["context"] = given["summary_context"]
        if given["summary_temperature"] is not None:
            wish["temperature"] = float(given["summary_temperature"])
        if given["summary_sections"]:
            shape = given["summary_format"] or "bullets"
            wish["sections"] = [{"title": line, "format": shape} for line in given["summary_sections"]]
        return wish


class RecordingForm(StartForm, Resolution, Transcription):
    audio_only = forms.BooleanField(label="Sound only, no picture", required=False)

    field_order = ("audio_only", "resolution", "meeting_url", "destination")
    main: ClassVar = ("audio_only", "resolution", "transcription")

    def settings(self) -> dict[str, Any]:
        sound = {"audio_only": True} if self.cleaned_data["audio_only"] else {}
        return {**super().settings(), **self.size(), **sound, **self.transcript()}


class LiveStreamForm(StartForm, Transcription):
    playlist = forms.BooleanField(label="Keep it as a playlist (VOD)", required=False, initial=True)
    single_files = forms.BooleanField(label="Keep it as video files, one for each quality", required=False)
    captions = forms.BooleanField(
        label="Live captions", required=False, help_text="Needs a transcript, and what your plan at 100ms allows."
    )

    field_order = ("playlist", "single_files", "meeting_url", "destination")
    main: ClassVar = ("playlist", "single_files", "transcription")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("captions") and not given.get("transcription"):
            self.add_error("captions", "Captions need a transcript: tick it too.")
        return given

    def settings(self) -> dict[str, Any]:
        given = self.cleaned_data
        kept = {"hls_vod": given["playlist"], "single_file_per_layer": given["single_files"]}
        wish = self.transcript()
        if given["captions"] and wish:
            wish["transcription"]["modes"] = ["recorded", "live"]
        return {**super().settings(), "recording": kept, **wish}


class ExternalStreamForm(StartForm, Resolution):
    rtmp_url_1 = forms.CharField(label="Address", max_length=2000, widget=SecretInput)
    rtmp_url_2 = forms.CharField(label="Second address", required=False, max_length=2000, widget=SecretInput)
    rtmp_url_3 = forms.CharField(label="Third address", required=False, max_length=2000, widget=SecretInput)
    recording = forms.BooleanField(label="Record it too", required=False)

    field_order = (*ADDRESSES, "recording", "resolution", "meeting_url", "destination")
    main: ClassVar = (*ADDRESSES, "recording", "resolution")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shape = RegexValidator(r"^rtmps?://\S+$", "An address that begins with rtmp:// or rtmps://.")
        for name in ADDRESSES:
            self.fields[name].validators.append(shape)
        self.fields[
            "rtmp_url_1"
        ].help_text = "Server and stream key of the platform in one: rtmps://server/app/key. It is kept nowhere."

    def settings(self) -> dict[str, Any]:
        given = self.cleaned_data
        addresses = [given[name] for name in ADDRESSES if given[name]]
        kept = {"recording": True} if given["recording"] else {}
        return {**super().settings(), "rtmp_urls": addresses, **kept, **self.size()}


class MetadataForm(forms.Form):
    payload = forms.CharField(
        label="Text",
        max_length=100,
        help_text="For the players of who watches; what they make of it is up to them. 100 letters at most.",
    )
    duration = forms.IntegerField(
        label="For how many seconds",
        initial=5,
        validators=[MinValueValidator(1), MaxValueValidator(3600)],
        help_text="From 1 on.",
    )
