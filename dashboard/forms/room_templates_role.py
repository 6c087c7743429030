"""A role of a room template as a form (contract, schema Role)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict

from dashboard.forms.room_templates_content import ContentForm, Group, at, put, text, tick, whole
from rooms.hms.resources.template_limits import ROLE
from rooms.room_templates.content import PERMISSIONS, Content
from rooms.room_templates.words import MEDIA
from rooms.room_templates.words import PERMISSIONS as PERMISSION_WORDS

LAYERS: Final = (("f", "Full"), ("h", "Half"), ("q", "Quarter"))
_PUBLISH: Final = "publishParams"
_DEGRADATION: Final = "subscribeParams.subscribeDegradation"


class RoleForm(ContentForm):
    """`roles`: the names of the template's roles, its own among them."""

    places: ClassVar[Mapping[str, str]] = {
        "allowed": f"{_PUBLISH}.allowed",
        "audio_bit_rate": f"{_PUBLISH}.audio.bitRate",
        **{
            f"{medium}_{field}": f"{_PUBLISH}.{medium}.{key}"
            for medium in ("video", "screen")
            for field, key in (
                ("bit_rate", "bitRate"),
                ("frame_rate", "frameRate"),
                ("width", "width"),
                ("height", "height"),
            )
        },
        "sees": "subscribeParams.subscribeToRoles",
        "receives": "subscribeParams.maxSubsBitRate",
        "packet_loss": f"{_DEGRADATION}.packetLossThreshold",
        "degrade_after": f"{_DEGRADATION}.degradeGracePeriodSeconds",
        "recover_after": f"{_DEGRADATION}.recoverGracePeriodSeconds",
        "priority": "priority",
    }

    name = text(
        "Name",
        "Renaming it changes it wherever this template names it. Room codes made for the old name may stop working.",
        required=True,
    )
    allowed = forms.MultipleChoiceField(
        label="May publish",
        required=False,
        choices=list(MEDIA.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "box"}),
        help_text="Nothing chosen: may only watch and listen.",
    )
    audio_bit_rate = whole("Sound, kbps", 16, 128)
    video_bit_rate = whole("Camera, kbps", 30, 2000)
    video_frame_rate = whole("Camera, frames a second", 1, 30)
    video_width = whole("Camera, width px", 50, 1920)
    video_height = whole("Camera, height px", 50, 1080)
    screen_bit_rate = whole("Screen, kbps", 500)
    screen_frame_rate = whole("Screen, frames a second", 1, 30)
    screen_width = whole("Screen, width px", 480, 1920)
    screen_height = whole("Screen, height px", 270, 1080)
    sees = forms.MultipleChoiceField(
        label="Of these roles",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "box"}),
        help_text="Its own role counts too.",
    )
    receives = whole("Receives at most, kbps", 0, help_text="All it sees, together")
    packet_loss = whole("Packet loss, %", 1, 100)
    degrade_after = whole("Less video after, s", 1, 10)
    recover_after = whole("Full video back after, s", 1, 10)
    priority = forms.TypedChoiceField(
        label="Priority",
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", "100ms decides"), (1, "1, highest"), (2, "2"), (3, "3"), (4, "4"), (5, "5, lowest")],
        help_text="Whom to keep first on a poor line.",
    )
    places_kind = forms.ChoiceField(
        label="Places", choices=[("any", "No limit"), ("some", "At most …"), ("none", "Nobody can join")]
    )
    places_count = whole("At most", 1)

    def __init__(
        self, data: QueryDict | None = None, *, held: Mapping[str, Any], roles: Sequence[str], name: str = ""
    ) -> None:
        super().__init__(data, held=held)
        self.was = name
        self.roles = roles
        unknown = [role for role in at(held, "subscribeParams.subscribeToRoles") or () if role not in roles]
        sees = self.fields["sees"]
        assert isinstance(sees, forms.MultipleChoiceField)
        sees.choices = [(role, role) for role in roles] + [(role, f"{role} (not there)") for role in unknown]
        if not name:
            self.fields["name"].help_text = ""
        places = held.get("maxPeerCount") or 0
        self.initial.update(
            name=name,
            places_kind="any" if not places else "some" if places > 0 else "none",
            places_count=places if places > 0 else None,
        )
        given = held.get("permissions") or {}
        for key in [*PERMISSIONS, *(key for key in given if key not in PERMISSIONS)]:
            self.fields[f"may_{key}"] = tick(_capital(PERMISSION_WORDS.get(key, key).removeprefix("may ")))
            self.initial[f"may_{key}"] = given.get(key, PERMISSIONS.get(key, False))
        for medium in ("video", "screen"):
            self._add_layers(medium, at(held, f"{_PUBLISH}.simulcast.{medium}.layers") or [])

    def _add_layers(self, medium: str, layers: Sequence[Mapping[str, Any]]) -> None:
        by_rid = {layer.get("rid"): layer for layer in layers}
        for rid, word in LAYERS:
            layer = by_rid.get(rid) or {}
            fields: dict[str, tuple[str, forms.Field]] = {
                "scaleResolutionDownBy": (
                    "scale",
                    forms.FloatField(label=f"{word}: scaled down by", min_value=1, max_value=12, required=False),
                ),
                "maxBitrate": ("bit_rate", whole("kbps at most", 0, 2000)),
                "maxFramerate": ("frame_rate", whole("Frames a second", 1, 30)),
            }
            for key, (part, field) in fields.items():
                self.fields[f"{medium}_{rid}_{part}"] = field
                if layer.get(key) is not None:
                    self.initial[f"{medium}_{rid}_{part}"] = layer[key]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        # Where the old name is gone, the role may have been renamed by an attempt that got no answer.
        if name != self.was and name in self.roles and (not self.was or self.was in self.roles):
            raise forms.ValidationError("There is a role of this name already.")
        return name

    def clean_sees(self) -> list[str]:
        """In the order that stands: PostgreSQL keeps roles in one of its own, and that would read as a change."""
        chosen: list[str] = self.cleaned_data["sees"]
        stood = [role for role in at(self.held, "subscribeParams.subscribeToRoles") or () if role in chosen]
        return stood + [role for role in chosen if role not in stood]

    def clean(self) -> None:
        if self.cleaned_data.get("places_kind") == "some" and not self.cleaned_data.get("places_count"):
            self.add_error("places_count", "Say how many.")
        for medium in ("video", "screen"):
            for rid, _ in LAYERS:
                scale, rate = (self.cleaned_data.get(f"{medium}_{rid}_{part}") for part in ("scale", "frame_rate"))
                if (scale is None) != (rate is None):
                    missing = "scale" if scale is None else "frame_rate"
                    self.add_error(f"{medium}_{rid}_{missing}", "A layer needs its scale and its frames.")

    def finish(self, found: Content) -> None:
        data = self.cleaned_data
        found["name"] = data["name"]
        kind = data["places_kind"]
        found["maxPeerCount"] = data["places_count"] if kind == "some" else 0 if kind == "any" else -1
        # Explicit, for what 100ms does with a list that is left out is not stated.
        found.setdefault(_PUBLISH, {}).setdefault("allowed", [])
        found.setdefault("subscribeParams", {}).setdefault("subscribeToRoles", [])
        given = dict(found.get("permissions") or {})
        for key in [name.removeprefix("may_") for name in self.fields if name.startswith("may_")]:
            if given.get(key, PERMISSIONS.get(key, False)) != data[f"may_{key}"]:
                given[key] = data[f"may_{key}"]
        found["permissions"] = given
        for medium in ("video", "screen"):
            place = f"{_PUBLISH}.simulcast.{medium}.layers"
            by_rid = {layer.get("rid"): layer for layer in at(found, place) or ()}
            put(found, place, [self._layer(medium, rid, by_rid.get(rid) or {}) for rid in self._rids(medium)])
        ROLE("", found)

    def _rids(self, medium: str) -> list[str]:
        return [rid for rid, _ in LAYERS if self.cleaned_data.get(f"{medium}_{rid}_scale") is not None]

    def _layer(self, medium: str, rid: str, held: Mapping[str, Any]) -> dict[str, Any]:
        scale, rate, frames = (
            self.cleaned_data.get(f"{medium}_{rid}_{part}") for part in ("scale", "bit_rate", "frame_rate")
        )
        assert scale is not None  # a row without it is no layer
        scale = int(scale) if scale == int(scale) else scale
        layer = {**held, "rid": rid, "scaleResolutionDownBy": scale, "maxFramerate": frames}
        return {**layer, "maxBitrate": rate} if rate is not None else layer

    def names(self) -> dict[str, str]:
        layers = {f"{_PUBLISH}.simulcast.{medium}.layers": f"{medium}_f_scale" for medium in ("video", "screen")}
        permissions = {f"permissions.{key}": f"may_{key}" for key in PERMISSIONS}
        return {**super().names(), **layers, **permissions, "maxPeerCount": "places_count", "allowed": "allowed"}

    def groups(self) -> list[Group]:
        def rows(*named: Sequence[str]) -> tuple[tuple[forms.BoundField, ...], ...]:
            return tuple(tuple(self[name] for name in row) for row in named)

        def quality(medium: str) -> list[str]:
            return [f"{medium}_{part}" for part in ("bit_rate", "frame_rate", "width", "height")]

        def layers(medium: str) -> list[list[str]]:
            return [[f"{medium}_{rid}_{part}" for part in ("scale", "bit_rate", "frame_rate")] for rid, _ in LAYERS]

        permissions = [name for name in self.fields if name.startswith("may_")]
        simulcast = "The same picture in up to three sizes, for people on poor lines. An empty row is no layer."
        return [
            Group("", rows(["name"], ["places_kind", "places_count", "priority"])),
            Group("Publishes", rows(["allowed"], ["audio_bit_rate"], quality("video"), quality("screen"))),
            Group("Simulcast of the camera", rows(*layers("video")), simulcast, seldom=True),
            Group("Simulcast of the screen", rows(*layers("screen")), simulcast, seldom=True),
            Group("Sees and hears", rows(["sees"], ["receives"])),
            Group(
                "On a poor line",
                rows(["packet_loss", "degrade_after", "recover_after"]),
                "When this much is lost for this long, the role gets less video.",
            ),
            Group("May", rows(permissions)),
        ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
