"""Files of recordings in words, where their pages are, and where streams go."""

from django import template
from django.template import Context

from dashboard.file_words import file_words, size_words
from dashboard.recording_pages import job_url, recording_url
from rooms.masking import without_path

register = template.Library()

for words in (file_words, size_words, job_url, recording_url):
    register.filter(words.__name__, words)


@register.simple_tag(takes_context=True)
def sent_to(context: Context, output: str) -> str:
    """The address of a stream. Who watches it needs no more, so all but its host is for who may export the film."""
    return output if context.get("may_export") else without_path(output)
