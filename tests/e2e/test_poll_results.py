"""From a lesson with a quiz to who was right, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from analytics import sync
from analytics.mirroring import pull_mirror
from analytics.tasks import pull_session_polls
from rooms.models import Room
from tests.analytics.quizzes import lesson
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import EVERYWHERE, NAMES
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_results_come_at_a_press_and_a_figure_opens_its_answers(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms
) -> None:
    held = lesson(hms_simulator)
    pull_mirror(held.client, "rooms", clock=held.now)
    sync.pull_sessions(held.client, clock=held.now)
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{held.session.id}/")
    page.get_by_role("link", name="Polls").last.click()
    expect(page.get_by_role("heading", name="Not read yet")).to_be_visible()

    page.get_by_role("button", name="Read from 100ms").click()
    expect(page.get_by_text("100ms is being asked")).to_be_visible()
    pull_session_polls(session_id=held.session.id)  # what a worker does

    # The page asks again by itself.
    expect(page.get_by_role("heading", name="What carries sound?")).to_be_visible()
    expect(page.get_by_text("100ms is being asked")).to_have_count(0)
    given = [one for one in held.truth.responses() if one.question == 1 and one.value == 1]
    air = page.get_by_role("row", name=re.compile("Air")).first
    expect(air).to_contain_text("right answer")
    air.get_by_role("link").click()
    expect(page.locator("#count")).to_have_text(str(len(given)))
    expect(page.get_by_role("link", name="Drop the filter Option: 1")).to_be_visible()

    page.locator("tbody tr").first.get_by_role("link").first.click()
    page.get_by_role("link", name="As 100ms has it now").click()
    expect(page.get_by_text("just as it was read")).to_be_visible()


@EVERYWHERE
def test_the_pages_are_accessible_and_fit_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, physics: Room
) -> None:
    held = classes.session(physics, pupils=[Pupil(name, f"user-{number}") for number, name in enumerate(NAMES)])
    questions = [{**classes.QUESTIONS[0], "index": number, "text": f"{number} {'W' * 80}"} for number in range(1, 41)]
    run = classes.quiz(held, "p1", title="N" * 120, questions=[*questions, classes.QUESTIONS[1]])
    classes.quiz(held, "p2", title="فاطمة", anonymous=True)
    answer, score = run.responses.all()[0].response_id, run.scores.all()[0].result_id
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    found: list[str] = []
    for path in (
        f"/sessions/{held.pk}/polls/?poll=p1",
        f"/sessions/{held.pk}/polls/?poll=p2",
        f"/sessions/{held.pk}/polls/p1/answers/",
        f"/sessions/{held.pk}/polls/p1/answers/{answer}/",
        f"/sessions/{held.pk}/polls/p1/scores/{score}/",
        f"/sessions/{held.pk}/polls/p1/source/",
        "/polls/p1/results/",
        "/people/user-1/",
    ):
        visitor.open(path)
        found += [
            f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]
        ]
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider > 0:
            found.append(f"{path} is {wider} px too wide")

    assert found == []
