"""What the cockpit is asked for, and its acts."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms

from dashboard.json_words import why_no_json
from dashboard.live_room import Here, Left

LONGEST_MESSAGE = 1000
ONLY = [
    ("", "everybody"),
    ("hand", "hand raised"),
    ("voice", "microphone open"),
    ("screen", "sharing a screen"),
    ("trouble", "had trouble"),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which people to show: `left` those who left, `whole` all of a crowd page by page."""

    q: str = ""
    role: str = ""
    only: str = ""
    left: bool = False
    whole: bool = False
    page: int = 1

    @property
    def narrows(self) -> bool:
        return bool(self.q or self.role or self.only)

    def takes(self, one: Here | Left) -> bool:
        """Is this one looked for?"""
        if self.role and one.role != self.role:
            return False
        said = f"{one.name} {one.user_id} {one.peer_id}" if isinstance(one, Here) else f"{one.name} {one.peer_id}"
        if self.q and self.q.casefold() not in said.casefold():
            return False
        match self.only:
            case "trouble":
                return bool(one.drops) or (isinstance(one, Here) and one.trouble)
            case "hand":
                return isinstance(one, Here) and one.hand_since is not None
            case "voice":
                return isinstance(one, Here) and bool(one.devices.mic)
            case "screen":
                return isinstance(one, Here) and bool(one.devices.screen)
        return True


class LiveFilters(forms.Form):
    q = forms.CharField(required=False, max_length=200)
    role = forms.CharField(required=False, max_length=255, strip=False)
    only = forms.ChoiceField(required=False, choices=ONLY)
    who = forms.ChoiceField(required=False, choices=[("left", "left")])
    all = forms.BooleanField(required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    def asked(self) -> Asked:
        """What is wrong in an address counts as not said."""
        self.is_valid()
        said = self.cleaned_data
        return Asked(
            q=said.get("q") or "",
            role=said.get("role") or "",
            only=said.get("only") or "",
            left=said.get("who") == "left",
            whole=bool(said.get("all")),
            page=said.get("page") or 1,
        )


class PeerForm(forms.Form):
    """Name, role and metadata of somebody who is in."""

    name = forms.CharField(label="Name", required=False, max_length=255)
    role = forms.ChoiceField(label="Role")
    metadata = forms.CharField(
        label="Metadata",
        required=False,
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false"}),
        help_text="What apps keep with a person, as JSON.",
    )

    def __init__(self, data: object, roles: Iterable[str], **kwargs: object) -> None:
        super().__init__(data, **kwargs)  # type: ignore[arg-type]
        self.fields["role"].choices = [(role, role) for role in roles]  # type: ignore[attr-defined]

    def clean_metadata(self) -> str:
        text: str = self.cleaned_data["metadata"]
        if text.strip().startswith(("{", "[")):
            try:
                json.loads(text)
            except json.JSONDecodeError as problem:
                why = why_no_json(problem)
                raise forms.ValidationError(f"This begins like JSON and is none {why}.") from problem
            except (ValueError, RecursionError) as problem:
                raise forms.ValidationError("This begins like JSON and cannot be read as such.") from problem
        return text


class MessageForm(forms.Form):
    """A message to somebody, a role, or everybody. `to` is "all", "role:…" or "peer:…"."""

    to = forms.ChoiceField(label="To")
    text = forms.CharField(
        label="Text",
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It appears in the room's chat, where the app shows one.",
    )

    def __init__(self, data: object, receivers: Iterable[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(data, **kwargs)  # type: ignore[arg-type]
        self.fields["to"].choices = list(receivers)  # type: ignore[attr-defined]


class RemoveForm(forms.Form):
    """Why somebody, or everybody of a role, is thrown out."""

    reason = forms.CharField(
        label="Message",
        required=False,
        max_length=250,
        help_text="Goes along with the removal: the apps of those in the room may show it.",
    )
    sure = forms.CharField(widget=forms.HiddenInput)


class EndForm(forms.Form):
    """`session` is the one the dialog speaks of, `people` how many it named."""

    session = forms.CharField(max_length=64, widget=forms.HiddenInput)
    people = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    lock = forms.BooleanField(required=False, label="Lock the room too.")
    reason = forms.CharField(label="Message", required=False, max_length=250)
