import base64

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from dashboard.room_results import WORDS
from rooms.tables import Unreadable
from rooms.timetable import LARGEST_FILE, Timetable, read_timetable


class TimetableForm(forms.Form):
    """A file at first; then `held`, the same in base64, which goes along with the dry run and each part of the run."""

    file = forms.FileField(
        label="Timetable, a CSV file",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=f"At most 2,000 lines and {LARGEST_FILE // 1000} kB, as any spreadsheet saves it.",
    )
    held = forms.CharField(required=False, max_length=LARGEST_FILE * 2, widget=forms.HiddenInput)

    timetable: Timetable
    content: bytes = b""

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        try:
            self.content = _content(cleaned.get("file"), str(cleaned.get("held") or ""))
            if self.content:
                self.timetable = read_timetable(self.content)
            elif "file" not in self.errors:
                self.add_error("file", "Look at the file first.")
        except Unreadable as problem:
            self.add_error("file", str(problem))

        return cleaned

    @property
    def carried(self) -> str:
        return base64.b64encode(self.content).decode()


class RunForm(TimetableForm):
    """One part of a run: `after` which line, what the rest would do by the dry run (`plan`), and what came so far."""

    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    plan = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    counted = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["file"].required = False  # it goes along in `held`

    def clean_after(self) -> int:
        return self.cleaned_data["after"] or 0

    def clean_counted(self) -> dict[str, int]:
        counted = self.cleaned_data["counted"]
        if not isinstance(counted, dict):
            return {}
        return {state: count for state, count in counted.items() if state in WORDS and type(count) is int}


def _content(file: object, held: str) -> bytes:
    if isinstance(file, UploadedFile):
        content: bytes = file.read(LARGEST_FILE + 1)
        return content
    try:
        return base64.b64decode(held, validate=True)
    except ValueError as problem:  # the page itself fills it in, and not like this
        raise Unreadable("Look at the file first.") from problem
