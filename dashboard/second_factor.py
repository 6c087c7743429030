"""The second factor: a code from an app beside the password (RFC 6238), and ten codes on paper for a lost phone.

allauth.mfa keeps the secrets and computes the codes. Its own sign-in, with pages for much that we do not offer, stays
away: our views (`dashboard/views/sign_in.py`, `second_factor.py`) call what is here. Two things we do ourselves: a
code is used up in the database, where allauth asks the cache, which web processes need not share; and somebody who
has the password and many addresses is slowed down by the account, for the lock-out counts by address.
"""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

import structlog
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

log = structlog.get_logger(__name__)
Read = TypeVar("Read")

WRONG_IN_A_ROW: Final = 20
REST_SECONDS: Final = 15 * 60
"""After so many wrong codes without a right one, whatever address they came from, an account rests so long."""


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth.mfa keeps is enciphered with a key made from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return _cipher(*keys).decrypt(encrypted_text.encode()).decode()


@lru_cache(maxsize=4)
def _cipher(*keys: str) -> MultiFernet:
    made = [salted_hmac("rollcall.second_factor", "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])


def is_on(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def new_secret() -> str:
    """Base32, as apps take it."""
    return str(generate_totp_secret())


def app_address(user: User, secret: str, host: str) -> str:
    """What the QR code says: `otpauth://totp/…`, named after us, this server and the user."""
    label = quote(f"Rollcall:{user.get_username()}@{host}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': 'Rollcall'})}"


@transaction.atomic
def turn_on(user: User, secret: str, code: str) -> list[str] | None:
    """Ten recovery codes, once; or None when the code is not one of this secret's now."""
    counter = _counter(secret, code, after=0)
    if counter is None:
        return None
    turn_off(user)
    factor = TOTP.activate(user, secret).instance
    factor.data["last"] = counter
    factor.save(update_fields=["data"])
    return new_recovery_codes(user)


@transaction.atomic
def turn_off(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Ten new ones; those of before are worth nothing."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


def recovery_codes_left(user: User) -> int:
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(_read(lambda: RecoveryCodes(kept).get_unused_codes()) or []) if kept else 0


def rests_until(user: User) -> datetime | None:
    """Until when no code of this account is taken, after many wrong ones; None when they are."""
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    until = _rest(factor) if factor else 0.0
    return datetime.fromtimestamp(until, UTC) if until > time.time() else None


@transaction.atomic
def passes(user: User, code: str) -> bool:
    """Is this a code of the app, newer than the last one used, or an unused recovery code? It is used up thereby."""
    # Locked, so that of two requests with the same code one passes.
    factor = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.TOTP).first()
    if factor is None or _rest(factor) > time.time():
        return False
    secret = _read(lambda: decrypt(factor.data["secret"]))
    counter = _counter(secret, code, after=factor.data.get("last", 0)) if secret else None
    if counter is not None:
        factor.data["last"] = counter
    right = counter is not None or _use_recovery_code(user, code)
    factor.data["wrong"] = 0 if right else factor.data.get("wrong", 0) + 1
    factor.data["wrong_at"] = time.time()
    if right:
        factor.last_used_at = timezone.now()
    factor.save(update_fields=["data", "last_used_at"])
    return right


def _rest(factor: Authenticator) -> float:
    many = factor.data.get("wrong", 0) >= WRONG_IN_A_ROW
    return float(factor.data["wrong_at"]) + REST_SECONDS if many else 0.0


def _counter(secret: str, code: str, *, after: int) -> int | None:
    for counter in yield_hotp_counters_from_time():
        expected = format_hotp_value(hotp_value(secret, counter))
        if counter > after and compare_user_code(actual=code, expected=expected):
            return int(counter)
    return None


def _use_recovery_code(user: User, code: str) -> bool:
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return bool(kept and _read(lambda: RecoveryCodes(kept).validate_code(code)))


def _read(enciphered: Callable[[], Read]) -> Read | None:
    """None for what another SECRET_KEY enciphered: nobody passes with it, and the log says why."""
    try:
        return enciphered()
    except InvalidToken:
        log.error("a second factor was enciphered with a SECRET_KEY that is gone; see docs/deploy.md, Sign-in")
        return None
