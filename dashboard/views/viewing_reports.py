"""What our own player reports: JSON in, JSON out; a batch may be sent again (`analytics.own_player`)."""

from http import HTTPStatus
from typing import Final

import structlog
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from analytics.class_ids import id_in_class
from analytics.own_player import LARGEST, BadReport, read, take
from dashboard.decorators import member_command
from dashboard.htmx import MemberRequest
from dashboard.shortcuts import get_recording

log = structlog.get_logger(__name__)

A_MINUTE: Final = 60  # reports of one user; a player sends one every ten seconds


@member_command
def report(request: MemberRequest, recording_id: str) -> HttpResponse:
    """204 once it is kept. Whoever may play the recording may report, and only of themselves.

    They are known by who their account is in class (`analytics.class_ids`).
    """
    if (wait := _too_many(request.user.pk)) is not None:
        answer = _refused(HTTPStatus.TOO_MANY_REQUESTS, {"body": f"too many reports: wait {wait} seconds"})
        answer.headers["Retry-After"] = str(wait)
        return answer
    recording = get_recording(request, recording_id, "export")
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"body": f"is larger than {LARGEST} bytes"})
    now = timezone.now()
    try:
        take(
            read(request.body, now=now),
            recording=recording,
            user_id=id_in_class(request.user),
            name=request.user.get_full_name(),
            device="Rollcall's own player",
            now=now,
        )
    except BadReport as problem:
        return _refused(HTTPStatus.BAD_REQUEST, problem.errors)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _too_many(user_id: int) -> int | None:
    """Seconds to wait for whoever has sent `A_MINUTE` reports in this minute, else None."""
    second = int(timezone.now().timestamp())
    key = f"viewing-reports:{user_id}:{second // 60}"
    cache.add(key, 0, timeout=120)
    try:
        sent = cache.incr(key)
    except ValueError:  # it went in between
        return None
    return 60 - second % 60 if sent > A_MINUTE else None


def _refused(status: HTTPStatus, errors: dict[str, str]) -> JsonResponse:
    log.info("report of a player refused", status=status.value, fields=sorted(errors)[:5])
    return JsonResponse({"errors": errors}, status=status)
