"""A forgotten password is set anew through a link by mail. The answers tell nobody which addresses are known."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from dashboard import lock_out
from dashboard.forms.account import ForgottenForm

log = structlog.get_logger(__name__)

HOUR: Final = 3600
MAILS_AN_HOUR: Final = 3
"""To one mail address; who asks more often is not told."""

ASKED_AN_HOUR: Final = 20
"""From one address of the network, which a whole school may share."""


class Forgotten(PasswordResetView):
    form_class = ForgottenForm
    email_template_name = "registration/password_reset_email.txt"
    subject_template_name = "registration/password_reset_subject.txt"

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        assert isinstance(form, ForgottenForm)
        if not _within("from", lock_out.address(self.request) or "", ASKED_AN_HOUR):
            return render(self.request, "registration/password_reset_too_often.html", status=429)
        if _within("to", form.cleaned_data["email"].casefold(), MAILS_AN_HOUR):
            form.save(
                subject_template_name=self.subject_template_name,
                email_template_name=self.email_template_name,
                use_https=settings.HTTPS or self.request.is_secure(),
                request=self.request,
            )
        return ThenSend(self.get_success_url(), mails=form.mails)


class ThenSend(HttpResponseRedirect):
    """A redirect that sends mails when it is through."""

    def __init__(self, *args: Any, mails: Iterable[Callable[[], int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mails = list(mails)

    def close(self) -> None:
        super().close()
        for send in self._mails:
            try:
                send()
            except OSError as problem:  # smtplib's errors are among them
                log.error("a mail for a forgotten password was not sent", problem=type(problem).__name__)
        self._mails = []


class SetForgotten(PasswordResetConfirmView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rules=password_validators_help_texts(), **kwargs)

    def form_valid(self, form: "SetPasswordForm[Any]") -> HttpResponse:
        answer = super().form_valid(form)
        lock_out.lift(form.user.get_username())
        return answer


def _within(kind: str, who: str, limit: int) -> bool:
    """Counts one more, and says whether it is still within the limit of this hour."""
    key = f"forgotten-{kind}-{hashlib.sha256(who.encode()).hexdigest()}"
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key) <= limit
    except ValueError:  # forgotten between the two lines
        return True
