from django.urls import path

from webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("100ms/", views.receive, name="100ms"),
    # People paste the address without its last slash; a redirect would cost every event its first try.
    path("100ms", views.receive),
]
