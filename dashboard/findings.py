"""What the guardian found (`analytics.guardian`), in words: what is wrong, why, and what to do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse

from analytics import durations, guarding, instants
from analytics.guardian import Finding, What
from analytics.models import Recording, Session
from dashboard.doers import names_of_users
from dashboard.endings import failure_in, stop_words
from dashboard.recording_pages import recording_url
from dashboard.times import ago
from dashboard.troubles import SUMMARY, TRANSCRIPT_PARTLY, TRANSCRIPTION, Place, Step, Trouble, step_of, trouble_of

# How far back the pages look where nobody says.
LOOKED_BACK: Final = timedelta(days=7)
_KINDS: Final[Mapping[str, str]] = {
    Recording.Kind.BROWSER: "browser recording",
    Recording.Kind.COMPOSITE: "composite recording",
    Recording.Kind.HLS: "recording of the live stream",
    Recording.Kind.STREAM: "recording of one person's stream",
    Recording.Kind.TRACK: "recording of one track",
}
# What the settings make by themselves; one for each person or track where they make those.
_BY_ITSELF: Final[Mapping[str, str]] = {
    Recording.Kind.BROWSER: "a browser recording",
    Recording.Kind.COMPOSITE: "a composite recording",
    Recording.Kind.STREAM: "each person's stream",
    Recording.Kind.TRACK: "each track",
}
_PATIENCE: Final = "A file takes about as long as what it holds, and half an hour for the upload."
# After that nobody should wait any longer.
HOPE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as pages have it. `basis` says by which settings it was expected, "" where nobody's settings did."""

    finding: Finding
    session: Session
    title: str
    trouble: Trouble
    basis: str

    # Made when they are drawn: of thousands few are.
    @property
    def url(self) -> str:
        """The page of the recording, "" where there is none."""
        return recording_url(self.finding.recording_id) if self.finding.recording_id else ""

    @property
    def step(self) -> Step | None:
        """Where it is mended; what helps now comes before what helps the next time."""
        if self.finding.what == What.NOT_RUNNING:
            return Step("Start one in the room", "Start one", reverse("room_jobs", args=[self.session.room_id]))
        return step_of(self.trouble, self.session.room)

    @property
    def since(self) -> int:
        return self.finding.since

    @property
    def is_bad(self) -> bool:
        return self.finding.is_bad

    @property
    def icon(self) -> str:
        return "octagon-x" if self.is_bad else "triangle-alert"

    @property
    def tone(self) -> str:
        return "bad" if self.is_bad else "warn"


def found_since(sessions: QuerySet[Session], since: datetime, now: datetime) -> list[Told]:
    """What was found in the newest of these sessions, the newest session first. Some twelve queries."""
    return told_of(sessions.filter(started_at__gte=since).order_by("-started_at", "pk")[: guarding.MOST], now)


def told_of(sessions: Iterable[Session], now: datetime) -> list[Told]:
    """The findings of these sessions (each with its room), in the order of the sessions."""
    looked_at = list(sessions)
    found = guarding.found_in(looked_at, now)
    by_id = {session.pk: session for session in looked_at}
    names = names_of_users({finding.by for finding in found if finding.by})
    return [_told(finding, by_id[finding.session_id], names, now) for finding in found]


def told_of_recording(recording: Recording, session: Session | None, now: datetime) -> list[Told]:
    """What was found of this one recording, for its own page. Some ten queries."""
    return [one for one in told_of([session] if session else [], now) if one.finding.recording_id == recording.pk]


def ask(job_id: str, since: datetime, now: datetime) -> str:
    """Whom to ask for what has not come, by its id where it has one."""
    named = f"the id {job_id}" if job_id else "the ids on the recording's page"
    if now - since > HOPE:
        return f"It will probably not come any more: tell 100ms's support {named}."
    return f"If it does not come within the day, tell 100ms's support {named}."


def _told(finding: Finding, session: Session, names: Mapping[str, str], now: datetime) -> Told:
    title = _title(finding)
    trouble = _trouble(finding, session, names, now)
    basis = ""
    if finding.by_settings:
        basis = (
            "By the settings as they stood then."
            if finding.then
            else "By today's settings: how they stood then is not known."
        )
    return Told(finding, session, title, trouble, basis)


def _title(finding: Finding) -> str:
    kind = _KINDS.get(finding.kind, "recording")
    match finding.what:
        case What.MISSING:
            return f"No {kind}"
        case What.NOT_RUNNING:
            return "It goes on and is not recorded"
        case What.LOST:
            return "A recording was started and never came"
        case What.FAILED:
            return f"The {kind} failed"
        case What.SHORT:
            return f"The {kind} is too short"
        case What.STUCK_STARTING:
            return f"The {kind} does not begin"
        case What.STUCK_RUNNING:
            return f"The {kind} does not end"
        case What.STUCK_PROCESSING:
            return f"The {kind} does not become ready"
        case What.NO_TRANSCRIPT:
            return "No transcript"
        case What.TRANSCRIPT_FAILED:
            return "The transcript failed"
        case What.TRANSCRIPT_PARTLY:
            return "A part of the transcript or the summary failed"
        case What.SUMMARY_FAILED:
            return "The summary failed"
        case What.TRANSCRIPT_STUCK:
            return "The transcript does not become ready"


def _trouble(finding: Finding, session: Session, names: Mapping[str, str], now: datetime) -> Trouble:
    since, is_over = ago(finding.since), session.ended_at is not None
    asked = ask(finding.job_id, instants.to_datetime(finding.since), now)
    match finding.what:
        case What.FAILED:
            return trouble_of(finding.error_type or failure_in(finding.stop_reason), finding.error_message)
        case What.TRANSCRIPT_FAILED:
            return TRANSCRIPTION
        case What.TRANSCRIPT_PARTLY:
            return TRANSCRIPT_PARTLY
        case What.SUMMARY_FAILED:
            return SUMMARY
        case What.MISSING | What.NOT_RUNNING:
            live = finding.what == What.NOT_RUNNING
            return Trouble(
                f"The settings record {_BY_ITSELF.get(finding.kind, 'it')} by themselves, and 100ms tells of none.",
                ("Start one by hand now. Then check" if live else "Check")
                + " the recordings of the room's template: the role that records must be there, see the others, and "
                "have a place.",
                "recordings",
            )
        case What.LOST:
            who = names.get(finding.by, finding.by) or "Somebody"
            return Trouble(
                f"{who} started it {since}, 100ms took it, and has no such recording.",
                asked if is_over else f"Start it again while the session goes on. {asked}",
            )
        case What.SHORT:
            return _short(finding)
        case What.STUCK_STARTING:
            return Trouble(
                f"It was ordered {since} and has not begun.",
                "The session is over, so it will not begin any more. Before the next start, check that the meeting "
                "address leads into the room without a click or a sign-in."
                if is_over
                else "Stop it and start it again. Does the meeting address lead into the room without a click or a "
                "sign-in?",
            )
        case What.STUCK_RUNNING:
            return Trouble(
                f"It began {since}, and 100ms never told of its end.",
                "Stop it on its page; the file comes after that. It ends by itself 5 min after the last person has "
                "left.",
            )
        case What.STUCK_PROCESSING:
            return Trouble(f"It ended {since}, and no file has come. {_PATIENCE}", asked)
        case What.NO_TRANSCRIPT | What.TRANSCRIPT_STUCK:
            begun = (
                "100ms has been writing it for"
                if finding.what == What.TRANSCRIPT_STUCK
                else "The file has been there for"
            )
            return Trouble(
                f"{begun} {_for(since)}, and no transcript has come. One takes 5 min and a fifth of the length at "
                "least.",
                f"Check the transcription of the room's template, and that somebody was heard. {asked}",
                "destinations",
            )


def _for(since: str) -> str:
    return since.removesuffix(" ago")


def _short(finding: Finding) -> Trouble:
    length, of = durations.words(finding.length or 0), durations.words(finding.of or 0)
    cause = (
        f"{length} were recorded of a session of {of}"
        if finding.by_settings
        else f"It ran for {of}, and its file has {length}"
    )
    reason = finding.stop_reason
    if error := failure_in(reason):
        failed = trouble_of(error)
        return Trouble(f"{cause}. {failed.cause}", failed.remedy, failed.place)
    if reason:
        cause = f"{cause}: {stop_words(reason)}"
    place: Place = "recordings" if reason == "max duration reached" else ""
    remedy = "Is everything in it that should be? " + {
        "max duration reached": "The template says how long a recording may be.",
        "client request": "The part after it was stopped was not recorded.",
    }.get(reason, "What is not in the file cannot be had from 100ms.")
    return Trouble(f"{cause}.", remedy, place)
