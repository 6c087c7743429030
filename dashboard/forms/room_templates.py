"""Room templates: the filters of their list, a new one, and one from a file."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import QueryDict

from dashboard.forms.filters import Filters, Menu
from dashboard.forms.room_templates_settings import TemplateName
from rooms.models import RoomTemplate
from rooms.room_templates import files
from rooms.room_templates.content import Content
from rooms.room_templates.roles import BEGINNINGS

Templates = QuerySet[Any]
_YES_NO = [("yes", "yes"), ("no", "no")]


class RoomTemplateFilters(Filters):
    """`rows` are annotated with `room_count`."""

    recording = forms.ChoiceField(label="Recording", required=False, choices=[("yes", "on"), ("no", "off")])
    used = forms.ChoiceField(label="Used by rooms", required=False, choices=_YES_NO)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[
            ("default", "default of the workspace"),
            ("elsewhere", "changed elsewhere"),
            ("gone", "gone from 100ms"),
        ],
    )

    menus: ClassVar = (Menu("Recording", ("recording",)), Menu("Used", ("used",)), Menu("State", ("state",)))

    def narrow_q(self, rows: Templates, text: str) -> Templates:
        return rows.filter(Q(name__icontains=text) | Q(pk__icontains=text))

    def narrow_recording(self, rows: Templates, value: str) -> Templates:
        return rows.filter(recording_enabled=True) if value == "yes" else rows.exclude(recording_enabled=True)

    def narrow_used(self, rows: Templates, value: str) -> Templates:
        return rows.filter(room_count__gt=0) if value == "yes" else rows.filter(room_count=0)

    def narrow_state(self, rows: Templates, value: str) -> Templates:
        match value:
            case "default":
                return rows.filter(is_default=True)
            case "elsewhere":
                return rows.exclude(changed_elsewhere_at=None)
        return rows.exclude(gone_at=None)


class NewTemplateForm(forms.Form):
    """A name and what to begin from: a kind of `BEGINNINGS`, or "copy:<template id>"."""

    name = TemplateName()
    begin = forms.ChoiceField(label="Begin with")

    def __init__(self, data: QueryDict | None = None, *, templates: Mapping[str, str]) -> None:
        super().__init__(data)
        begin = self.fields["begin"]
        assert isinstance(begin, forms.ChoiceField)
        kinds = [(kind, words) for kind, (words, _) in BEGINNINGS.items()]
        copies = [(f"copy:{pk}", name) for pk, name in templates.items()]
        begin.choices = [("New", kinds), *([("A copy of", copies)] if copies else [])]

    def clean_name(self) -> str:
        return free_name(self.cleaned_data["name"])

    @property
    def copied(self) -> str:
        """The id of the template to copy; "" for a fresh one."""
        begin: str = self.cleaned_data["begin"]
        return begin.removeprefix("copy:") if begin.startswith("copy:") else ""


class JsonForm(forms.Form):
    """A template as JSON, typed or as a file, which then stands in the text for the review. `content` once valid."""

    text = forms.CharField(
        label="JSON",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
    )
    file = forms.FileField(label="Or a file", required=False, help_text="It replaces the text above.")

    def __init__(self, data: QueryDict | None = None, uploads: Any = None, *, text: str = "") -> None:
        if data is not None and uploads and isinstance(uploads.get("file"), UploadedFile):
            data = data.copy()
            data["text"] = uploads["file"].read(files.BIGGEST + 1).decode("utf-8-sig", errors="replace")
        super().__init__(data, initial={"text": text})

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError("Paste a template, or choose a file.")
        try:
            self.content: Content = files.read(text)
        except files.NotATemplate as problem:
            raise forms.ValidationError(str(problem)) from None
        return text

    def names(self) -> dict[str, str]:
        parts = ("name", "default", "roles", "settings", "destinations", "plugins", "recordings")
        return dict.fromkeys(parts, "text")


class ImportForm(JsonForm):
    """As a new template."""

    name = TemplateName(required=False, help_text="Empty: the name in the file.")
    field_order = ("name", "text", "file")

    def clean(self) -> None:
        if not self.errors:
            name = self.cleaned_data["name"] or str(self.content.get("name") or "")
            if not name:
                self.add_error("name", "The file has no name: give one.")
            else:
                try:
                    self.content["name"] = free_name(name)
                except forms.ValidationError as problem:
                    self.add_error("name", problem)

    def names(self) -> dict[str, str]:
        return {**super().names(), "name": "name"}


def free_name(name: str) -> str:
    """Raises forms.ValidationError for the name of another template, which 100ms would overwrite."""
    if RoomTemplate.objects.filter(name=name, gone_at=None).exists():
        raise forms.ValidationError("There is a template of this name; 100ms would overwrite it. Take another name.")
    return name
