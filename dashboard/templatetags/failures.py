"""`{{ failure|told }}`: a failure in the same words as in the timeline."""

from django import template

from analytics.models import Failure
from analytics.moments import told as words_of
from analytics.queries import seen

register = template.Library()


@register.filter
def told(failure: Failure) -> str:
    return words_of(seen(failure))
