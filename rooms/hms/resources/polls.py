"""Polls and quizzes: what is asked, who answered, who scored (contract, tag Polls).

100ms documents no list of polls and no way to delete one: keep the id that `create` gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rooms.hms.limits import check, each, fields, flag, one_of, text, whole
from rooms.hms.resources.base import Moment, Object, Resource, body, operation, query, read


def _attachment(name: str, value: Any) -> None:
    """An address by the table, an object with type and url by the samples."""
    if not isinstance(value, str):
        fields({"type": text(empty=True), "url": text(empty=True)})(name, value)


_OPTION = fields({"index": whole(1), "text": text(empty=True), "weight": whole()})
_ANSWER = fields({"hidden": flag, "options": each(whole()), "text": text(empty=True), "case": flag, "trim": flag})
_QUESTION = fields(
    {
        "index": whole(1),
        "text": text(empty=True),
        "type": one_of("single-choice", "multiple-choice", "short-answer", "long-answer"),
        "format": text(empty=True),
        "attachment": each(_attachment),
        "skippable": flag,
        "duration": whole(0, unit="seconds"),
        "once": flag,
        "weight": whole(),
        "answer_min_len": whole(),
        "answer_max_len": whole(),
        "answer": _ANSWER,
        "options": each(_OPTION),
    }
)
_POLL = fields(
    {
        "title": text(empty=True),
        "duration": whole(0, unit="seconds"),
        "anonymous": flag,
        # Client SDKs also know username; the server pages name the first two only.
        "mode": one_of("userid", "peerid", "username"),
        "type": one_of("poll", "quiz"),
        "start": one_of("auto", "manual"),
        "questions": each(_QUESTION),
    }
)


class Option(Object, frozen=True, kw_only=True):
    """An option; `index` counts from 1 and is its id."""

    index: int = 0
    text: str = ""
    weight: int = 1


class Answer(Object, frozen=True, kw_only=True):
    """The right answer: indexes of `options`, or a `text`. `hidden` while the poll runs."""

    hidden: bool = False
    options: tuple[int, ...] = ()
    text: str = ""
    case: bool = False
    trim: bool = False


class Question(Object, frozen=True, kw_only=True):
    """A question; `index` counts from 1 and is its id. `duration` seconds, 0 for no limit.

    `type` is single-choice, multiple-choice, short-answer or long-answer; the server pages only show the first.
    `attachment` holds addresses by the table, objects with type and url by the samples.
    """

    index: int = 0
    text: str = ""
    type: str = ""
    format: str = "text"
    attachment: tuple[str | dict[str, Any], ...] = ()
    skippable: bool = True
    duration: int = 0
    once: bool = False
    weight: int = 1
    answer_min_len: int | None = None
    answer_max_len: int | None = None
    answer: Answer | None = None
    options: tuple[Option, ...] = ()


class Poll(Object, frozen=True, kw_only=True):
    """A poll or quiz (`type`). `duration` seconds, 0 until stopped; `start` auto begins with the session.

    `mode` says how participants are told apart: userid or peerid.
    """

    id: str
    title: str = ""
    duration: int = 0
    anonymous: bool = False
    mode: str = "userid"
    type: str = "poll"
    start: str = "auto"
    questions: tuple[Question, ...] = ()


class PollSession(Object, frozen=True, kw_only=True):
    """One run of a poll in a session; `stopped_at` is None while it runs."""

    id: str
    poll_id: str = ""
    session_id: str = ""
    started_at: Moment | None = None
    stopped_at: Moment | None = None
    total_responses: int = 0
    unique_participants: int = 0


class PollResponse(Object, frozen=True, kw_only=True):
    """One answer to the question with index `question`.

    Text answers have `text`; `option` and `options` of choices are known from client SDKs only. `duration` is
    the time taken, probably in milliseconds. `update` replaces `original_response`. The ids of a peer are "" in
    anonymous polls.
    """

    id: str
    question: int
    poll_id: str = ""
    session_id: str = ""
    duration: int = 0
    skipped: bool = False
    text: str = ""
    option: int | None = None
    options: tuple[int, ...] = ()
    update: bool = False
    original_response: str = ""
    retries: int = 0
    sent_at: Moment | None = None
    peer_id: str = ""
    user_id: str = ""

    @property
    def chosen(self) -> tuple[int, ...]:
        """The indexes of the chosen options, whichever way they came."""
        return self.options or (() if self.option is None else (self.option,))


class PollResult(Object, frozen=True, kw_only=True):
    """What one participant scored in the question with index `question`."""

    id: str
    poll_id: str = ""
    session_id: str = ""
    question: int | None = None
    duration: int = 0
    peer_id: str = ""
    user_id: str = ""
    score: float = 0


# The docs sample has runs under `responses`, perhaps a paste error: both are read.
_RUNS = ("responses", "sessions")
_RESPONSES = ("responses",)
_RESULTS = ("results",)
_FILTER = fields({"question": whole(1)})


class Polls(Resource):
    """`client.polls`

    Runs, results and responses are asked for within one session (so the collection and the Go wrapper) or over
    all sessions (so the docs). Which form the live service serves is unknown: whoever gets NotFound from one
    may try the other. The collection writes the first form without /v2, a slip.
    """

    @operation("create_poll")
    def create(
        self,
        *,
        title: str | None = None,
        duration: int | None = None,
        anonymous: bool | None = None,
        mode: str | None = None,
        type: str | None = None,
        start: str | None = None,
        questions: Sequence[Mapping[str, Any]] | None = None,
    ) -> Poll:
        """A new poll; `questions` as schema PollQuestion has them. Link it to a room with `rooms.update`.

        Validation errors are not documented: BadRequest. Sent once: a repeat makes another poll.
        """
        asked = body(
            title=title,
            duration=duration,
            anonymous=anonymous,
            mode=mode,
            type=type,
            start=start,
            questions=questions,
        )
        check(asked, _POLL)
        return read(Poll, self._post("polls", body=asked, repeatable=False))

    @operation("get_poll")
    def get(self, poll_id: str) -> Poll:
        """One poll. Raises NotFound."""
        # The docs' curl uses POST under a heading that says GET; the collection has GET.
        return read(Poll, self._get("polls", poll_id))

    @operation("update_poll")
    def update(
        self,
        poll_id: str,
        *,
        title: str | None = None,
        duration: int | None = None,
        anonymous: bool | None = None,
        mode: str | None = None,
        type: str | None = None,
        start: str | None = None,
        questions: Sequence[Mapping[str, Any]] | None = None,
    ) -> Poll:
        """Rewrite a poll: what is left out falls back, questions included. Read it first, then send everything.

        Raises NotFound or BadRequest. Safe to repeat: it sets what it says.
        """
        asked = body(
            title=title,
            duration=duration,
            anonymous=anonymous,
            mode=mode,
            type=type,
            start=start,
            questions=questions,
        )
        check(asked, _POLL)
        return read(Poll, self._post("polls", poll_id, body=asked, repeatable=True))

    @operation("update_poll_question")
    def update_question(self, poll_id: str, index: int, question: Mapping[str, Any]) -> Question:
        """Rewrite the question at `index`, from 1. Raises NotFound or BadRequest.

        Whether an index one past the last adds a question is not stated. Safe to repeat: it sets what it says.
        """
        check(question, _QUESTION)
        answer = self._post(*_question(poll_id, index), body=dict(question), repeatable=True)
        return read(Question, answer)

    @operation("delete_poll_question")
    def delete_question(self, poll_id: str, index: int) -> None:
        """Delete the question at `index`. Raises NotFound.

        Sent once: later questions move down, so a repeat would delete the next one.
        """
        self._delete(*_question(poll_id, index), repeatable=False)

    @operation("update_poll_option")
    def update_option(self, poll_id: str, question: int, index: int, option: Mapping[str, Any]) -> Option:
        """Rewrite the option at `index` of a question. Raises NotFound or BadRequest. Safe to repeat."""
        check(option, _OPTION)
        answer = self._post(*_option(poll_id, question, index), body=dict(option), repeatable=True)
        return read(Option, answer)

    @operation("delete_poll_option")
    def delete_option(self, poll_id: str, question: int, index: int) -> None:
        """Delete the option at `index` of a question. Raises NotFound. Sent once, as `delete_question`."""
        self._delete(*_option(poll_id, question, index), repeatable=False)

    @operation("get_poll_sessions")
    def runs(self, poll_id: str, session_id: str, *, limit: int = 100) -> Iterator[PollSession]:
        """The runs of a poll in one session. Raises NotFound."""
        return self._list(PollSession, "polls", poll_id, "sessions", session_id, limit=limit, items=_RUNS)

    @operation("list_poll_sessions")
    def all_runs(self, poll_id: str, *, limit: int = 100) -> Iterator[PollSession]:
        """The runs of a poll in all sessions. Raises NotFound."""
        return self._list(PollSession, "polls", poll_id, "sessions", limit=limit, items=_RUNS)

    @operation("list_poll_results")
    def results(
        self, poll_id: str, session_id: str, *, question: int | None = None, limit: int = 100
    ) -> Iterator[PollResult]:
        """The scores of one session, of one question or all. Raises NotFound."""
        check({"question": question}, _FILTER)
        where = ("polls", poll_id, "sessions", session_id, "results")
        return self._list(PollResult, *where, query=query(question=question), limit=limit, items=_RESULTS)

    @operation("list_poll_results_all_sessions")
    def all_results(self, poll_id: str, *, question: int | None = None, limit: int = 100) -> Iterator[PollResult]:
        """The scores of all sessions. Raises NotFound."""
        check({"question": question}, _FILTER)
        where = ("polls", poll_id, "results")
        return self._list(PollResult, *where, query=query(question=question), limit=limit, items=_RESULTS)

    @operation("get_poll_result")
    def result(self, poll_id: str, session_id: str, result_id: str) -> PollResult:
        """One score of a session. Raises NotFound."""
        return read(PollResult, self._get("polls", poll_id, "sessions", session_id, "results", result_id))

    @operation("get_poll_result_unscoped")
    def any_result(self, poll_id: str, result_id: str) -> PollResult:
        """One score of any session. Raises NotFound."""
        return read(PollResult, self._get("polls", poll_id, "results", result_id))

    @operation("list_poll_responses")
    def responses(
        self,
        poll_id: str,
        session_id: str,
        *,
        question: int | None = None,
        replaced: bool | None = None,
        limit: int = 100,
    ) -> Iterator[PollResponse]:
        """The answers of one session; with `replaced`, also those that were changed later. Raises NotFound."""
        check({"question": question}, _FILTER)
        where = ("polls", poll_id, "sessions", session_id, "responses")
        asked = query(question=question, all=replaced)
        return self._list(PollResponse, *where, query=asked, limit=limit, items=_RESPONSES)

    @operation("list_poll_responses_all_sessions")
    def all_responses(
        self, poll_id: str, *, question: int | None = None, replaced: bool | None = None, limit: int = 100
    ) -> Iterator[PollResponse]:
        """The answers of all sessions, as `responses`. Raises NotFound."""
        check({"question": question}, _FILTER)
        asked = query(question=question, all=replaced)
        return self._list(PollResponse, "polls", poll_id, "responses", query=asked, limit=limit, items=_RESPONSES)

    @operation("get_poll_response")
    def response(self, poll_id: str, session_id: str, response_id: str) -> PollResponse:
        """One answer of a session. Raises NotFound."""
        return read(PollResponse, self._get("polls", poll_id, "sessions", session_id, "responses", response_id))

    @operation("get_poll_response_unscoped")
    def any_response(self, poll_id: str, response_id: str) -> PollResponse:
        """One answer of any session. Raises NotFound."""
        return read(PollResponse, self._get("polls", poll_id, "responses", response_id))


def _question(poll_id: str, index: int) -> tuple[str, ...]:
    check({"question": index}, _FILTER)
    return "polls", poll_id, "questions", str(index)


def _option(poll_id: str, question: int, index: int) -> tuple[str, ...]:
    check({"option": index}, fields({"option": whole(1)}))
    return *_question(poll_id, question), "options", str(index)
