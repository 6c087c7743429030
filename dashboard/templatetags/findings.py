"""What pages of other things say of what should have been recorded."""

from typing import Any

from django import template
from django.template import RequestContext
from django.utils import timezone

from analytics.models import Session
from dashboard.findings import told_of
from rooms.access import may

register = template.Library()


@register.inclusion_tag("recordings/_notice.html", takes_context=True)
def recording_notice(context: RequestContext, session: Session) -> dict[str, Any]:
    """A line for each thing that is wrong with the recording of a session; nothing while all is well."""
    return {"found": told_of([session], timezone.now()), "may_operate": may(context["request"].user, "operate")}
