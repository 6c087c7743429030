"""One session read for one viewer: fetched, permitted, and worked out, with a fixed number of queries."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import cached_property

from django.http import HttpRequest
from django.utils import timezone

from analytics import activity, instants, queries, runs, talk_times, timeline
from analytics.activity import Failure, Frame, Person, Stay
from analytics.models import Session
from analytics.moments import Moment, moments
from analytics.people import by_role
from analytics.queries import Completeness
from analytics.run_lanes import RunLane, run_lanes
from analytics.run_moments import run_moments
from analytics.runs import Recorded, Run, Stretch
from analytics.summary import Summary, summary
from analytics.talk_times import Spoken
from dashboard import session_runs
from dashboard.forms.session import Asked
from dashboard.shortcuts import get_session
from rooms.access import Action, may

TEACHING = ("host", "teacher", "instructor", "presenter", "lecturer", "tutor", "trainer")
SETTLING = timedelta(minutes=30)  # after the end: how long the last pull is waited for on an open page


@dataclass(frozen=True)
class Reading:
    """What every part of a session's page is made from. `now` is when it was read."""

    session: Session
    frame: Frame
    stays: list[Stay]
    failures: list[Failure]
    runs: list[Run]
    is_missed: bool  # a recording should be there, and none is
    completeness: Completeness
    asked: Asked
    now: datetime
    zone: tzinfo
    may_watch: bool  # the viewer: films and what was said in them

    @cached_property
    def people(self) -> list[Person]:
        return activity.people(self.stays, self.frame, self.failures)

    @cached_property
    def summary(self) -> Summary:
        return summary(self.people, self.frame)

    @cached_property
    def moments(self) -> list[Moment]:
        extra = run_moments(self.stretches, self.recorded, self.frame)
        return moments(self.people, self.frame, self.failures, extra=extra)

    @cached_property
    def stretches(self) -> list[Stretch]:
        """What ran beside the people, by time."""
        return runs.stretches(self.runs, self.frame)

    @cached_property
    def recorded(self) -> Recorded:
        return runs.recorded(self.stretches, self.frame, expected=self.is_missed)

    @cached_property
    def run_lanes(self) -> tuple[RunLane, ...]:
        return run_lanes(self.stretches, self.recorded, self.timeline.axis)

    @cached_property
    def timeline(self) -> timeline.Timeline:
        return timeline.build(
            self.people,
            self.frame,
            self.zone,
            order=self.asked.sort,
            only_trouble=self.asked.trouble,
            query=self.asked.q,
        )

    @cached_property
    def stretched(self) -> dict[str, Person]:
        """People of a running session with what is open drawn to the end of the axis (see `templatetags.timeline`)."""
        frame = replace(self.frame, now=self.timeline.axis.end)
        return {person.key: person for person in activity.people(self.stays, frame, self.failures)}

    @cached_property
    def spoken(self) -> Spoken | None:
        """Who spoke how long, by the transcripts of its recordings; None where there are none. Two queries at most."""
        return talk_times.of_session(self.session.pk, self.people)

    @property
    def teacher(self) -> Person | None:
        """Who taught: the first to join of those whose role says so plainly."""
        return next((person for person in self.people if person.role.strip().lower() in TEACHING), None)

    @cached_property
    def common_role(self) -> str:
        """The audience's, which goes without saying."""
        return by_role(self.people)[0][0] if len(self.people) > 1 else ""

    @property
    def is_final(self) -> bool:
        """Nothing more will come: it was read whole after its end."""
        return self.completeness.final and not self.frame.is_live

    @property
    def is_late(self) -> bool:
        """The last pull failed and the next has not made up for it."""
        return bool(self.completeness.error) and not self.completeness.final

    @property
    def as_of(self) -> datetime:
        """The moment all of the page is the state of: late, it is that of the last pull that went well."""
        return (self.completeness.pulled_at if self.is_late else None) or self.now

    @property
    def is_watched(self) -> bool:
        """Does the page ask again by itself? While the session runs, and until its last pull and recordings are in."""
        if self.frame.is_live:
            return True
        ended = instants.to_datetime(self.frame.until)
        recordings = (run for run in self.runs if run.kind in runs.OF_THE_ROOM)
        to_come = any(not run.failed and not run.is_ready for run in recordings)
        return (to_come or not self.is_final) and not self.completeness.gap and self.now - ended < SETTLING


def read(request: HttpRequest, session_id: str, action: Action = "see") -> Reading:
    """The session for who may do this with it; Http404 for all others. The same queries for 20 people and 2,000."""
    session = get_session(request, session_id, action)
    now, zone = timezone.now(), timezone.get_current_timezone()
    frame = queries.frame(session, now)
    found = session_runs.runs(session, frame)
    return Reading(
        session=session,
        frame=frame,
        stays=queries.stays(session),
        failures=queries.failures(session),
        runs=found,
        is_missed=session_runs.is_missed(session, frame, found),
        completeness=queries.completeness(session),
        asked=Asked.from_query(request.GET, start=frame.started_at, end=frame.until, zone=zone),
        now=now,
        zone=zone,
        may_watch=may(request.user, "export"),  # in any room of theirs, and this is one
    )
