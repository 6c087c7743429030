"""The settings of a room template, its name and its recordings, as forms (contract, schemas Settings and others)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import StepValueValidator
from django.http import QueryDict

from dashboard.forms.room_templates_content import ContentForm, SecretInput, at, choices_of, put, text, tick, whole
from rooms.hms.resources.template_limits import RECORDINGS, SETTINGS
from rooms.masking import MASK
from rooms.room_templates.content import Content
from rooms.room_templates.words import REGIONS, STORAGES

_UPLOAD: Final = "settings.recording.upload"
_STATE: Final = "settings.roomState"
NAME: Final = r"^[A-Za-z0-9 .:_-]+\Z"


class TemplateName(forms.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            NAME,
            label="Name",
            max_length=255,
            error_messages={"invalid": "100ms takes letters, digits, blanks and - . _ : only."},
            **kwargs,
        )


class SettingsForm(ContentForm):
    """Over a whole content: `name`, `default` and `settings`."""

    places: ClassVar[Mapping[str, str]] = {
        "name": "name",
        "default": "default",
        "region": "settings.region",
        "recording": "settings.recording.enabled",
        "storage": f"{_UPLOAD}.type",
        "bucket": f"{_UPLOAD}.location",
        "folder": f"{_UPLOAD}.prefix",
        "bucket_region": f"{_UPLOAD}.options.region",
        "state": f"{_STATE}.enabled",
        "state_interval": f"{_STATE}.messageInterval",
        "state_people": f"{_STATE}.sendPeerList",
        "state_stops": f"{_STATE}.stopRoomStateOnJoin",
        "retry": "settings.retry",
    }
    layout = (
        ("", "", (("name", "region"), ("default",))),
        (
            "Where recordings are kept",
            "Without a bucket of your own 100ms keeps them for a limited time.",
            (("storage", "bucket"), ("folder", "bucket_region"), ("key", "secret")),
        ),
        (
            "Who is in a room, told before joining",
            "",
            (("state",), ("state_interval",), ("state_people",), ("state_stops",)),
        ),
        ("Seldom needed", "", (("recording",), ("retry",))),
    )

    name = TemplateName()
    default = tick("Default of the workspace", "Rooms made without a template take this one.")
    region = forms.ChoiceField(label="Region", required=False, choices=[("", "100ms decides"), *REGIONS.items()])
    storage = forms.ChoiceField(label="Storage", required=False, choices=[("", "100ms keeps them"), *STORAGES.items()])
    bucket = text("Bucket")
    folder = text("Path in the bucket")
    bucket_region = text("Region of the bucket", "Such as eu-west-1.")
    key = text("Key", widget=SecretInput())
    secret = text("Secret", widget=SecretInput(hidden=True))
    state = tick("Tell who is in a room")
    state_interval = whole("Every … seconds", 5, 3600, "A multiple of 5", validators=[StepValueValidator(5)])
    state_people = tick("With the names of people")
    state_stops = tick("Stop once somebody has joined")
    recording = tick("Record by the old switch", "100ms replaced it by the recordings configuration.")
    retry = forms.JSONField(
        label="Retry",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text="As 100ms has it, in JSON. Not documented: seen empty only.",
    )

    def __init__(self, data: QueryDict | None = None, *, held: Mapping[str, Any]) -> None:
        super().__init__(data, held=held)
        self.initial.setdefault("retry", {})
        self.has_keys = bool(at(held, f"{_UPLOAD}.credentials"))
        kept = f"Set: {MASK}. Leave empty to keep it." if self.has_keys else ""
        for name in ("key", "secret"):
            self.fields[name].help_text = kept
        if held.get("default"):
            # 100ms knows how to make one the default, not how to have none.
            self.fields["default"].disabled = True
            self.fields["default"].help_text = "To change that, make another template the default."

    def clean_retry(self) -> Any:
        value = self.cleaned_data["retry"] or {}
        if not isinstance(value, dict):
            raise forms.ValidationError("This must be an object: {…}.")
        return value

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("storage"):
            if not data.get("bucket"):
                self.add_error("bucket", "Which bucket?")
            both = bool(data.get("key")), bool(data.get("secret"))
            if any(both) != all(both) or not (all(both) or self.has_keys):
                for name, given in zip(("key", "secret"), both, strict=True):
                    if not given:
                        self.add_error(name, "A storage needs its key and its secret.")

    def finish(self, found: Content) -> None:
        data = self.cleaned_data
        if not data["storage"]:
            put(found, _UPLOAD, None)
        elif data["key"] and data["secret"]:
            put(found, f"{_UPLOAD}.credentials", {"key": data["key"], "secretKey": data["secret"]})
        SETTINGS("settings", found.get("settings") or {})

    def names(self) -> dict[str, str]:
        found = {**super().names(), "credentials": "secret", f"{_UPLOAD}.credentials": "secret"}
        return {**found, f"{_UPLOAD}.credentials.secretKey": "secret", f"{_UPLOAD}.credentials.key": "key"}


class RecordingsForm(ContentForm):
    """Over the one recordings configuration there may be; `on` says whether there is one."""

    places: ClassVar[Mapping[str, str]] = {
        "name": "name",
        "role": "role",
        "longest": "maxDuration",
        "links": "presignDuration",
        "film": "compositeRecording.browserComposite.enabled",
        "film_starts": "compositeRecording.browserComposite.autoStart",
        "film_stops": "compositeRecording.browserComposite.autoStopTimeout",
        "film_width": "compositeRecording.browserComposite.width",
        "film_height": "compositeRecording.browserComposite.height",
        "own": "compositeRecording.customComposite.enabled",
        "tracks": "trackRecording.enabled",
        "streams": "streamRecording.enabled",
        "stream_width": "streamRecording.width",
        "stream_height": "streamRecording.height",
        "thumbnails": "thumbnails.enabled",
        "thumbnails_width": "thumbnails.width",
        "thumbnails_height": "thumbnails.height",
        "thumbnails_fps": "thumbnails.fps",
    }
    layout = (
        ("", "", (("on",), ("name", "role"), ("longest", "links"))),
        ("One film of the room", "", (("film", "film_starts"), ("film_width", "film_height", "film_stops"), ("own",))),
        ("A file for each person", "", (("streams",), ("stream_width", "stream_height"))),
        ("A file for each track", "", (("tracks",),)),
        (
            "Thumbnails",
            "",
            (("thumbnails",), ("thumbnails_width", "thumbnails_height", "thumbnails_fps"), ("offsets",)),
        ),
    )

    on = tick("Recordings are set up", "Unticked, the configuration below is taken away.")
    name = text("Name")
    role = forms.ChoiceField(label="Records as the role", required=False, help_text="Whom it sees is in the recording.")
    longest = whole("Longest recording, s", 0)
    links = whole("Links last, s", 0)
    film = tick("Make it")
    film_starts = tick("Starts by itself", "As soon as somebody joins.")
    film_stops = whole("Stops by itself after, s", 0)
    film_width = whole("Width, px", 0)
    film_height = whole("Height, px", 0)
    own = tick("With a layout of one's own")
    streams = tick("Make them")
    stream_width = whole("Width, px", 0)
    stream_height = whole("Height, px", 0)
    tracks = tick("Make them")
    thumbnails = tick("Make them")
    thumbnails_width = whole("Width, px", 0)
    thumbnails_height = whole("Height, px", 0)
    thumbnails_fps = whole("A second", 0)
    offsets = text("At these seconds", "Such as 2, 10, 60.")

    def __init__(self, data: QueryDict | None = None, *, held: Mapping[str, Any], roles: Sequence[str]) -> None:
        super().__init__(data, held=held)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = choices_of(roles, str(held.get("role") or ""), "Choose a role")
        offsets = at(held, "thumbnails.offsets") or []
        self.initial.update(on=bool(held), offsets=", ".join(map(str, offsets)))

    def clean_offsets(self) -> list[int]:
        return seconds_of(self.cleaned_data["offsets"])

    def clean(self) -> None:
        if self.cleaned_data.get("on"):
            for name, question in (("name", "It needs a name."), ("role", "It needs a role.")):
                if name not in self.errors and not self.cleaned_data.get(name):
                    self.add_error(name, question)

    def finish(self, found: Content) -> None:
        put(found, "thumbnails.offsets", self.cleaned_data["offsets"])
        if self.cleaned_data["on"]:
            RECORDINGS("recordings", [found])
        else:
            found.clear()

    def names(self) -> dict[str, str]:
        places = {f"recordings[0].{path}": name for name, path in self.places.items()}
        return {**super().names(), **{path.replace("[0]", ""): name for path, name in places.items()}, "role": "role"}


def seconds_of(text: str) -> list[int]:
    """ "2, 10" as numbers. Raises forms.ValidationError."""
    words = text.replace(",", " ").split()
    if not all(word.isdecimal() and len(word) < 8 for word in words):
        raise forms.ValidationError("Whole seconds, with commas between them.")
    return [int(word) for word in words]
