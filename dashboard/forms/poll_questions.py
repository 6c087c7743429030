"""The forms of a poll that is being built: the poll, its questions in order, their options in order.

Each question and option has a key of its own. The fields named "q" (and "q-<key>-o" for options) tell by their order
how questions stand, so that a browser only has to move a part of the page to reorder them; the fields of each are
prefixed by its key. What is typed is kept through every step (`Questions.typed`), with scripts and without.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from django import forms
from django.http import QueryDict

from dashboard.forms.poll_settings import AnyScript

CHOICES: Final = ("single-choice", "multiple-choice")
TYPES: Final = (
    ("single-choice", "One choice"),
    ("multiple-choice", "Several choices"),
    ("short-answer", "Short text"),
    ("long-answer", "Long text"),
)
MOST_QUESTIONS: Final = 100
MOST_OPTIONS: Final = 30
_KEY: Final = re.compile(r"[a-z0-9]{1,12}")
_NEW_OPTIONS: Final = 2


class OptionForm(forms.Form):
    use_required_attribute = False  # what does not fit the chosen type is not shown, and a browser would insist on it

    text = forms.CharField(required=False, max_length=1000, widget=AnyScript)
    weight = forms.IntegerField(label="Weight", initial=1, min_value=-1000, max_value=1000)
    right = forms.BooleanField(label="Right", required=False)


class QuestionForm(forms.Form):
    """`index`: where the question stood in the poll as it was read, empty for a new one."""

    use_required_attribute = False

    index = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    text = forms.CharField(
        label="Question",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": "What is asked? The question has no text."},
    )
    type = forms.ChoiceField(label="Answered by", choices=TYPES, initial=TYPES[0][0])
    weight = forms.IntegerField(label="Points", initial=1, min_value=0, max_value=1000)
    seconds = forms.IntegerField(label="Seconds to answer", required=False, min_value=1, max_value=43_200)
    min_length = forms.IntegerField(label="At least, characters", required=False, min_value=0, max_value=100_000)
    max_length = forms.IntegerField(label="At most, characters", required=False, min_value=1, max_value=100_000)
    right_text = forms.CharField(label="Right answer", required=False, max_length=1000, widget=AnyScript)
    skippable = forms.BooleanField(label="May be skipped", required=False, initial=True)
    once = forms.BooleanField(label="An answer cannot be changed", required=False)
    hidden = forms.BooleanField(label="The right answer is hidden while it runs", required=False, initial=True)
    case = forms.BooleanField(label="Capital letters count", required=False)
    trim = forms.BooleanField(label="Spaces around the answer do not count", required=False, initial=True)

    def clean(self) -> None:
        least, most = self.cleaned_data.get("min_length"), self.cleaned_data.get("max_length")
        if least and most and least > most:
            self.add_error("max_length", "This is less than the least.")


@dataclass
class AskedOption:
    key: str
    form: OptionForm


@dataclass
class Asked:
    key: str
    form: QuestionForm
    options: list[AskedOption] = field(default_factory=list)


@dataclass
class Problem:
    """What is wrong, as the summary says it, and the element it leads to."""

    words: str
    place: str


class Questions:
    """The questions of one form, in order. `first` is the number of the first one."""

    def __init__(self, asked: Iterable[Asked] = (), *, first: int = 1, bound: bool = False) -> None:
        self.asked = list(asked)
        self.first = first
        self.bound = bound
        self.said = ""

    @classmethod
    def of(cls, questions: Iterable[Mapping[str, Any]], *, first: int = 1) -> "Questions":
        """As a poll that was read has them; `questions` in 100ms's spelling."""
        return cls((_read(f"k{place}", place, one) for place, one in enumerate(questions, first)), first=first)

    @classmethod
    def new(cls) -> "Questions":
        """One question to begin with."""
        return cls([_empty("n1")])

    @classmethod
    def typed(cls, data: QueryDict, *, first: int = 1, bound: bool = False) -> "Questions":
        """As they were sent; `bound` to be checked, else to be shown again as they are."""
        make = _bound if bound else _again
        asked = [
            Asked(
                key,
                make(QuestionForm, f"q-{key}", data),
                [
                    AskedOption(one, make(OptionForm, f"q-{key}-o-{one}", data))
                    for one in _keys(data.getlist(f"q-{key}-o"))
                ],
            )
            for key in _keys(data.getlist("q"))
        ]
        return cls(asked, first=first, bound=bound)

    def __iter__(self) -> Iterator[tuple[int, Asked]]:
        return iter(enumerate(self.asked, self.first))

    def __len__(self) -> int:
        return len(self.asked)

    # one step of building, by a button

    def do(self, step: str) -> None:
        """One step: "add", "remove:<question>", "up:…", "down:…", and for options "add-option:<question>",
        "remove-option:<question>:<option>", "option-up:…", "option-down:…". What names nothing here does nothing."""
        what, _, where = step.partition(":")
        key, _, option = where.partition(":")
        if what == "add":
            self._add()
            return
        place = next((place for place, one in enumerate(self.asked) if one.key == key), None)
        if place is None:
            return
        name = f"Question {place + self.first}"
        if what == "add-option":
            self._add_option(self.asked[place], name)
        elif option:
            self._step(self.asked[place].options, option, what, f"{name}, option")
        else:
            self._step(self.asked, key, what, "Question", self.first)

    def _add(self) -> None:
        if len(self.asked) >= MOST_QUESTIONS:
            self.said = f"{MOST_QUESTIONS} questions are the most that fit into one poll."
            return
        asked = _empty(_new_key([one.key for one in self.asked]))
        self.asked.append(asked)
        _focus(asked.form)
        self.said = f"Question {self.first + len(self.asked) - 1} added."

    def _add_option(self, asked: Asked, name: str) -> None:
        if len(asked.options) >= MOST_OPTIONS:
            self.said = f"{MOST_OPTIONS} options are the most."
            return
        option = _empty_option(asked.key, _new_key([one.key for one in asked.options]))
        asked.options.append(option)
        _focus(option.form)
        self.said = f"{name}: option {len(asked.options)} added."

    def _step(self, items: list[Any], key: str, what: str, name: str, first: int = 1) -> None:
        place = next((place for place, one in enumerate(items) if one.key == key), None)
        if place is None:
            return
        if what.startswith("remove"):
            del items[place]
            self.said = f"{name} {place + first} removed."
            near = items[min(place, len(items) - 1)] if items else None
            if near is not None:
                _focus(near.form)
        elif what.endswith(("up", "down")):
            to = min(max(place + (-1 if what.endswith("up") else 1), 0), len(items) - 1)
            items.insert(to, items.pop(place))
            _focus(items[to].form)
            self.said = f"{name} {place + first} is now number {to + first} of {len(items)}."

    # what is wrong, and what is wanted

    def check(self, *, quiz: bool) -> bool:
        """Look at all that was typed; what is wrong is on its field, or on its question."""
        for _, asked in self:
            forms_valid = [asked.form.is_valid(), *(option.form.is_valid() for option in asked.options)]
            if asked.form.cleaned_data.get("type") in CHOICES:
                _check_choices(asked, quiz=quiz)
            elif quiz and all(forms_valid) and _lacks_text(asked.form):
                asked.form.add_error("right_text", "A quiz question needs a right answer.")
        return not self.problems

    @property
    def problems(self) -> list[Problem]:
        """All of it in order, each with the number of its question."""
        found = []
        for number, asked in self if self.bound else ():
            for place, form in [("", asked.form), *_numbered(_filled(asked))]:
                for name, errors in form.errors.items():
                    at = form[name].id_for_label if name in form.fields else f"question-{asked.key}"
                    said = [str(error) for error in errors]
                    found += [Problem(f"Question {number}{place}: {one[:1].lower()}{one[1:]}", at) for one in said]
        return found

    def settings(self) -> list[dict[str, Any]]:
        """The questions in 100ms's spelling; `index` says where one stood. None is to be left out. After `check`."""
        return [_settings(asked) for asked in self.asked]

    def are(self, questions: Iterable[Mapping[str, Any]]) -> bool:
        """Is all that the form has a field for the same there? After `check`."""
        again = Questions.of(questions)
        return [_shown(asked) for asked in self.asked] == [_shown(asked) for asked in again.asked]

    def stand_as(self, questions: Iterable[Mapping[str, Any]]) -> None:
        """Others changed the poll: each question says where it stands now, found again by its text, or is a new one."""
        held = {(one.get("text"), one.get("type")): place for place, one in enumerate(questions, 1)}
        for asked in self.asked:
            data = asked.form.data.copy()  # type: ignore[attr-defined]
            found = held.get((asked.form["text"].value(), asked.form["type"].value()))
            data[asked.form.add_prefix("index")] = str(found or "")
            asked.form.data = data


def _shown(asked: Asked) -> dict[str, Any]:
    """What is typed or read, for comparison: what the type of the question has no use for does not count."""
    typed = asked.form.cleaned_data if asked.form.is_bound else {**asked.form.initial}
    unused = {"min_length", "max_length", "right_text"} if typed["type"] in CHOICES else set()
    options = _filled(asked) if asked.form.is_bound else [option.form for option in asked.options]
    values = {name: typed[name] or None for name in typed if name not in {*unused, "index"}}
    choices = [option.cleaned_data if option.is_bound else option.initial for option in options]
    return {**values, "options": choices if typed["type"] in CHOICES else []}


def _settings(asked: Asked) -> dict[str, Any]:
    typed = asked.form.cleaned_data
    choice = typed["type"] in CHOICES
    options = [option.cleaned_data for _, option in _numbered(_filled(asked))] if choice else []
    settings = {
        "text": typed["text"],
        "type": typed["type"],
        "weight": typed["weight"],
        "skippable": typed["skippable"],
        "once": typed["once"],
        "duration": typed["seconds"] or 0,
        "options": [
            {"index": place, "text": option["text"], "weight": option["weight"]}
            for place, option in enumerate(options, 1)
        ],
        "answer": {
            "hidden": typed["hidden"],
            "options": [place for place, option in enumerate(options, 1) if option["right"]],
            "text": "" if choice else typed["right_text"],
            "case": typed["case"],
            "trim": typed["trim"],
        },
    }
    if not choice:
        settings |= {"answer_min_len": typed["min_length"], "answer_max_len": typed["max_length"]}
    if typed["index"]:
        settings["index"] = typed["index"]
    return settings


def _lacks_text(form: QuestionForm) -> bool:
    """A long text is read by a person; a short one is compared, and needs something to be compared with."""
    return form.cleaned_data["type"] == "short-answer" and not form.cleaned_data["right_text"].strip()


def _check_choices(asked: Asked, *, quiz: bool) -> None:
    options = [form for _, form in _numbered(_filled(asked))]
    texts = [option.cleaned_data.get("text", "") for option in options]
    for place, option in enumerate(options):
        if not texts[place] and "text" not in option.errors:
            option.add_error("text", "The right answer has no text.")
        elif texts[place] in texts[:place]:
            option.add_error("text", "This option is there already.")
    if len(options) < 2:
        asked.form.add_error(None, "A choice needs two options or more.")
        return
    right = sum(bool(option.cleaned_data.get("right")) for option in options)
    if right > 1 and asked.form.cleaned_data.get("type") == "single-choice":
        asked.form.add_error(None, "Only one answer can be right where one can be chosen.")
    elif quiz and not right:
        asked.form.add_error(None, "A quiz question needs a right answer.")


def _filled(asked: Asked) -> list[OptionForm]:
    """The options that say something; rows left empty are no options."""
    return [
        option.form
        for option in asked.options
        if option.form.errors or option.form.cleaned_data.get("text") or option.form.cleaned_data.get("right")
    ]


def _numbered(options: list[OptionForm]) -> list[tuple[str, OptionForm]]:
    return [(f", option {place}", option) for place, option in enumerate(options, 1)]


def _read(key: str, index: int, question: Mapping[str, Any]) -> Asked:
    answer = question.get("answer") or {}
    options = [dict(one) for one in question.get("options") or ()]
    initial = {
        "index": index,
        "text": question.get("text", ""),
        "type": question.get("type") or (CHOICES[0] if options else "short-answer"),
        "weight": question.get("weight", 1),
        "seconds": question.get("duration") or None,
        "min_length": question.get("answer_min_len"),
        "max_length": question.get("answer_max_len"),
        "right_text": answer.get("text", ""),
        "skippable": question.get("skippable", True),
        "once": question.get("once", False),
        "hidden": answer.get("hidden", False),
        "case": answer.get("case", False),
        "trim": answer.get("trim", False),
    }
    right = set(answer.get("options") or ())
    form = QuestionForm(initial=initial, prefix=f"q-{key}")
    asked = Asked(key, form)
    for place, option in enumerate(options, 1):
        shown = {"text": option.get("text", ""), "weight": option.get("weight", 1), "right": place in right}
        asked.options.append(
            AskedOption(
                f"k{place}",
                OptionForm(initial=shown, prefix=f"q-{key}-o-k{place}"),
            )
        )
    return asked


def _again(kind: type[Any], prefix: str, data: QueryDict) -> Any:
    """A form that shows again what was typed, and says nothing of it."""
    typed = {
        name: one.widget.value_from_datadict(data, {}, f"{prefix}-{name}") for name, one in kind.base_fields.items()
    }
    return kind(initial=typed, prefix=prefix)


def _bound(kind: type[Any], prefix: str, data: QueryDict) -> Any:
    return kind(data, prefix=prefix)


def _keys(sent: Iterable[str]) -> list[str]:
    return [key for key in dict.fromkeys(sent) if _KEY.fullmatch(key)][: MOST_QUESTIONS * 2]


def _new_key(known: Iterable[str]) -> str:
    taken = set(known)
    return next(key for number in count(1) if (key := f"n{number}") not in taken)


def _empty(key: str) -> Asked:
    form = QuestionForm(prefix=f"q-{key}")
    return Asked(key, form, [_empty_option(key, f"n{number}") for number in range(1, _NEW_OPTIONS + 1)])


def _empty_option(question: str, key: str) -> AskedOption:
    return AskedOption(key, OptionForm(prefix=f"q-{question}-o-{key}"))


def _focus(form: forms.Form) -> None:
    form.fields["text"].widget.attrs["autofocus"] = True
