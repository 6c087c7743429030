"""Files of recordings in words."""

from django import template

from dashboard.jobs import file_words, size_words

register = template.Library()

for words in (file_words, size_words):
    register.filter(words.__name__, words)
