"""The policy asked from a page, so that nobody is offered what they will be refused."""

from django import template

from rooms.access import Action, Viewer
from rooms.access import may as policy
from rooms.models import Room

register = template.Library()


@register.simple_tag
def may(user: Viewer, action: Action, room: Room | None = None) -> bool:
    """`{% may user "export" session.room as may_export %}`"""
    return policy(user, action, room)
