"""What is not there, or not for whoever asks: the two cannot be told apart."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rooms.access import may


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404. Somebody whom nobody has given a place here gets the same page everywhere, and learns nothing by it."""
    is_stranger = request.user.is_authenticated and not may(request.user, "see")
    return render(request, "no_place.html" if is_stranger else "404.html", status=404)
