"""The activity of a session as CSV and XLSX: always everybody, whatever the page shows."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime

from analytics.exports import activity_csv, activity_xlsx, file_name
from dashboard.decorators import member_required
from dashboard.htmx import MemberRequest
from dashboard.reading import Reading, read

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@member_required
def csv(request: MemberRequest, session_id: str) -> HttpResponse:
    reading = read(request, session_id)
    return _file(reading, activity_csv(reading.people), "text/csv; charset=utf-8", "csv")


@member_required
def xlsx(request: MemberRequest, session_id: str) -> HttpResponse:
    reading = read(request, session_id)
    title = f"Activity of session {reading.session.pk}"
    return _file(reading, activity_xlsx(reading.people, title=title), _XLSX, "xlsx")


def _file(reading: Reading, content: bytes, content_type: str, ending: str) -> HttpResponse:
    started = reading.session.started_at
    name = file_name(str(reading.session.room), localtime(started) if started else None, ending)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"},
    )
