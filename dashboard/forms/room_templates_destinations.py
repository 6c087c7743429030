"""The destinations of a room template as forms, one a kind (contract, schemas …Destination)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict

from dashboard.forms.room_templates_content import (
    ContentForm,
    Group,
    SecretInput,
    at,
    choices_of,
    put,
    text,
    tick,
    whole,
)
from dashboard.forms.room_templates_settings import seconds_of
from rooms.hms.resources.template_limits import DESTINATIONS
from rooms.masking import masked_text
from rooms.room_templates.content import Content

URLS: Final = 3
LAYERS: Final = 4
_SIZE: Final = {"width": "width", "height": "height"}
_RUN: Final = {"longest": "maxDuration", "stops": "autoStopTimeout"}


class DestinationForm(ContentForm):
    """`kind`: its key in `destinations`. Its name is the key there and `name` in the object."""

    kind: ClassVar[str]
    has_role: ClassVar[bool] = False

    name = text("Name", required=True)
    longest = whole("Longest run, s", 0)
    stops = whole("Stops by itself after, s", 0)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        held: Mapping[str, Any],
        roles: Sequence[str],
        name: str = "",
        taken: Sequence[str] = (),
    ) -> None:
        super().__init__(data, held=held)
        self.was, self.taken = name, taken
        self.initial["name"] = name
        if "role" in self.fields:
            role = self.fields["role"]
            assert isinstance(role, forms.ChoiceField)
            role.choices = choices_of(roles, str(held.get("role") or ""), "Choose a role")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.was and name in self.taken:
            raise forms.ValidationError("There is one of this name already.")
        return name

    def finish(self, found: Content) -> None:
        found["name"] = self.cleaned_data["name"]
        self.finish_kind(found)
        DESTINATIONS("", {self.kind: {"it": found}})

    def finish_kind(self, found: Content) -> None:
        """What is special to the kind."""

    def names(self) -> dict[str, str]:
        places = {f"{self.kind}.it.{path}": name for name, path in self.places.items()}
        return {**super().names(), **places, f"{self.kind}.it.name": "name"}


class RtmpForm(DestinationForm):
    kind = "rtmpDestinations"
    places: ClassVar[Mapping[str, str]] = {**_SIZE, **_RUN, "records": "recordingEnabled"}

    width = whole("Width, px", 0)
    height = whole("Height, px", 0)
    records = tick("Record it too")

    def __init__(self, data: QueryDict | None = None, *, held: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, held=held, **kwargs)
        urls = list(held.get("rtmpUrls") or ())
        self.urls = urls
        for place in range(max(URLS, len(urls))):
            now = masked_text(urls[place]) if place < len(urls) else ""
            said = f"Set: {now}. Leave empty to keep it." if now else ""
            self.fields[f"url_{place}"] = text(f"Address {place + 1}", said, widget=SecretInput())
            if now:
                self.fields[f"drop_{place}"] = tick(f"Take address {place + 1} away")

    def finish_kind(self, found: Content) -> None:
        wanted = []
        for place in range(max(URLS, len(self.urls))):
            typed = self.cleaned_data.get(f"url_{place}")
            if typed:
                wanted.append(typed)
            elif place < len(self.urls) and not self.cleaned_data.get(f"drop_{place}"):
                wanted.append(self.urls[place])
        put(found, "rtmpUrls", wanted)

    def clean(self) -> None:
        for name, value in list(self.cleaned_data.items()):
            if name.startswith("url_") and value and not value.startswith(("rtmp://", "rtmps://")):
                self.add_error(name, "An address begins with rtmp:// or rtmps://.")

    def names(self) -> dict[str, str]:
        return {**super().names(), "rtmpUrls": "url_0", f"{self.kind}.it.rtmpUrls": "url_0"}

    def groups(self) -> list[Group]:
        urls = [
            tuple(self[name] for name in (f"url_{place}", f"drop_{place}") if name in self.fields)
            for place in range(max(URLS, len(self.urls)))
        ]
        rows = [("name",), ("width", "height"), ("longest", "stops"), ("records",)]
        return [
            Group("", tuple(tuple(self[name] for name in row) for row in rows)),
            Group("Where it is streamed to", tuple(urls), "An address holds the key of the stream: it is never shown."),
        ]


class HlsForm(DestinationForm):
    kind = "hlsDestinations"
    places: ClassVar[Mapping[str, str]] = {
        **_RUN,
        "playlist": "playlistType",
        "segments": "numPlaylistSegments",
        "frame_rate": "videoFrameRate",
        "metadata": "enableMetadataInsertion",
        "static": "enableStaticUrl",
        "vod": "recording.hlsVod",
        "one_file": "recording.singleFilePerLayer",
        "zip": "recording.enableZipUpload",
        "links": "recording.presignDuration",
    }

    playlist = forms.ChoiceField(
        label="Playlist",
        required=False,
        choices=[("", "100ms decides"), ("event", "event: from the beginning"), ("live", "live: the last part only")],
    )
    segments = whole("Segments in a live playlist", 3, 150, "2 s each")
    frame_rate = whole("Frames a second", 0)
    metadata = tick("Metadata in the stream")
    static = tick("The address stays the same")
    vod = tick("To be watched later")
    one_file = tick("One file a layer")
    zip = tick("A zip file", "In a storage of your own only.")
    links = whole("Links last, s", 0)

    def __init__(self, data: QueryDict | None = None, *, held: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, held=held, **kwargs)
        layers = list(held.get("layers") or ())
        self.layer_count = max(LAYERS, len(layers))
        for place in range(self.layer_count):
            layer = layers[place] if place < len(layers) else {}
            for part, key, label in _LAYER:
                self.fields[f"layer_{place}_{part}"] = whole(f"{place + 1}: {label}", 0)
                if layer.get(key) is not None:
                    self.initial[f"layer_{place}_{part}"] = layer[key]

    def finish_kind(self, found: Content) -> None:
        held = list(found.get("layers") or ())
        wanted = []
        for place in range(self.layer_count):
            typed = {key: self.cleaned_data.get(f"layer_{place}_{part}") for part, key, _ in _LAYER}
            said = {key: value for key, value in typed.items() if value is not None}
            if said:
                unknown = {
                    key: value for key, value in (held[place] if place < len(held) else {}).items() if key not in typed
                }
                wanted.append({**unknown, **said})
        put(found, "layers", wanted)

    def names(self) -> dict[str, str]:
        layers = {f"{self.kind}.it.layers.{key}": f"layer_0_{part}" for part, key, _ in _LAYER}
        return {**super().names(), **layers, "layers": "layer_0_width", f"{self.kind}.it.layers": "layer_0_width"}

    def groups(self) -> list[Group]:
        def rows(*named: Sequence[str]) -> tuple[tuple[forms.BoundField, ...], ...]:
            return tuple(tuple(self[name] for name in row) for row in named)

        layers = [[f"layer_{place}_{part}" for part, _, _ in _LAYER] for place in range(self.layer_count)]
        return [
            Group(
                "",
                rows(["name", "playlist", "segments"], ["frame_rate", "longest", "stops"], ["metadata"], ["static"]),
            ),
            Group("Sizes", rows(*layers), "The biggest first; even numbers. An empty row is none."),
            Group("What is kept", rows(["vod"], ["one_file"], ["zip"], ["links"])),
        ]


_LAYER: Final = (
    ("width", "width", "width, px"),
    ("height", "height", "height, px"),
    ("video", "videoBitrate", "picture, kbps"),
    ("audio", "audioBitrate", "sound, kbps"),
)


class TranscriptionForm(DestinationForm):
    kind = "transcriptions"
    places: ClassVar[Mapping[str, str]] = {
        "role": "role",
        "modes": "modes",
        "outputs": "outputModes",
        "words": "customVocabulary",
        "summary": "summary.enabled",
        "summary_context": "summary.context",
        "translation": "translation.enabled",
        "languages": "translation.roleLanguages",
    }
    layout = (
        ("", "", (("name", "role"), ("modes",), ("outputs",), ("words",))),
        ("Summary", "", (("summary",), ("summary_context",))),
        ("Translation", "Of captions only.", (("translation",), ("languages",))),
    )

    longest = None  # type: ignore[assignment]
    stops = None  # type: ignore[assignment]
    role = forms.ChoiceField(label="Listens as the role", required=True, help_text="Whom it hears is transcribed.")
    modes = forms.MultipleChoiceField(
        label="Transcribes",
        required=False,
        choices=[("recorded", "recordings"), ("live", "live streams"), ("caption", "captions while people speak")],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "box"}),
    )
    outputs = forms.MultipleChoiceField(
        label="Files",
        required=False,
        choices=[("txt", "text"), ("srt", "subtitles"), ("json", "JSON")],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "box"}),
    )
    words = forms.CharField(
        label="Own words",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Names and terms of yours, one a line.",
    )
    summary = tick("Write a summary")
    summary_context = text("What the summary should know")
    translation = tick("Translate")
    languages = forms.CharField(
        label="Languages",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line: role, colon, code of the language. “student: fr”",
    )

    def __init__(self, data: QueryDict | None = None, *, held: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, held=held, **kwargs)
        languages = at(held, "translation.roleLanguages") or {}
        self.initial["words"] = "\n".join(held.get("customVocabulary") or ())
        self.initial["languages"] = "\n".join(f"{role}: {code}" for role, code in languages.items())

    def clean_words(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["words"].splitlines() if line.strip()]

    def clean_languages(self) -> dict[str, str] | None:
        found = {}
        for line in filter(str.strip, self.cleaned_data["languages"].splitlines()):
            role, colon, code = line.rpartition(":")
            if not colon or not role.strip() or not code.strip():
                raise forms.ValidationError(f"“{line.strip()}” is not “role: code”.")
            found[role.strip()] = code.strip()
        return found or None


class BrowserRecordingForm(DestinationForm):
    kind = "browserRecordings"
    places: ClassVar[Mapping[str, str]] = {
        **_SIZE,
        **_RUN,
        "role": "role",
        "starts": "autoStart",
        "links": "presignDuration",
        "thumbnails": "thumbnails.enabled",
        "thumbnails_width": "thumbnails.width",
        "thumbnails_height": "thumbnails.height",
    }
    layout = (
        ("", "100ms has replaced these by the recordings configuration.", (("name", "role"), ("width", "height"))),
        ("When", "", (("starts",), ("longest", "stops", "links"))),
        ("Thumbnails", "", (("thumbnails",), ("thumbnails_width", "thumbnails_height"), ("offsets",))),
    )

    width = whole("Width, px", 0)
    height = whole("Height, px", 0)
    role = forms.ChoiceField(label="Records as the role", required=False)
    starts = tick("Starts by itself")
    links = whole("Links last, s", 0)
    thumbnails = tick("Make thumbnails")
    thumbnails_width = whole("Width, px", 0)
    thumbnails_height = whole("Height, px", 0)
    offsets = text("At these seconds", "Such as 2, 10, 60.")

    def __init__(self, data: QueryDict | None = None, *, held: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, held=held, **kwargs)
        self.initial["offsets"] = ", ".join(map(str, at(held, "thumbnails.offsets") or ()))

    def clean_offsets(self) -> list[int]:
        return seconds_of(self.cleaned_data["offsets"])

    def finish_kind(self, found: Content) -> None:
        put(found, "thumbnails.offsets", self.cleaned_data["offsets"])


FORMS: Final[Mapping[str, type[DestinationForm]]] = {
    form.kind: form for form in (RtmpForm, HlsForm, TranscriptionForm, BrowserRecordingForm)
}
