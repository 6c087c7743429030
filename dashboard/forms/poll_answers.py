from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from analytics.models import Peer, PollResponse, PollRun
from dashboard.forms.filters import Filters, Menu
from rooms.models import Room

Answers = QuerySet[PollResponse]

REPLACED = "replaced"
STATES = [
    ("right", "right"),
    ("wrong", "wrong"),
    ("answered", "answered"),
    ("skipped", "skipped"),
    ("changed", "changed"),
    (REPLACED, "replaced by a later one"),
]


class AnswerFilters(Filters):
    """Of the answers to one poll in one session. They are the last ones, unless those replaced are asked for."""

    placeholder = "Person, words or id"

    question = forms.IntegerField(label="Question", required=False, min_value=0, max_value=100_000)
    option = forms.IntegerField(label="Option", required=False, min_value=0, max_value=100_000)
    person = forms.CharField(label="Person", required=False, max_length=255)
    state = forms.ChoiceField(label="State", required=False, choices=STATES)

    menus: ClassVar = (Menu("Question", ("question",)), Menu("State", ("state",)))

    def __init__(self, data: QueryDict, run: PollRun, names: dict[str, str], *, shows_right: bool) -> None:
        super().__init__(data)
        self.run = run
        self.names = names
        if not shows_right:
            self.fields["state"].choices = STATES[2:]  # type: ignore[attr-defined]

    def narrow_q(self, answers: Answers, text: str) -> Answers:
        peers = Peer.objects.filter(session_id=self.run.session_id, name__icontains=text)
        people = Q(key__in=peers.exclude(user_id="").values("user_id")) | Q(key__in=peers.values("pk"))
        ids = Q(key__icontains=text) | Q(user_id__icontains=text) | Q(response_id=text)
        return answers.filter(people | ids | Q(text__icontains=text))

    def narrow_question(self, answers: Answers, index: int) -> Answers:
        return answers.filter(question=index)

    def narrow_option(self, answers: Answers, index: int) -> Answers:
        # Neither database looks into a JSON list in the same way.
        chosen = self.run.responses.exclude(chosen=[]).values_list("pk", "chosen")
        return answers.filter(pk__in=[pk for pk, options in chosen if index in options])

    def narrow_person(self, answers: Answers, key: str) -> Answers:
        return answers.filter(key=key)

    def narrow_state(self, answers: Answers, state: str) -> Answers:
        match state:
            case "right" | "wrong":
                return answers.filter(right=state == "right")
            case "answered" | "skipped":
                return answers.filter(skipped=state == "skipped")
            case "changed":
                return answers.filter(changed=True)
        return answers

    def words(self, name: str) -> str:
        if name == "person":
            return f"Person: {self.names.get(self.active['person'], self.active['person'])}"
        return super().words(name)


class RunFilters(Filters):
    """Of the runs of one poll."""

    placeholder = "Room or id"

    def narrow_q(self, runs: Any, text: str) -> Any:
        rooms = Room.objects.filter(name__icontains=text).values("pk")
        return runs.filter(Q(room__in=rooms) | Q(room_id=text) | Q(session_id=text))
