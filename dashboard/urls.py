from django.contrib import admin
from django.contrib.auth import views as accounts
from django.urls import include, path, register_converter

from dashboard.converters import UserId
from dashboard.views import (
    deliveries,
    exports,
    health,
    home,
    peers,
    people,
    rooms,
    rooms_settings,
    search,
    session,
    sessions,
)
from dashboard.views.account import ChangePassword

register_converter(UserId, "user_id")

urlpatterns = [
    # First, for it is asked most often and waits for no one.
    path("webhooks/", include("webhooks.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", home.index, name="home"),
    path("search/", search.index, name="search"),
    path("rooms/", rooms.index, name="rooms"),
    path("rooms.csv", rooms.export, name="rooms_csv"),
    path("rooms/<str:room_id>/", rooms.detail, name="room"),
    path("rooms/<str:room_id>/settings/", rooms_settings.settings, name="room_settings"),
    path("sessions/", sessions.index, name="sessions"),
    path("sessions.csv", sessions.export, name="sessions_csv"),
    path("sessions/<str:session_id>/", session.detail, name="session"),
    path("sessions/<str:session_id>/live/", session.live, name="session_live"),
    path("sessions/<str:session_id>/card/", session.card, name="session_card"),
    path("sessions/<str:session_id>/activity.csv", exports.csv, name="session_activity_csv"),
    path("sessions/<str:session_id>/activity.xlsx", exports.xlsx, name="session_activity_xlsx"),
    path("sessions/<str:session_id>/peers/<str:peer_id>/", peers.detail, name="peer"),
    path("people/", people.index, name="people"),
    path("people.csv", people.export, name="people_csv"),
    path("people/<user_id:user_id>/", people.detail, name="person"),
    path("deliveries/", deliveries.index, name="deliveries"),
    path("deliveries.csv", deliveries.export, name="deliveries_csv"),
    path("deliveries/<int:delivery_id>/", deliveries.detail, name="delivery"),
    path("deliveries/<int:delivery_id>/requeue/", deliveries.requeue, name="delivery_requeue"),
    path("deliveries/requeue/", deliveries.requeue_all, name="deliveries_requeue"),
    path("accounts/login/", accounts.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", accounts.LogoutView.as_view(), name="logout"),
    path("accounts/password/", ChangePassword.as_view(), name="password_change"),
    path("admin/", admin.site.urls),
]
