"""The edge: authenticate, store, answer. Thinking happens in a task.

100ms takes only 200 for an answer, tries again 1, 3 and 10 s later, and then never (EVENTS trap 1). So 200 means
“committed”, and 503 asks for that retry.
"""

from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import Error, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from webhooks import label
from webhooks.authentication import client_address, meta_key, permitted
from webhooks.complaints import Complaint
from webhooks.problems import said
from webhooks.storing import store
from webhooks.tasks import nudges

# Headers whose names speak of secrets are not kept, whoever sets them: ours, a proxy's, or a second one of 100ms.
PRIVATE: Final = ("AUTH", "COOKIE", "SECRET", "TOKEN", "PASSWORD", "KEY", "SIGNATURE")
LONGEST_HEADER: Final = 1_024

_not_stored = Complaint("webhook not stored: the database refused it")
_cut_short = Complaint("webhook refused: cut short")
_too_large = Complaint("webhook refused: too large")


# Outside any request transaction: with ATOMIC_REQUESTS the commit would come after the answer was made.
@transaction.non_atomic_requests
@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """`POST /webhooks/100ms/`: 200 stored; 400 cut short; 403 not from 100ms; 405; 413 too large; 503 not stored."""
    address = client_address(request)
    if not permitted(request, address):
        return _answer(403, "refused")
    limit: int = settings.HMS_WEBHOOK_MAX_BYTES
    try:
        body = _body(request, limit)
    except UnreadablePostError:
        _cut_short.say(address=str(address))
        return _answer(400, "cut short")
    if body is None:
        _too_large.say(address=str(address), limit=limit)
        return _answer(413, f"larger than {limit} bytes")
    outside = label.read(body)
    try:
        # A single INSERT outside a transaction: committed when it returns.
        store(
            received_at=timezone.now(),
            remote_address=address,
            headers=_kept_headers(request),
            body=body,
            outside=outside,
        )
    except Error as problem:
        _not_stored.say(problem=said(problem))
        return _answer(503, "not stored, try again")
    nudges.add(outside.room_id)
    return _answer(200, "stored")


def _answer(status: int, words: str) -> HttpResponse:
    content = f"{words}\n".encode()
    # The length said here, because CommonMiddleware, which would say it, is passed by: without it answers are chunked.
    headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(content))}
    response = HttpResponse(content, status=status, headers=headers)
    # Django would log a line for each refusal; the complaints say it, once a minute.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _body(request: HttpRequest, limit: int) -> bytes | None:
    """The whole body, or None when it is larger than `limit`; of that no more than `limit` + 1 bytes are read.

    Raises UnreadablePostError when the sender hung up half-way: half an event is worse than a retry.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # WSGI names no length here, and Django then reads nothing; the server marks the end itself.
        chunked: bytes = request.META["wsgi.input"].read(limit + 1)
        return chunked if len(chunked) <= limit else None
    length = int(announced) if announced.isdecimal() else 0
    if length > limit:
        return None
    body: bytes = request.read(length)
    if len(body) < length:
        raise UnreadablePostError(f"{len(body)} of {length} bytes")
    return body


def _kept_headers(request: HttpRequest) -> dict[str, str]:
    secret = meta_key(settings.HMS_WEBHOOK_HEADER)
    kept = {}
    for key, value in request.META.items():
        name = _kept_name(key)
        if name and key != secret:
            kept[name] = value[:LONGEST_HEADER].replace("\x00", "")
    return kept


@lru_cache(maxsize=512)
def _kept_name(key: str) -> str:
    """The header's own name, or "" for what is no header or is private."""
    if key.startswith("HTTP_"):
        key = key.removeprefix("HTTP_")
    elif key != "CONTENT_TYPE":
        return ""
    return "" if any(word in key for word in PRIVATE) else key.replace("_", "-").title()
