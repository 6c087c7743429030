from django.http import HttpResponse

from dashboard.decorators import ops_required
from dashboard.htmx import MemberRequest, page_or_fragment


@ops_required
def index(request: MemberRequest) -> HttpResponse:
    return page_or_fragment(request, "deliveries/index.html", {}, {})
