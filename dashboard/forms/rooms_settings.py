"""What is set for a room, as a form: for a new room, a change, a clone, and for turning rooms off."""

import hashlib
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse

from rooms.masking import MASK
from rooms.mirrors import rooms as mirror
from rooms.models import Room
from rooms.template_names import TemplateNames
from rooms.webhook_headers import headers_of

REGIONS: Final = [
    ("auto", "chosen by 100ms"),
    ("eu", "Europe (eu)"),
    ("in", "India (in)"),
    ("us", "United States (us)"),
]
LARGE: Final = 2_500
LARGEST: Final = 20_000
NAMES: Final = {
    "template_id": "template",
    "recording_info": "recording",
    "max_duration_seconds": "minutes",
    "webhook.headers": "webhook_headers",
    "webhook": "webhook_url",
    "large_room": "size",
}
"""What 100ms calls the fields."""
_NAME: Final = re.compile(r"[A-Za-z0-9.:_-]+")
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9.:_-]+")


class RoomName(forms.CharField):
    """A name as 100ms takes it (contract, RoomCreate); it says how a refused one could be written.

    `held` passes as it is: rooms that were not made by the API may have others.
    """

    held = ""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Letters, digits and . - : _ only, no blanks. Case makes no difference.")
        super().__init__(label="Name", max_length=255, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if name != self.held and not _NAME.fullmatch(name):
            near = nearest_name(name)
            such_as = f" Such as “{near}”." if near else ""
            raise forms.ValidationError(f"100ms takes letters, digits and . - : _ only, no blanks.{such_as}")
        return name


def nearest_name(name: str) -> str:
    """The name without what 100ms does not take in it."""
    return _NOT_IN_NAMES.sub("-", name).strip("-")


class RoomForm(forms.Form):
    """All settings of a room; without `room` those of a new one. `wishes()` are the ones to be sent to 100ms."""

    name = RoomName()
    description = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))
    template = forms.CharField(
        required=False,
        max_length=255,
        help_text="By name, or by its id. It decides the roles, and what they may do.",
        widget=forms.TextInput(attrs={"list": "template-names", "autocomplete": "off"}),
    )
    region = forms.ChoiceField(required=False, help_text="Where its sessions are held.")
    recording = forms.ChoiceField(required=False, help_text="Recording by 100ms whenever there is a session.")
    size = forms.IntegerField(
        label="Places",
        required=False,
        help_text="At once, 20,000 at most; more than 2,500 make it a large room. What 0 does, 100ms does not say.",
        validators=[
            MinValueValidator(0, "Give a number of people, such as 30."),
            MaxValueValidator(LARGEST, "At most 20,000 people."),
        ],
    )
    minutes = forms.DecimalField(
        label="Longest session (min)",
        required=False,
        decimal_places=2,
        help_text="2 to 720. Then 100ms ends it.",
        validators=[
            MinValueValidator(2, "At least 2 minutes."),
            MaxValueValidator(720, "At most 720 minutes, 12 hours."),
        ],
    )
    webhook_url = forms.URLField(
        label="Webhook",
        required=False,
        assume_scheme="https",
        help_text="100ms sends what happens in this room there, and then no more to the address of the workspace: "
        "Rollcall would only learn of it when it looks.",
    )
    webhook_headers = forms.CharField(
        label="Headers of the webhook",
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    no_headers = forms.BooleanField(label="Send no headers any more", required=False)

    # 100ms has no way to take these back.
    LASTING: ClassVar = {"size": "a number of places", "minutes": "a longest session", "webhook_url": "a webhook"}

    def __init__(self, data: Any = None, *, room: Room | None = None, templates: TemplateNames) -> None:
        self.room = room
        self.templates = templates
        super().__init__(data, initial=self._held(room))
        unsaid = [("", "as its template says")]
        held = None if room is None else room.recording_enabled
        self._choose("recording", ([] if held is not None else unsaid) + [("on", "on"), ("off", "off")])
        if room is None:
            # Not sent at all: it comes to the same in a new room, and leaves one that is overwritten where it is.
            self._choose("region", [("", REGIONS[0][1]), *REGIONS[1:]])
        else:
            other = [] if room.region in dict(REGIONS) else [(room.region, room.region or "not told")]
            self._choose("region", other + REGIONS)
        if room is not None:
            self.fields["name"].held = room.name  # type: ignore[attr-defined]
        else:
            name = self.fields["name"].widget.attrs
            name |= {
                "hx-get": reverse("room_name_check"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "#name-check",
                "hx-sync": "this:replace",
                "autofocus": True,
            }
            self.fields["template"].help_text = "By name, or by its id. Left empty: the workspace's own choice."
            del self.fields["no_headers"]
        has = room is not None and bool((room.received.get("webhook") or {}).get("headers"))
        if room is not None and not has:
            del self.fields["no_headers"]
        self.fields["webhook_headers"].help_text = (
            "Some are set; nobody is shown them. Left empty, they stay. What you write here takes their place."
            if has
            else "“Name: value”, one a line. Nobody is shown them once they are saved."
        )

    def _choose(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def _held(self, room: Room | None) -> dict[str, Any]:
        if room is None:
            return {}
        return {
            "name": room.name,
            "description": room.description,
            "template": self.templates.name_of(room.template_id),
            "region": room.region,
            "recording": {True: "on", False: "off", None: ""}[room.recording_enabled],
            "size": room.size,
            "minutes": _minutes(room.max_duration_seconds),
            "webhook_url": room.webhook_url,
        }

    def clean_template(self) -> str:
        text: str = self.cleaned_data["template"]
        if "template" not in self.changed_data:
            return ""
        try:
            return self.templates.id_of(text) if text else ""
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean_webhook_headers(self) -> dict[str, str]:
        try:
            return headers_of(self.cleaned_data["webhook_headers"])
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, what in self.LASTING.items():
            if name in self.changed_data and name in cleaned and cleaned[name] in (None, "") and self.room:
                self.add_error(name, f"100ms has no way to take {what} away once it is set. Give another.")
        if "template" in self.changed_data and self.room and not cleaned.get("template") and "template" in cleaned:
            self.add_error("template", "A room always has a template. Give one.")
        if "webhook_url" in self.changed_data and MASK in (cleaned.get("webhook_url") or ""):
            self.add_error("webhook_url", f"Give the whole address: what {MASK} stands for is not kept here.")
        if cleaned.get("webhook_headers") and cleaned.get("no_headers"):
            self.add_error("no_headers", "Either write new headers or send none.")
        has_address = (
            cleaned.get("webhook_url") or (self.room and self.room.webhook_url) or "webhook_url" in self.errors
        )
        if cleaned.get("webhook_headers") and not has_address:
            self.add_error("webhook_url", "Headers need an address to be sent to.")
        return cleaned

    def wishes(self) -> dict[str, Any]:
        """What somebody changed, in the words of `rooms.operations.rooms`."""
        given = {
            name: self.cleaned_data[name]
            for name in self.changed_data
            if self.room is not None or self.cleaned_data.get(name) not in (None, "", {}, False)
        }
        settings: dict[str, Any] = {name: given[name] for name in ("name", "description", "region") if name in given}
        if given.get("template"):
            settings["template_id"] = given["template"]
        if "size" in given:
            settings["size"] = given["size"]
            if given["size"] > LARGE:
                settings["large_room"] = True
        if "minutes" in given:
            settings["max_duration_seconds"] = round(given["minutes"] * 60)
        if "recording" in given:
            settings["recording_info"] = {"enabled": given["recording"] == "on"}
        webhook: dict[str, Any] = {}
        if "webhook_url" in given:
            webhook["url"] = given["webhook_url"]
        if given.get("webhook_headers") or given.get("no_headers"):
            webhook["headers"] = given.get("webhook_headers") or {}
        return {**settings, **({"webhook": webhook} if webhook else {})}


def _minutes(seconds: int | None) -> Decimal | None:
    """As somebody would write it, and two places at most where it is no whole number."""
    if seconds is None:
        return None
    whole, rest = divmod(seconds, 60)
    return round(Decimal(seconds) / 60, 2) if rest else Decimal(whole)


def seen(room: Room) -> str:
    """A digest of what is set for a room: by it a form knows whether somebody was quicker."""
    return hashlib.sha256(json.dumps(mirror.settings_of(room), sort_keys=True).encode()).hexdigest()[:16]


class CloneForm(forms.Form):
    name = RoomName()


class DisableForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=255,
        help_text="People here see it on the room. 100ms does not keep it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
