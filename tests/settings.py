"""The product's own settings, for tests: a fast password hasher, a folder of its own, no `.env` of yours."""

import os
import tempfile

os.environ["ENV_FILE"] = os.devnull
os.environ["DEBUG"] = "0"
os.environ["HTTPS"] = "0"
os.environ["SECRET_KEY"] = "only-for-tests-0123456789-0123456789-0123456789-abcdef"
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="rollcall-tests-"))
os.environ["HMS_ACCESS_KEY"] = "test-access-key"
os.environ["HMS_SECRET"] = "test-secret-0123456789-0123456789-0123456789"
os.environ["HMS_WEBHOOK_SECRET"] = "test-webhook-secret"
os.environ["TIME_ZONE"] = "Africa/Nairobi"
os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ["LOG_LEVEL"] = os.environ.get("LOG_LEVEL", "ERROR")

from dashboard.settings import *  # noqa: F403
from dashboard.settings import DATABASES, STATIC_ROOT, STORAGES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # look for a file when it is asked for: each test client would list them all
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder, and warnings are errors
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in production: the in-memory database would be one connection shared with the live server's threads.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "tests.sqlite3")}
# Nobody is there: a test that wants a 100ms brings its own (`tests/rooms/simulated.py`).
HMS_API_URL = HMS_AUTH_URL = "http://127.0.0.1:9/v2"
HMS_RETRIES = 0
