"""What 100ms is answered, and what is kept of what it sent."""

from io import BytesIO
from typing import Any

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from tests.conftest import payload
from tests.webhooks.conftest import Post, joined
from webhooks.models import Delivery
from webhooks.views import receive

pytestmark = pytest.mark.django_db

URL = "/webhooks/100ms/"


def test_a_webhook_is_stored_as_it_came_and_answered_200(post: Post) -> None:
    body = b' {"id": "1",  "type":"peer.join.success", "data":{"room_id":"r-1"}, "x": 1.50}\n'

    answer = post(body, HTTP_USER_AGENT="100ms", REMOTE_ADDR="203.0.113.7")

    assert (answer.status_code, answer["Content-Length"]) == (200, "7")
    delivery = Delivery.objects.get()
    assert bytes(delivery.body) == body
    assert (delivery.event_id, delivery.event_type, delivery.room_id) == ("1", "peer.join.success", "r-1")
    assert (delivery.state, delivery.attempts, delivery.processed_at) == ("pending", 0, None)
    assert delivery.remote_address == "203.0.113.7"
    assert delivery.headers["User-Agent"] == "100ms"
    assert delivery.headers["Content-Type"] == "application/json"


def test_a_repeat_is_stored_beside_the_first(post: Post) -> None:
    post(joined())
    post(joined())

    assert Delivery.objects.filter(event_id=joined()["id"]).count() == 2


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b"[]", b"{}", b"\x00", b'{"data": 7}'])
def test_whatever_the_body_it_is_stored_and_answered_200(post: Post, body: bytes) -> None:
    assert post(body).status_code == 200
    assert bytes(Delivery.objects.get().body) == body


def test_the_address_without_its_last_slash_works_too(client: Client) -> None:
    headers = {"HTTP_X_WEBHOOK_SECRET": "test-webhook-secret"}

    assert client.generic("POST", "/webhooks/100ms", b"{}", **headers).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_anything_but_post_is_405(client: Client, method: str) -> None:
    assert client.generic(method, URL, HTTP_X_WEBHOOK_SECRET="test-webhook-secret").status_code == 405
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", "test-webhook-secre", "test-webhook-secret ", "tést", "\u0142", "TEST-WEBHOOK-SECRET"]
)
def test_without_the_secret_nothing_is_stored_and_nothing_explained(post: Post, secret: str | None) -> None:
    answer = post(joined(), secret=secret)

    assert (answer.status_code, answer.content) == (403, b"refused\n")
    assert not Delivery.objects.exists()


def test_a_storm_of_refusals_is_no_storm_of_log_lines(
    post: Post, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.HMS_WEBHOOK_MAX_BYTES = 100
    with caplog.at_level("WARNING"):
        for _ in range(20):
            assert post(joined(), secret="wrong").status_code == 403
            assert post(b"x" * 101).status_code == 413

    # One of each at most: the minute may have begun with another test.
    assert len(caplog.records) <= 2
    assert not [record for record in caplog.records if record.name == "django.request"]


def test_a_secret_beyond_ascii_works(post: Post, settings: Settings) -> None:
    settings.HMS_WEBHOOK_SECRET = "geheim-ł"

    # As WSGI hands over the bytes of a header: decoded as latin-1.
    assert post(joined(), secret="geheim-ł".encode().decode("latin-1")).status_code == 200


def test_without_a_configured_secret_all_are_refused(post: Post, settings: Settings) -> None:
    settings.HMS_WEBHOOK_SECRET = ""

    assert post(joined(), secret="").status_code == 403
    assert post(joined(), secret=None).status_code == 403


def test_a_developer_needs_no_secret(post: Post, settings: Settings) -> None:
    settings.HMS_WEBHOOK_SECRET = ""
    settings.DEBUG = True

    assert post(joined(), secret=None).status_code == 200


def test_the_header_is_the_one_that_was_configured(post: Post, settings: Settings) -> None:
    settings.HMS_WEBHOOK_HEADER = "X-School-Pass"

    assert post(joined()).status_code == 403
    assert post(joined(), secret=None, HTTP_X_SCHOOL_PASS="test-webhook-secret").status_code == 200
    assert "X-School-Pass" not in Delivery.objects.get().headers


def test_no_header_that_may_hold_a_secret_is_kept(post: Post) -> None:
    post(
        joined(),
        HTTP_COOKIE="sessionid=1",
        HTTP_AUTHORIZATION="Bearer 1",
        HTTP_PROXY_AUTHORIZATION="Basic 1",
        HTTP_X_API_KEY="1",
        HTTP_X_OTHER_TOKEN="1",
        HTTP_X_REQUEST_ID="kept",
        HTTP_X_LONG="x" * 5_000,
    )

    headers = Delivery.objects.get().headers
    assert headers.pop("X-Long") == "x" * 1_024
    assert headers == {"Content-Type": "application/json", "X-Request-Id": "kept"}


def test_a_body_of_the_largest_size_passes_and_one_byte_more_is_413(post: Post, settings: Settings) -> None:
    settings.HMS_WEBHOOK_MAX_BYTES = 100

    assert post(b"x" * 100).status_code == 200
    assert post(b"x" * 101).status_code == 413
    assert Delivery.objects.count() == 1


def test_a_body_cut_short_is_not_stored(rf: RequestFactory) -> None:
    headers = {"HTTP_X_WEBHOOK_SECRET": "test-webhook-secret"}
    request = rf.generic("POST", URL, b'{"id":', CONTENT_LENGTH="6000", **headers)  # type: ignore[arg-type]
    request._stream = BytesIO(b'{"id":')  # what a server hands over when the sender hung up

    assert receive(request).status_code == 400
    assert not Delivery.objects.exists()


def test_a_browsers_session_and_a_missing_csrf_token_change_nothing() -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.generic("POST", URL, b"{}", HTTP_X_WEBHOOK_SECRET="test-webhook-secret")

    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DataError])
def test_when_the_database_refuses_100ms_is_asked_to_try_again(post: Post, error: type[Exception]) -> None:
    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT"):
            raise error("no room on disk")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        assert post(joined()).status_code == 503
    assert not Delivery.objects.exists()
    assert post(joined()).status_code == 200


def test_a_webhook_passes_by_what_only_people_need(post: Post, client: Client) -> None:
    answer = post(joined())

    assert "Content-Security-Policy" not in answer
    assert "Vary" not in answer
    assert "Content-Security-Policy" in client.get("/accounts/login/")


def test_the_short_way_is_only_quicker(post: Post, settings: Settings) -> None:
    settings.MIDDLEWARE = []

    assert post(joined()).status_code == 200
    assert post(joined(), secret="wrong").status_code == 403


def test_plain_http_is_sent_to_https_before_anything_is_read(post: Post, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert post(joined()).status_code == 301
    assert post(joined(), **{"wsgi.url_scheme": "https"}).status_code == 200


def test_storing_takes_one_query(post: Post, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        post(joined())


@pytest.mark.django_db(transaction=True)
def test_200_means_committed_even_where_requests_are_transactions(client: Client) -> None:
    depths = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        depths.append(connection.in_atomic_block)
        return execute(sql, params, many, context)

    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        with connection.execute_wrapper(watch):
            answer = client.generic("POST", URL, b"{}", HTTP_X_WEBHOOK_SECRET="test-webhook-secret")
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False

    assert answer.status_code == 200
    assert depths == [False]


def test_a_replay_is_marked(post: Post) -> None:
    post({**joined(1), "is_replay": True})
    inside = joined(2)
    inside["data"]["is_replay"] = True
    post(inside)
    post(joined(3))

    assert list(Delivery.objects.order_by("id").values_list("is_replay", flat=True)) == [True, True, False]


def test_labels_that_fit_no_column_are_left_empty(post: Post) -> None:
    post({"id": "x" * 65, "type": "nul\u0000", "data": {"room_id": 7}})

    delivery = Delivery.objects.get()
    assert (delivery.event_id, delivery.event_type, delivery.room_id) == ("", "", "")


def test_every_published_webhook_is_stored(post: Post) -> None:
    published = payload("webhooks/session.open.success")

    assert post(published).status_code == 200
    assert Delivery.objects.get().room_id == published["data"]["room_id"]


class TestAddressList:
    @pytest.fixture(autouse=True)
    def listed(self, settings: Settings) -> None:
        settings.HMS_WEBHOOK_ADDRESSES = ["203.0.113.0/24", "2001:db8::1", "nonsense"]

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("203.0.113.7", 200),
            ("::ffff:203.0.113.7", 200),
            ("2001:db8::1", 200),
            ("2001:db8::2", 403),
            ("198.51.100.1", 403),
            ("", 403),
        ],
    )
    def test_only_those_on_the_list_may_post(self, post: Post, address: str, status: int) -> None:
        assert post(joined(), REMOTE_ADDR=address).status_code == status

    def test_without_a_proxy_of_ours_the_forwarded_address_is_anybodys_word(self, post: Post) -> None:
        answer = post(joined(), REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.7")

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "status"),
        [
            (1, "203.0.113.7", 200),
            (1, "198.51.100.1, 203.0.113.7:4711", 200),
            (1, "203.0.113.7, 198.51.100.1", 403),
            (2, "198.51.100.1, 203.0.113.7, 10.0.0.2", 200),
            (2, "203.0.113.7, 198.51.100.1, 10.0.0.2", 403),
            (2, "203.0.113.7", 403),
            (1, "[2001:db8::1]:4711", 200),
            (1, "", 403),
        ],
    )
    def test_behind_proxies_the_entry_that_ours_wrote_counts(
        self, post: Post, settings: Settings, proxies: int, forwarded: str, status: int
    ) -> None:
        settings.TRUSTED_PROXIES = proxies
        extra = {"HTTP_X_FORWARDED_PROTO": "https"}

        answer = post(joined(), REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded, **extra)

        assert answer.status_code == status
