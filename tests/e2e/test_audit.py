"""The book of changes in a real browser: what was done is there, with what it changed, and the chain holds."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, Room
from tests.e2e.conftest import Visit
from tests.e2e.test_access import EVERYWHERE, faults
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def choir(hms_simulator: SimulatedHms) -> Room:
    there = hms_simulator.world.add_room("Choir", description="On Tuesdays")
    mirror.pull(client(), at=timezone.now())
    return Room.objects.get(pk=there.id)


def test_a_change_is_in_the_book_with_before_and_after_and_the_chain_is_whole(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms, choir: Room
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/rooms/{choir.pk}/settings/")
    page.get_by_label("Description").fill("On Fridays")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choir is saved.")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("On Fridays")
    hms_simulator.world.update_room(hms_simulator.world.room(choir.pk), {"size": 40})
    mirror.pull(client(), at=timezone.now())

    visitor.open("/audit/")
    expect(page.get_by_role("row").filter(has_text="outside Rollcall")).to_contain_text("Choir")
    row = page.get_by_role("row").filter(has_text="ikram")
    expect(row).to_contain_text("Room changed")
    expect(row).to_contain_text("succeeded")
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Room changed: Choir")).to_be_visible()
    expect(page.get_by_role("row", name="description")).to_contain_text("On Tuesdays")
    expect(page.get_by_role("row", name="description")).to_contain_text("On Fridays")

    page.go_back()
    page.get_by_role("link", name="Check the chain").click()
    expect(page.get_by_role("dialog")).to_contain_text("The chain is whole")
    said = StringIO()
    call_command("verify_audit", stdout=said)
    last = AuditEntry.objects.order_by("-pk")[0]
    assert f"{last.pk} audit entries, the chain is whole. Digest of the last one: {last.digest}" in said.getvalue()
    expect(page.get_by_role("dialog")).to_contain_text(last.digest)


@EVERYWHERE
def test_every_page_of_the_book_is_accessible_and_fits(
    screen: str, theme: str, visit: Visit, ikram: User, hms_simulator: SimulatedHms, choir: Room
) -> None:
    hms_simulator.world.update_room(hms_simulator.world.room(choir.pk), {"description": "W" * 400})
    mirror.pull(client(), at=timezone.now())
    visitor = visit(ikram, screen, theme)
    found: list[str] = []
    for path in ("/audit/", "/audit/?q=nothing", f"/audit/{AuditEntry.objects.get().pk}/", "/audit/check/"):
        visitor.open(path)
        found += faults(visitor)

    assert found == []
