"""The activity of a session as CSV and XLSX: always everybody, whatever the page shows.

Each leaves an audit entry: what students did goes out of the house.
"""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime

from analytics.exports import activity_csv, activity_xlsx, file_name
from dashboard.decorators import export_required
from dashboard.htmx import MemberRequest
from dashboard.reading import Reading, read
from rooms.audit import Target, note

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@export_required
def csv(request: MemberRequest, session_id: str) -> HttpResponse:
    reading = read(request, session_id, "export")
    return _file(request, reading, activity_csv(reading.people), "text/csv; charset=utf-8", "csv")


@export_required
def xlsx(request: MemberRequest, session_id: str) -> HttpResponse:
    reading = read(request, session_id, "export")
    title = f"Activity of session {reading.session.pk}"
    return _file(request, reading, activity_xlsx(reading.people, title=title), _XLSX, "xlsx")


def _file(request: MemberRequest, reading: Reading, content: bytes, content_type: str, ending: str) -> HttpResponse:
    session = reading.session
    name = file_name(str(session.room), localtime(session.started_at) if session.started_at else None, ending)
    target = Target("session", session.pk, str(session.room), session.room_id)
    note(request.user, "session.export", target, after={"file": name, "people": len(reading.people)})
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"},
    )
