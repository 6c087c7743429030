"""The bodies 100ms has published, posted over HTTP to the running product, and read on its pages by a person."""

import csv
import io
import json
import re
from pathlib import Path

import httpx
import pytest

from bin.processes import Family
from tests.conftest import PAYLOADS
from tests.kill.product import SECRET, Product

pytestmark = [pytest.mark.kill, pytest.mark.slow]

PHYSICS, TRACKS = "61a61db1c4f73df18b03534d", "63f73bf05223403c9671c5c9"
OPS = (
    "from django.contrib.auth.models import Group, User;"
    "User.objects.create_user('ikram', password='pass-word-1').groups.add(Group.objects.get(name='ops'))"
)


def sign_in(browser: httpx.Client) -> None:
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/accounts/login/").text))
    form = {"username": "ikram", "password": "pass-word-1", "csrfmiddlewaretoken": token}
    assert browser.post("/accounts/login/", data=form).status_code == 200


def test_published_bodies_reach_the_pages_of_the_running_product(processes: Family, tmp_path: Path) -> None:
    product = Product(processes, tmp_path)
    product.start()
    product.manage("collectstatic", "--noinput", "--verbosity", "0")
    product.manage("shell", "-c", OPS)

    files = sorted([*(PAYLOADS / "webhooks").glob("*.json"), *(PAYLOADS / "analytics").rglob("*.json")])
    bodies = [file.read_bytes() for file in files]
    # The answers of the analytics API hold events too; each of them is a body of its own.
    inside = [event for body in bodies for event in json.loads(body).get("events", []) if "type" in event]
    bodies += [json.dumps(event).encode() for event in inside]
    with httpx.Client(trust_env=False) as sender:
        for body in bodies:
            answer = sender.post(
                f"http://127.0.0.1:{product.port}/webhooks/100ms/", content=body, headers={"X-Webhook-Secret": SECRET}
            )
            assert answer.status_code == 200
    product.wait_until(product.has_settled, 180, "the reading of the published bodies")

    assert sum(product.states().values()) == len(bodies)
    assert set(product.states()) == {"processed", "ignored"}  # an answer with a list of events is no event itself
    [(events,)] = product.rows("SELECT count(*) FROM analytics_event WHERE channel = 'webhook'")
    assert events == 40 + len({event["id"] for event in inside})

    address = f"http://127.0.0.1:{product.port}"
    with httpx.Client(base_url=address, follow_redirects=True, trust_env=False) as browser:
        sign_in(browser)
        page = browser.get(f"/sessions/{PHYSICS}/")
        assert page.status_code == 200
        assert "Arjun Rao" in page.text
        assert "Meera Iyer" in page.text
        [john] = csv.DictReader(io.StringIO(browser.get(f"/sessions/{TRACKS}/activity.csv").text.lstrip("\ufeff")))
        assert float(john["mic_on_seconds"]) == pytest.approx(97.81, abs=0.005)
    product.kill_all()
