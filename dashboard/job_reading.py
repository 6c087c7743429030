"""One job of a room, fetched for a page."""

from django.http import Http404

from rooms import hms, jobs
from rooms.connection import NotConfigured
from rooms.jobs import Job, Kind, NotInRoom
from rooms.mirrors.reading import words_of
from rooms.models import Room


def read(room: Room, kind: Kind, job_id: str) -> tuple[Job | None, str]:
    """The job or Http404, and why it is not fresh; where 100ms does not answer, what its list knew last."""
    try:
        return jobs.one(room, kind, job_id), ""
    except NotInRoom as unknown:
        raise Http404 from unknown
    except (hms.Error, NotConfigured) as problem:
        known = jobs.held(room).found
        return next((job for job in known if job.kind == kind and job.id == job_id), None), words_of(problem)
