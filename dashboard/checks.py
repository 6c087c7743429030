"""What is set wrong, in words that say what to do. Run by every `manage.py` command; `check --deploy` asks for all."""

import json
import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

SHORTEST_KEY: Final = 50  # Django's own measure (security.W009)
SHORTEST_SECRET: Final = 16
OWN_MACHINE: Final = frozenset({"localhost", ".localhost", "127.0.0.1", "[::1]", "::1", "testserver", "0.0.0.0"})  # noqa: S104
NEW_KEY: Final = 'python -c "import secrets; print(secrets.token_urlsafe(50))"'

_ORIGIN: Final = re.compile(
    r"^(https:|https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-fA-F:]+\](:\d{1,5})?)$"
)

Apps = Sequence[AppConfig] | None


def public_hosts(hosts: Iterable[str]) -> list[str]:
    """Those of ALLOWED_HOSTS under which others than this machine can reach us."""
    return [host for host in hosts if host not in OWN_MACHINE and not host.endswith(".localhost")]


@register(Tags.security)
def secret_key(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    try:
        key: str = settings.SECRET_KEY
    except ImproperlyConfigured:
        key = ""
    if not key:
        return [
            Error("SECRET_KEY is not set.", hint=f"Put one into .env, for example from: {NEW_KEY}", id="rollcall.E001")
        ]
    weak = len(key) < SHORTEST_KEY or len(set(key)) < 5 or key.startswith("django-insecure-")
    if weak and not settings.DEBUG:
        return [
            Error(
                f"SECRET_KEY is weak: with it, sign-ins can be forged. It needs {SHORTEST_KEY} random characters.",
                hint=f"Make a new one, for example with: {NEW_KEY}",
                id="rollcall.E002",
            )
        ]
    return []


@register(Tags.security)
def debug_in_public(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    hosts = public_hosts(settings.ALLOWED_HOSTS)
    if not (settings.DEBUG and hosts):
        return []
    return [
        Error(
            f"DEBUG is on and ALLOWED_HOSTS names {', '.join(hosts)}: error pages would show secrets to anybody.",
            hint="Set DEBUG=0, or leave only localhost in ALLOWED_HOSTS.",
            id="rollcall.E003",
        )
    ]


@register
def hms_keys(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    missing = [name for name in ("HMS_ACCESS_KEY", "HMS_SECRET") if not getattr(settings, name)]
    if not missing:
        return []
    return [
        Warning(
            f"{' and '.join(missing)} not set: nothing can be read from 100ms.",
            hint="Copy them from the 100ms dashboard, Developer page, into .env.",
            id="rollcall.W001",
        )
    ]


@register(Tags.security)
def join_address(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    url: str = settings.HMS_JOIN_URL
    if not url or (url.startswith(("https://", "http://")) and "{code}" in url):
        return []
    return [
        Error(
            "HMS_JOIN_URL is no address with {code} in it, so every join link and QR code would lead nowhere.",
            hint="Write it like https://<your subdomain>.app.100ms.live/meeting/{code}, or leave it out.",
            id="rollcall.E008",
        )
    ]


@register(Tags.security)
def api_video_address(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    url: str = settings.API_VIDEO_URL
    if not settings.API_VIDEO_KEY or url.startswith("https://"):
        return []
    host = urlsplit(url).hostname or ""
    if url.startswith("http://") and (host in OWN_MACHINE or host.endswith(".localhost")):
        return []
    return [
        Error(
            "API_VIDEO_URL does not begin with https://, so the key of api.video would be sent for anybody to read.",
            hint="Leave it out, or write https://ws.api.video (production) or https://sandbox.api.video.",
            id="rollcall.E011",
        )
    ]


@register(Tags.security)
def webhook_secret(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    secret: str = settings.HMS_WEBHOOK_SECRET
    remedy = (
        f"Set HMS_WEBHOOK_SECRET in .env, and in the 100ms dashboard (Developer, Webhooks) a header "
        f"{settings.HMS_WEBHOOK_HEADER} with the same value."
    )
    if not secret:
        effect = "anybody could post events" if settings.DEBUG else "every webhook is refused"
        words = f"HMS_WEBHOOK_SECRET is not set: {effect}."
        if public_hosts(settings.ALLOWED_HOSTS):
            return [Error(words, hint=remedy, id="rollcall.E004")]
        return [Warning(words, hint=remedy, id="rollcall.W003")]
    if len(secret) < SHORTEST_SECRET:
        return [
            Warning(
                f"HMS_WEBHOOK_SECRET has fewer than {SHORTEST_SECRET} characters and can be guessed.",
                hint=remedy,
                id="rollcall.W002",
            )
        ]
    return []


@register(Tags.security)
def webhook_addresses(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"HMS_WEBHOOK_ADDRESSES holds “{name}”, which is no address or network, so it lets nobody in.",
            hint="Write addresses or CIDR blocks with commas between, such as 203.0.113.7,198.51.100.0/24.",
            id="rollcall.E005",
        )
        for name in settings.HMS_WEBHOOK_ADDRESSES
        if not _is_network(name)
    ]


@register(Tags.security)
def any_host(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS or settings.DEBUG:
        return []
    return [
        Error(
            "ALLOWED_HOSTS lets anybody choose our name: links in mails for a new password could lead elsewhere.",
            hint="Name the hosts this server is reached by, such as ALLOWED_HOSTS=rollcall.example.org.",
            id="rollcall.E006",
        )
    ]


@register(Tags.security)
def mail(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    if not (settings.EMAIL_BACKEND.endswith(".console.EmailBackend") and public_hosts(settings.ALLOWED_HOSTS)):
        return []
    return [
        Warning(
            "EMAIL_URL is not set: mails for a forgotten password, with their links, are written to the log.",
            hint="Set EMAIL_URL, such as smtp+tls://user:password@mail.example.org:587, and EMAIL_FROM.",
            id="rollcall.W004",
        )
    ]


@register(Tags.security)
def session_limits(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is {getattr(settings, name)}: nobody could stay signed in.",
            hint=f"Set {name} to 1 or more, or leave it out.",
            id="rollcall.E007",
        )
        for name in ("SESSION_IDLE_MINUTES", "SESSION_HOURS")
        if getattr(settings, name) < 1
    ] or [
        Warning(
            f"{name} is {getattr(settings, name)}: a browser that is left open stays signed in that long.",
            hint=f"On machines that others use too, {name} should be at most {most}.",
            id="rollcall.W005",
        )
        for name, most in (("SESSION_IDLE_MINUTES", 240), ("SESSION_HOURS", 24))
        if getattr(settings, name) > most
    ]


@register
def kept_storage(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    try:
        options = json.loads(settings.KEPT_STORAGE_OPTIONS)
    except ValueError:
        options = None
    if not isinstance(options, dict):
        return [
            Error(
                "KEPT_STORAGE_OPTIONS is no JSON object, so no recording could be kept.",
                # Its value may hold keys, so it is not repeated here.
                hint='Write it like {"bucket_name": "recordings"}, on one line, or leave it out.',
                id="rollcall.E009",
            )
        ]
    try:
        storages["kept"]
    except Exception as problem:  # noqa: BLE001 - each storage raises errors of its own
        return [
            Error(
                f"The storage {settings.KEPT_STORAGE} for copies of recordings cannot be used "
                f"({type(problem).__name__}).",
                hint="Check the dotted path in KEPT_STORAGE, that the packages it needs are installed, and the names "
                "in KEPT_STORAGE_OPTIONS.",
                id="rollcall.E010",
            )
        ]
    return []


@register(Tags.security)
def media_origins(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Each goes into the policy of a page as it is, so it must be an origin and nothing else."""
    wrong = [origin for origin in settings.MEDIA_ORIGINS if not _ORIGIN.match(origin)]
    if not wrong:
        return []
    return [
        Error(
            f"MEDIA_ORIGINS names what is no origin: {', '.join(wrong)}.",
            hint="Write scheme and host of each storage, such as https://films.s3.eu-west-1.amazonaws.com, with commas "
            "between; https: alone allows any over HTTPS.",
            id="rollcall.E012",
        )
    ]


def _is_network(name: str) -> bool:
    try:
        ip_network(name.strip(), strict=False)
    except ValueError:
        return False
    return True
