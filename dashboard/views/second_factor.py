"""One's own second factor: set up, new recovery codes, off."""

from typing import Final

from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from dashboard import lock_out, qr_code, second_factor
from dashboard.decorators import member_form
from dashboard.forms.account import WRONG_CODE, CodeForm, SetUpForm
from dashboard.htmx import MemberRequest
from dashboard.needed_second_factor import PROVED
from rooms import audit
from rooms.access import may

OFFERED: Final = "second_factor_offered"
"""In the session: the secret shown on the page of setting up, enciphered, until its first code has come back."""


@sensitive_post_parameters("code", "password")
@member_form
def set_up(request: MemberRequest) -> HttpResponse:
    """GET draws the secret, the same until it is confirmed; POST confirms it by its first code."""
    user = request.user
    if second_factor.is_on(user):
        return redirect("account")
    if OFFERED not in request.session:
        request.session[OFFERED] = encrypt(second_factor.new_secret())
    secret = decrypt(request.session[OFFERED])
    form = SetUpForm(request.POST or None, request=request, user=user)
    if form.is_valid():
        codes = second_factor.turn_on(user, secret, form.cleaned_data["code"])
        if codes:
            del request.session[OFFERED]
            request.session[PROVED] = True
            audit.note(user, "second_factor.enable", _account(request))
            return _shown_once(request, codes, is_new=True)
        form.add_error("code", WRONG_CODE)
    address = second_factor.app_address(user, secret, request.get_host())
    context = {
        "form": form,
        "is_needed": settings.OPS_NEED_SECOND_FACTOR and may(user, "operate"),
        "qr": qr_code.drawn(address, "QR code of the secret, for the camera of your phone"),
        "secret": [secret[start : start + 4] for start in range(0, len(secret), 4)],
    }
    return render(request, "account/set_up.html", context)


@sensitive_post_parameters("code")
@member_form
def recovery_codes(request: MemberRequest) -> HttpResponse:
    """POST makes ten new ones and shows them this once."""
    form = CodeForm(request.POST or None)
    refused = _refused(request, form)
    if refused is not None:
        return refused
    if form.is_valid():
        codes = second_factor.new_recovery_codes(request.user)
        audit.note(request.user, "recovery_codes.create", _account(request))
        return _shown_once(request, codes, is_new=False)
    left = second_factor.recovery_codes_left(request.user)
    return render(request, "account/new_codes.html", {"form": form, "left": left})


@sensitive_post_parameters("code")
@member_form
def turn_off(request: MemberRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    refused = _refused(request, form)
    if refused is not None:
        return refused
    if form.is_valid():
        second_factor.turn_off(request.user)
        request.session.pop(PROVED, None)
        audit.note(request.user, "second_factor.disable", _account(request))
        messages.success(request, "The second factor is off. Your password alone signs you in.")
        return redirect("account")
    return render(request, "account/turn_off.html", {"form": form})


def _refused(request: MemberRequest, form: CodeForm) -> HttpResponse | None:
    """Another answer than what was asked for; None when the form is blank, or its code is right and now used up."""
    user = request.user
    if not second_factor.is_on(user):
        return redirect("account")
    if not form.is_valid():
        return None
    if lock_out.is_locked(request, user.get_username()):
        return lock_out.refuse(request, None, {"username": user.get_username()})
    if rest := second_factor.rests_until(user):
        return lock_out.locked_page(request, rest)
    if not second_factor.passes(user, form.cleaned_data["code"]):
        lock_out.count_failure(request, user)
        form.add_error("code", WRONG_CODE)
    return None


def _shown_once(request: MemberRequest, codes: list[str], *, is_new: bool) -> HttpResponse:
    shown = [f"{code[:4]} {code[4:]}" for code in codes]
    context = {"codes": shown, "is_new": is_new, "host": request.get_host()}
    return render(request, "account/recovery_codes.html", context)


def _account(request: MemberRequest) -> audit.Target:
    user = request.user
    return audit.Target("user", str(user.pk), user.get_username())
