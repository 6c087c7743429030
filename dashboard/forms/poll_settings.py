"""What is set for a poll as a whole."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms

KINDS: Final = (("poll", "Poll: opinions, nothing is right or wrong"), ("quiz", "Quiz: with right answers and points"))
STARTS: Final = (
    ("auto", "By itself when the session begins"),
    ("manual", "When somebody starts it in the room"),
)
MODES: Final = (
    ("userid", "By person: who comes back cannot answer again"),
    ("peerid", "By visit: who comes back may answer again"),
)
# Only client SDKs know it (contract, schema PollWrite): shown where a poll has it, and offered nowhere.
_BY_NAME: Final = ("username", "By the name they join with")


class AnyScript(forms.TextInput):
    """A line of text that runs the way its script does."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"dir": "auto", **(attrs or {})})


class PollForm(forms.Form):
    use_required_attribute = False

    title = forms.CharField(
        max_length=255,
        widget=AnyScript,
        error_messages={"required": "The poll needs a title; people see it when they are asked."},
    )
    kind = forms.ChoiceField(label="Kind", choices=KINDS, initial="poll", widget=forms.RadioSelect)
    minutes = forms.DecimalField(
        label="Minutes it runs",
        required=False,
        min_value=Decimal("0.02"),
        max_value=Decimal(720),
        decimal_places=2,
        help_text="Empty: until somebody stops it or the session ends.",
    )
    start = forms.ChoiceField(label="It starts", choices=STARTS, initial="auto")
    mode = forms.ChoiceField(label="People are told apart", choices=MODES, initial="userid")
    anonymous = forms.BooleanField(
        label="Anonymous", required=False, help_text="Nobody can see who answered what, not even you."
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        known = self.data.get("mode") if self.is_bound else (self.initial or {}).get("mode")
        if known == _BY_NAME[0]:
            self.fields["mode"].choices = [*MODES, _BY_NAME]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, poll: Mapping[str, Any]) -> "PollForm":
        """As a poll that was read has it, in 100ms's spelling."""
        seconds = poll.get("duration") or 0
        return cls(
            initial={
                "title": poll.get("title", ""),
                "kind": poll.get("type", "poll"),
                "minutes": f"{seconds / 60:.2f}".rstrip("0").rstrip(".") if seconds else None,
                "start": poll.get("start", "auto"),
                "mode": poll.get("mode", "userid"),
                "anonymous": poll.get("anonymous", False),
            }
        )

    @classmethod
    def again(cls, data: Mapping[str, Any]) -> "PollForm":
        """What was typed, without a word on it."""
        return cls(
            initial={name: field.widget.value_from_datadict(data, {}, name) for name, field in cls.base_fields.items()}
        )

    def settings(self) -> dict[str, Any]:
        """In 100ms's spelling; seconds, 0 for no end."""
        typed = self.cleaned_data
        return {
            "title": typed["title"],
            "type": typed["kind"],
            "duration": round(typed["minutes"] * 60) if typed["minutes"] else 0,
            "start": typed["start"],
            "mode": typed["mode"],
            "anonymous": typed["anonymous"],
        }
