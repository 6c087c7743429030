from django.contrib import admin
from django.contrib.auth import views as accounts
from django.urls import include, path, register_converter

from dashboard.converters import UserId
from dashboard.views import (
    account,
    audit,
    deliveries,
    exports,
    forgotten_password,
    health,
    home,
    peers,
    people,
    rooms,
    rooms_settings,
    search,
    second_factor,
    session,
    sessions,
    sign_in,
)

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
    path("accounts/", account.index, name="account"),
    path("audit/", audit.index, name="audit"),
    path("audit.csv", audit.export, name="audit_csv"),
    path("audit/check/", audit.check, name="audit_check"),
    path("audit/<int:number>/", audit.detail, name="audit_entry"),
    path("accounts/login/", sign_in.SignIn.as_view(), name="login"),
    path("accounts/login/code/", sign_in.SignInCode.as_view(), name="sign_in_code"),
    path("accounts/logout/", accounts.LogoutView.as_view(), name="logout"),
    path("accounts/password/", account.ChangePassword.as_view(), name="password_change"),
    path("accounts/password/forgotten/", forgotten_password.Forgotten.as_view(), name="password_reset"),
    path("accounts/password/sent/", accounts.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "accounts/password/new/<uidb64>/<token>/",
        forgotten_password.SetForgotten.as_view(),
        name="password_reset_confirm",
    ),
    path("accounts/password/set/", accounts.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("accounts/second-factor/", second_factor.set_up, name="second_factor"),
    path("accounts/second-factor/codes/", second_factor.recovery_codes, name="recovery_codes"),
    path("accounts/second-factor/off/", second_factor.turn_off, name="second_factor_off"),
    path("admin/", admin.site.urls),
]

handler404 = "dashboard.views.not_found.not_found"
