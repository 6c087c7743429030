"""Settings from the environment and `.env`; `.env.example` explains each name.

Sections follow the order in which a request meets them. Checks of what is set live in `dashboard/checks.py`.
"""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.templatetags.static import static
from environ.fileaware_mapping import FileAwareMapping
from kombu.entity import Exchange, Queue

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environ.Env.read_env(env.str("ENV_FILE", default="") or str(BASE_DIR / ".env"))
# A variable that is set but empty, as compose files leave them and a copied `.env` does, means its default.
env.ENVIRON = FileAwareMapping({name: value for name, value in os.environ.items() if value.strip()})

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Who we are -----------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# An empty key is refused by `checks.py` with a remedy instead of a traceback at import.
SECRET_KEY = env.str("SECRET_KEY", default="")
# Keys of before: what they signed and enciphered can still be read, while everything new uses the key above.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- 100ms and api.video --------------------------------------------------------------------------------------
HMS_ACCESS_KEY = env.str("HMS_ACCESS_KEY", default="")
HMS_SECRET = env.str("HMS_SECRET", default="")
HMS_API_URL = env.str("HMS_API_URL", default="https://api.100ms.live/v2")
# 100ms documents no limit for most of its API; this is how fast we ask at most.
HMS_REQUESTS_PER_SECOND = env.float("HMS_REQUESTS_PER_SECOND", default=10.0)
# Seconds to wait for an answer, and how often a call that is safe to repeat is tried again.
HMS_TIMEOUT = env.float("HMS_TIMEOUT", default=10.0)
HMS_RETRIES = env.int("HMS_RETRIES", default=4)
HMS_AUTH_URL = env.str("HMS_AUTH_URL", default="https://auth.100ms.live/v2")
# Where people join by a room code, with {code} in it; without it codes are handed out alone.
HMS_JOIN_URL = env.str("HMS_JOIN_URL", default="")
HMS_WEBHOOK_HEADER = env.str("HMS_WEBHOOK_HEADER", default="X-Webhook-Secret")
HMS_WEBHOOK_SECRET = env.str("HMS_WEBHOOK_SECRET", default="")
# Addresses or networks that may post webhooks; empty means any (the secret header still decides).
HMS_WEBHOOK_ADDRESSES: list[str] = env.list("HMS_WEBHOOK_ADDRESSES", default=[])
HMS_WEBHOOK_MAX_BYTES = env.int("HMS_WEBHOOK_MAX_BYTES", default=1_048_576)
# Read deliveries are forgotten after so many days; events are kept for good.
HMS_WEBHOOK_KEEP_DAYS = env.int("HMS_WEBHOOK_KEEP_DAYS", default=30)
# Behind how many proxies of our own we stand: that many X-Forwarded-For entries are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# Roles that are machines, not people (EVENTS trap 42): left out of what is shown and counted.
HMS_ROLES_NOT_COUNTED: list[str] = env.list("HMS_ROLES_NOT_COUNTED", default=["__internal_recorder", "beam"])
API_VIDEO_KEY = env.str("API_VIDEO_KEY", default="")
API_VIDEO_URL = env.str("API_VIDEO_URL", default="https://ws.api.video")

# --- Applications ---------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "dashboard.apps.AdminLookConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_celery_beat",
    "django_structlog",
    "lucide",
    "csp",
    "axes",
    # Its secrets, codes and tables for the second factor; without its URLs, so none of its own pages can be reached.
    "allauth.account",
    "allauth.mfa",
    "rooms",
    "analytics",
    "webhooks",
    "dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "webhooks.middleware.WebhookMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.admin_policy.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "dashboard.session_limits.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.timezones.ViewerTimeZoneMiddleware",
    "dashboard.needed_second_factor.NeededSecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Where things are kept ------------------------------------------------------------------------------------
_database_url = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'rollcall.sqlite3'}")
DATABASES: dict[str, Any] = {"default": env.db_url_config(_database_url)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE makes a writing transaction take its lock at the start, so that two writers queue
    # instead of failing half-way; WAL lets readers go on meanwhile; FULL has each commit on the disk before
    # 100ms reads our 200.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that does not even refuse must not hold a webhook longer than 100ms waits for its answer.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- Tasks ----------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
if CELERY_BROKER_URL.startswith("filesystem://"):
    # The embedded transport: a folder as a queue. It forgets a running task when its worker is killed.
    CELERY_BROKER_TRANSPORT = "dashboard.embedded_broker:Transport"
    _queue = VAR_DIR / "celery"
    for _folder in ("queue", "done", "control"):
        (_queue / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(_queue / "queue"),
        "data_folder_out": str(_queue / "queue"),
        "processed_folder": str(_queue / "done"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.05,
        "store_processed": False,
    }
else:
    # A broker that is down must cost delay, never a webhook: publishing gives up soon and the sweep goes on.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TASK_DEFAULT_QUEUE = "rollcall"
# A 100ms that hangs holds up whoever asks it: with a worker for each queue (docs/deploy.md) that is never the inbox.
# So does a video that is copied for an hour. A worker that names no queue takes from all.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("rollcall", "pulls", "copies")]
CELERY_TASK_ROUTES = {"analytics.tasks.keep_due": {"queue": "copies"}, "analytics.tasks.*": {"queue": "pulls"}}

# --- Sign-in and sessions -------------------------------------------------------------------------------------
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTHENTICATION_BACKENDS = [
    # Refuses whoever is locked out before the others look at the password.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "rooms.access.OpsBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# HTTPS is the rule; only a machine of one's own (demo, tests, development) turns it off.
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# School machines are shared: a sign-in ends with the browser, when nobody has touched the page for a while, and
# after a day at the latest (`dashboard/session_limits.py`).
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
PASSWORD_RESET_TIMEOUT = 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Locked is one user name from one address: nobody locks out a whole school behind one address, and nobody locks a
# teacher out from elsewhere. The tries of the last minutes are kept in the database, so that all processes know them.
LOCK_OUT_AFTER = 5
LOCK_OUT_FOR = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = LOCK_OUT_AFTER
AXES_COOLOFF_TIME = LOCK_OUT_FOR
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "dashboard.lock_out.address"
AXES_LOCKOUT_CALLABLE = "dashboard.lock_out.refuse"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # `dashboard/admin_sign_in.py` shows it in our look
AXES_VERBOSE = False
# Nothing of what was typed is kept, whatever the form was.
AXES_SENSITIVE_PARAMETERS = [
    "username", "csrfmiddlewaretoken", "next", "code", "old_password", "new_password1", "new_password2",
]  # fmt: skip

# A second step at sign-in: codes from an app (RFC 6238). Ops may be made to have one.
OPS_NEED_SECOND_FACTOR = env.bool("OPS_NEED_SECOND_FACTOR", default=False)
MFA_ADAPTER = "dashboard.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # the code before and the one after pass too: clocks differ, and people type slowly

# --- Mail -----------------------------------------------------------------------------------------------------
# Password resets. Without a server, mails are written to standard error.
_mail = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND: str = _mail["EMAIL_BACKEND"]
EMAIL_HOST: str = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT: int = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER: str = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Rollcall <rollcall@localhost>")

# --- What pages may load --------------------------------------------------------------------------------------
# No inline script or style anywhere of ours. The admin's own theme evaluates expressions (Alpine); its URLs get
# a wider policy in `dashboard/admin_policy.py`.
# Where a film may come from, on the one page that plays any (`dashboard/views/recording.py`): a link of 100ms leads to
# the storage of the template, which is known to nobody here, so by default anything over HTTPS.
MEDIA_ORIGINS: list[str] = env.list("MEDIA_ORIGINS", default=["https:"])
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

UNFOLD = {
    "SITE_TITLE": "Rollcall",
    "SITE_HEADER": "Rollcall",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/",
    # The accent of static/css/rollcall.css, from light to dark.
    "COLORS": {
        "primary": {
            "50": "#f4f7fd",
            "100": "#e9effb",
            "200": "#cfdcf7",
            "300": "#a9c1f1",
            "400": "#6b9bff",
            "500": "#3f6fdb",
            "600": "#2457c5",
            "700": "#1f4db0",
            "800": "#1c418f",
            "900": "#1b3872",
            "950": "#14254a",
        }
    },
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
}

# A poll of 100 questions is one form, with some 30 fields a question at most.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Words, times, files --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Our own copies of recordings, made before 100ms deletes its files. Any storage of django-storages will do; without one
# named, a folder that nobody else on the machine reads.
KEEP_RECORDINGS = env.bool("KEEP_RECORDINGS", default=False)
KEPT_FOLDER = Path(env.str("KEPT_FOLDER", default=str(VAR_DIR / "recordings")))
KEPT_STORAGE = env.str("KEPT_STORAGE", default="django.core.files.storage.FileSystemStorage")
_own_folder = {"location": str(KEPT_FOLDER), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
# As written; what cannot be read is told by `checks.py`.
KEPT_STORAGE_OPTIONS = env.str("KEPT_STORAGE_OPTIONS", default="") or (
    json.dumps(_own_folder) if KEPT_STORAGE.endswith(".FileSystemStorage") else "{}"
)
# What django-storages reads of a bucket goes to the disk beyond so much; by itself it holds a whole film in memory.
AWS_S3_MAX_MEMORY_SIZE = GS_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# What has come of a file until it is whole. A disk of its own serves, a memory does not: videos are large.
KEPT_SPOOL = VAR_DIR / "spool"


def _options(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text)
    except ValueError:
        return {}
    return options if isinstance(options, dict) else {}


STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "kept": {"BACKEND": KEPT_STORAGE, "OPTIONS": _options(KEPT_STORAGE_OPTIONS)},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Logs -----------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "dashboard.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"httpx": {"level": "WARNING"}, "httpcore": {"level": "WARNING"}, "axes": {"level": "ERROR"}},
}
