from django.contrib import admin
from django.contrib.auth import views as accounts
from django.urls import path, register_converter

from dashboard.converters import UserId
from dashboard.views import deliveries, home, people, rooms, search, sessions
from dashboard.views.account import ChangePassword

register_converter(UserId, "user_id")

urlpatterns = [
    path("", home.index, name="home"),
    path("search/", search.index, name="search"),
    path("rooms/", rooms.index, name="rooms"),
    path("sessions/", sessions.index, name="sessions"),
    path("people/", people.index, name="people"),
    path("deliveries/", deliveries.index, name="deliveries"),
    path("accounts/login/", accounts.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", accounts.LogoutView.as_view(), name="logout"),
    path("accounts/password/", ChangePassword.as_view(), name="password_change"),
    path("admin/", admin.site.urls),
]
