"""What the pages of one's own account, and of signing in, ask for."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm, PasswordResetForm
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template import loader
from django.utils.encoding import force_str

WRONG_CODE: Final = "This code is not right, or it was used before. Wait for the next one and try again."


class CodeForm(forms.Form):
    """A code of the app, or a recovery code; spaces and dashes do not matter."""

    code = forms.CharField(max_length=20)

    def clean_code(self) -> str:
        code = "".join(sign for sign in self.cleaned_data["code"] if not sign.isspace() and sign != "-")
        if not (code.isascii() and code.isdigit() and len(code) in (6, 8)):
            raise forms.ValidationError("A code of the app has 6 digits, a recovery code has 8.")
        return code


class SetUpForm(CodeForm):
    """The password as well: an open page that somebody left behind must not be enough to lock its owner out."""

    password = forms.CharField(strip=False)

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def clean_password(self) -> str:
        return _own_password(self.request, self.user, self.cleaned_data["password"])


class ChangePasswordForm(PasswordChangeForm):
    """Django's, with wrong old passwords counted for the lock-out."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        return _own_password(self.request, self.user, self.cleaned_data["old_password"])


class ForgottenForm(PasswordResetForm):
    """Django's, but the mails wait in `mails` until the answer has gone out.

    So the time of the answer does not tell whether the address is known.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mails: list[Callable[[], int]] = []

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        subject = " ".join(force_str(loader.render_to_string(subject_template_name, context)).split())
        body = loader.render_to_string(email_template_name, context)
        self.mails.append(EmailMultiAlternatives(subject, body, from_email, [to_email]).send)


def _own_password(request: HttpRequest, user: Any, password: str) -> str:
    if authenticate(request, username=user.get_username(), password=password) != user:
        raise forms.ValidationError("This is not your password.")
    return password
