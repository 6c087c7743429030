"""Files of recordings in words, and where their pages are."""

from django import template

from dashboard.file_words import file_words, size_words
from dashboard.recording_pages import job_url, recording_url

register = template.Library()

for words in (file_words, size_words, job_url, recording_url):
    register.filter(words.__name__, words)
