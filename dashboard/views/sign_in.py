"""Signing in: the password, then, for who has one, the second factor. In between nobody is signed in."""

import time
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, RedirectURLMixin, redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from dashboard import lock_out, second_factor
from dashboard.forms.account import WRONG_CODE, CodeForm
from dashboard.needed_second_factor import PROVED

HALF_WAY: Final = "half_way"
"""In the session of somebody whose password was right and whose code is waited for."""

HALF_WAY_SECONDS: Final = 600


class SignIn(LoginView):
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not second_factor.is_on(user):
            return super().form_valid(form)
        _wait_for_code(self.request, user)
        onwards = self.get_redirect_url()
        return redirect(reverse("sign_in_code") + (f"?{urlencode({'next': onwards})}" if onwards else ""))


@method_decorator([sensitive_post_parameters("code"), never_cache], name="dispatch")
class SignInCode(RedirectURLMixin, FormView):  # type: ignore[type-arg]  # not generic while it runs
    template_name = "registration/sign_in_code.html"
    form_class = CodeForm
    next_page = settings.LOGIN_REDIRECT_URL
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = _half_way(request)
        if user is None:
            return redirect_to_login(self.get_success_url())
        self.user = user
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), name=self.user.get_username(), **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        name = self.user.get_username()
        if lock_out.is_locked(self.request, name):
            return lock_out.refuse(self.request, None, {"username": name})
        if rest := second_factor.rests_until(self.user):
            return lock_out.locked_page(self.request, rest)
        if not second_factor.passes(self.user, form.cleaned_data["code"]):
            lock_out.count_failure(self.request, self.user)
            form.add_error("code", WRONG_CODE)
            return self.form_invalid(form)
        backend = self.request.session.pop(HALF_WAY)["backend"]
        login(self.request, self.user, backend=backend)
        self.request.session[PROVED] = True
        return redirect(self.get_success_url())


def _wait_for_code(request: HttpRequest, user: User) -> None:
    request.session.cycle_key()
    request.session[HALF_WAY] = {
        "user": user.pk,
        "backend": user.backend,  # set by authenticate()
        "proof": user.get_session_auth_hash(),
        "at": time.time(),
    }


def _half_way(request: HttpRequest) -> User | None:
    """Whose code is waited for: not for ever, and not of somebody whose password or account has changed since."""
    held = request.session.get(HALF_WAY)
    if not held or request.user.is_authenticated or time.time() - held["at"] > HALF_WAY_SECONDS:
        return None
    user = get_user_model()._default_manager.filter(pk=held["user"], is_active=True).first()
    same = isinstance(user, User) and constant_time_compare(held["proof"], user.get_session_auth_hash())
    return user if same else None
