"""A new room, and whose the name is that it shall have."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse

from dashboard import room_problems
from dashboard.decorators import ops_form, ops_required
from dashboard.forms.rooms_settings import RoomForm, RoomName
from dashboard.htmx import MemberRequest, done, page_or_fragment
from rooms import hms
from rooms.connection import NotConfigured
from rooms.names import Holder, NameTaken, NotAsked, holder_of
from rooms.operations import rooms as operations
from rooms.template_names import TemplateNames


@ops_form
def new(request: MemberRequest) -> HttpResponse:
    """A name that is taken would overwrite that room: it is named, and has to be ticked."""
    templates = TemplateNames.known()
    form = RoomForm(request.POST if request.method == "POST" else None, templates=templates)
    holder: Holder | None = None
    if request.method == "POST" and form.is_valid():
        settings = form.wishes()
        try:
            room = operations.create(
                actor=request.user,
                name=settings.pop("name"),
                settings=settings,
                overwrite=request.POST.get("overwrite", ""),
            )
            return done(request, reverse("room_settings", args=[room.pk]), f"{room} is made.")
        except NameTaken as taken:
            holder = taken.holder
            form.add_error("name", "Another room has this name. Take another, or tick that it is to be overwritten.")
        except (hms.Error, ValueError, NotConfigured) as problem:
            room_problems.land(form, problem, new=True)
    context = {"form": form, "holder": holder, "templates": templates.names}
    return page_or_fragment(request, "rooms/new.html", context, {})


@ops_required
def name_check(request: MemberRequest) -> HttpResponse:
    """What would happen to whom, while the name is being typed."""
    typed = request.GET.get("name", "").strip()
    context: dict[str, object] = {"typed": typed}
    try:
        name = RoomName(required=False).clean(typed)
        context["holder"] = holder_of(name, quick=True)
        context["is_free"] = bool(name) and context["holder"] is None
    except ValidationError as problem:
        context["problem"] = " ".join(problem.messages)
    except (NotAsked, NotConfigured):
        context["problem"] = "100ms could not be asked whether it has such a room. It will be asked first."
    return page_or_fragment(request, "rooms/name_check.html", context, {"name-check": "rooms/_name_check.html"})
