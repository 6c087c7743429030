"""What is set wrong is said, with a remedy; what is set right is left in peace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

ROOT = Path(__file__).parent.parent.parent
PUBLIC = ["rollcall.example.org"]
FOLDER = "django.core.files.storage.FileSystemStorage"
STRONG = "kP3x_Zt8-vQ1mB7wL5nR0sY4uJ6hG2dF9cA-eXiTqKoMzWbVyN"


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = PUBLIC
    settings.SECRET_KEY = STRONG
    settings.HMS_ACCESS_KEY = settings.HMS_SECRET = "set"
    settings.HMS_WEBHOOK_SECRET = "a-long-webhook-secret"
    settings.HMS_WEBHOOK_ADDRESSES = []
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def said() -> dict[str, CheckMessage]:
    """Our own messages by id; each has a remedy."""
    ours = {message.id: message for message in run_checks() if (message.id or "").startswith("rollcall.")}
    assert all(message.hint for message in ours.values())
    return {name: message for name, message in ours.items() if name}


def test_a_sound_configuration_is_left_in_peace() -> None:
    assert said() == {}


def test_a_missing_secret_key_is_an_error(settings: Settings) -> None:
    settings.SECRET_KEY = ""

    assert said()["rollcall.E001"].is_serious()


@pytest.mark.parametrize("key", ["short", "x" * 60, "django-insecure-" + STRONG])
def test_a_weak_secret_key_is_an_error_except_for_a_developer(settings: Settings, key: str) -> None:
    settings.SECRET_KEY = key
    assert set(said()) == {"rollcall.E002"}

    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["localhost"]
    assert said() == {}


@pytest.mark.parametrize("hosts", [PUBLIC, ["*"], ["localhost", ".example.org"], ["192.0.2.1"]])
def test_debug_in_public_is_an_error(settings: Settings, hosts: list[str]) -> None:
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = hosts

    assert set(said()) == {"rollcall.E003"}


@pytest.mark.parametrize("hosts", [[], ["localhost"], ["127.0.0.1", "[::1]", "demo.localhost", ".localhost"]])
def test_debug_on_ones_own_machine_is_not(settings: Settings, hosts: list[str]) -> None:
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = hosts

    assert said() == {}


def test_missing_keys_are_named(settings: Settings) -> None:
    settings.HMS_SECRET = ""
    assert said()["rollcall.W001"].msg.startswith("HMS_SECRET not set")

    settings.HMS_ACCESS_KEY = ""
    assert said()["rollcall.W001"].msg.startswith("HMS_ACCESS_KEY and HMS_SECRET not set")


def test_an_unprotected_webhook_is_an_error_in_public_and_a_warning_at_home(settings: Settings) -> None:
    settings.HMS_WEBHOOK_SECRET = ""
    assert set(said()) == {"rollcall.E004"}

    settings.ALLOWED_HOSTS = ["localhost"]
    assert set(said()) == {"rollcall.W003"}


@pytest.mark.parametrize("url", ["https://school.example/meeting/", "school.example/{code}", "javascript:{code}"])
def test_a_join_address_that_leads_nowhere_is_an_error(settings: Settings, url: str) -> None:
    settings.HMS_JOIN_URL = "https://school.example/meeting/{code}"
    assert said() == {}

    settings.HMS_JOIN_URL = url
    assert set(said()) == {"rollcall.E008"}


def test_a_short_webhook_secret_is_a_warning(settings: Settings) -> None:
    settings.HMS_WEBHOOK_SECRET = "guess-me"

    assert set(said()) == {"rollcall.W002"}


def test_an_address_that_is_none_is_an_error(settings: Settings) -> None:
    settings.HMS_WEBHOOK_ADDRESSES = ["203.0.113.7", "198.51.100.0/24", " 2001:db8::/32", "example.org"]

    assert "“example.org”" in said()["rollcall.E005"].msg


def deployed(*, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` as a deployment runs it: in a process and an environment of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder),
        "SECRET_KEY": STRONG,
        "ALLOWED_HOSTS": "rollcall.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://rollcall.example.org",
        "TRUSTED_PROXIES": "1",
        "DATABASE_URL": "postgres://rollcall:password@db/rollcall",
        "CELERY_BROKER_URL": "redis://redis:6379/0",
        "REDIS_URL": "redis://redis:6379/1",
        "HMS_ACCESS_KEY": "access-key",
        "HMS_SECRET": "secret",
        "HMS_WEBHOOK_SECRET": "a-long-webhook-secret",
        "EMAIL_URL": "smtp+tls://rollcall:password@mail.example.org:587",
        **changes,
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_check_deploy_is_clean_in_production(tmp_path: Path) -> None:
    checked = deployed(folder=tmp_path)

    assert checked.stderr == ""
    assert checked.returncode == 0
    assert "no issues" in checked.stdout


@pytest.mark.slow
def test_check_deploy_fails_with_a_remedy_when_nothing_is_set(tmp_path: Path) -> None:
    checked = deployed(folder=tmp_path, SECRET_KEY="", HMS_WEBHOOK_SECRET="")

    assert checked.returncode == 1
    for words in ("SECRET_KEY is not set", "token_urlsafe", "HMS_WEBHOOK_SECRET is not set"):
        assert words in checked.stderr


@pytest.mark.parametrize("hosts", [["*"], ["rollcall.example.org", "*"]])
def test_to_be_reached_by_any_name_is_an_error(settings: Settings, hosts: list[str]) -> None:
    settings.ALLOWED_HOSTS = hosts

    assert set(said()) == {"rollcall.E006"}


def test_mails_that_go_to_the_log_are_said_where_others_reach_us(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert set(said()) == {"rollcall.W004"}

    settings.ALLOWED_HOSTS = ["localhost"]
    assert said() == {}


@pytest.mark.parametrize("name", ["SESSION_IDLE_MINUTES", "SESSION_HOURS"])
@pytest.mark.parametrize(("value", "expected"), [(0, "rollcall.E007"), (-5, "rollcall.E007"), (1000, "rollcall.W005")])
def test_a_sign_in_lasts_neither_no_time_nor_for_ever(settings: Settings, name: str, value: int, expected: str) -> None:
    setattr(settings, name, value)

    assert set(said()) == {expected}


@pytest.mark.parametrize("written", ["bucket=films", "[1]", '{"secret_key": "hush-hush"'])
def test_options_of_a_storage_that_cannot_be_read_are_an_error(settings: Settings, written: str) -> None:
    settings.KEPT_STORAGE_OPTIONS = written

    message = said()["rollcall.E009"]

    assert "hush" not in f"{message.msg} {message.hint}"


@pytest.mark.parametrize(
    ("backend", "options"), [("storages.backends.nowhere.Storage", {}), ("", {}), (FOLDER, {"bucket": "films"})]
)
def test_a_storage_that_cannot_be_used_is_an_error(settings: Settings, backend: str, options: dict[str, str]) -> None:
    settings.STORAGES = {**settings.STORAGES, "kept": {"BACKEND": backend, "OPTIONS": options}}

    assert set(said()) == {"rollcall.E010"}


def test_a_film_in_a_bucket_is_not_read_into_memory(settings: Settings) -> None:
    """0, as django-storages has it by itself, is without end."""
    assert 0 < settings.AWS_S3_MAX_MEMORY_SIZE == settings.GS_MAX_MEMORY_SIZE <= 64 * 1024 * 1024


@pytest.mark.parametrize(
    "origin", ["*", "films.example.com", "https://films.example.com/a", "https:; script-src *", "data:"]
)
def test_films_come_from_origins_and_nothing_else(settings: Settings, origin: str) -> None:
    settings.MEDIA_ORIGINS = ["https://films.example.com", origin]

    assert set(said()) == {"rollcall.E012"}


def test_a_storage_on_this_machine_or_under_many_names_is_an_origin(settings: Settings) -> None:
    settings.MEDIA_ORIGINS = ["https:", "http://127.0.0.1:8100", "https://*.s3.amazonaws.com", "http://[::1]:81"]

    assert said() == {}
