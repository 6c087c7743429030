"""Typed requests, and one way to answer with a page or only the part of it that htmx asked for."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, push_url, replace_url
from django_htmx.middleware import HtmxDetails

POLLING_STOPPED: Final = 286
"""htmx's own status: swap this answer and ask no more."""


class MemberRequest(HttpRequest):
    """A request of a signed-in member, as `dashboard.decorators` let it through."""

    htmx: HtmxDetails
    user: User


def page_or_fragment(
    request: MemberRequest, page: str, context: Mapping[str, Any], fragments: Mapping[str, str], url: str = ""
) -> HttpResponse:
    """Render `page`, or the fragment whose element htmx wants to swap.

    `fragments` maps the id of the element to the template of its inside. Whatever is not asked for by htmx with a
    known target (reloads, bookmarks, history) gets the whole page. `url` is the address of what is shown, for the
    browser's bar: typing in a search replaces it, following a link adds to the history.
    """
    htmx = request.htmx
    partial = bool(htmx) and not htmx.history_restore_request
    fragment = fragments.get(htmx.target or "") if partial else None
    response = render(request, fragment or page, {**context, "fragment": htmx.target if fragment else ""})
    if fragment and url and htmx.target == "list":
        (replace_url if htmx.trigger_name == "q" else push_url)(response, url)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    # A fragment shares its page's URL: kept by the browser, it would come back as a page by the back button.
    patch_cache_control(response, private=True, **({"no_store": True} if fragment else {"no_cache": True}))
    return response


def done(request: MemberRequest, url: str, message: str = "") -> HttpResponse:
    """After a form did its work: on to the page at `url`, with `message` on it. Reloading that page sends nothing."""
    if message:
        messages.success(request, message)
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
