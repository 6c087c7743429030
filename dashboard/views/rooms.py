from django.http import HttpResponse

from dashboard.decorators import member_required
from dashboard.htmx import MemberRequest, page_or_fragment


@member_required
def index(request: MemberRequest) -> HttpResponse:
    return page_or_fragment(request, "rooms/index.html", {}, {})
