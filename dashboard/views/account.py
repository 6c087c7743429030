"""The viewer's own account: who they are here, their password, their second factor."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from dashboard import second_factor
from dashboard.decorators import member_required
from dashboard.forms.account import ChangePasswordForm
from dashboard.htmx import MemberRequest


@member_required
def index(request: MemberRequest) -> HttpResponse:
    is_on = second_factor.is_on(request.user)
    codes_left = second_factor.recovery_codes_left(request.user) if is_on else 0
    return render(request, "account/index.html", {"is_on": is_on, "codes_left": codes_left})


class ChangePassword(PasswordChangeView):
    form_class = ChangePasswordForm
    success_url = reverse_lazy("home")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rules=password_validators_help_texts(), **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Your password is changed. Other browsers have been signed out.")
        return super().form_valid(form)
