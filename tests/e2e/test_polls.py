"""A quiz from its first question to a duplicate, in a real browser, with 100ms simulated behind."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Dialog, Locator, Page, expect

from rooms.models import Poll, Room, RoomAccess
from tests.e2e.conftest import Visit, settled
from tests.rooms.polls import choice, known, known_room, quiz, texts
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

EVERYWHERE = pytest.mark.parametrize(
    ("screen", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)


@pytest.fixture
def optics(hms_simulator: SimulatedHms, wanjiru: User) -> Room:
    room = known_room(hms_simulator)
    wanjiru.room_access.all().delete()
    RoomAccess.objects.create(user=wanjiru, room=room)
    return room


def question(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Question {number}", exact=True)


def order(page: Page) -> list[str]:
    return [box.input_value() for box in page.get_by_label("Question", exact=True).all()]


def carry(page: Page, grip: Locator, by: int) -> None:
    """Take a handle and move it by so many pixels, as a hand does: not all at once."""
    settled(page)  # or what was just added takes the focus, and moves the page
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for part in range(1, 9):
        page.mouse.move(x, y + by * part / 8)
    page.mouse.up()


def in_100ms(simulated: SimulatedHms, poll: Poll) -> dict[str, Any]:
    return simulated.world.polls[poll.pk].as_object()


def test_a_quiz_is_built_ordered_linked_edited_and_duplicated(
    visit: Visit, wanjiru: User, optics: Room, hms_simulator: SimulatedHms
) -> None:
    visitor = visit(wanjiru)
    page = visitor.page
    visitor.open("/polls/")
    page.get_by_role("link", name="New poll").click()

    page.get_by_label("Title").fill("Light")
    first = question(page, 1)
    first.get_by_label("Question", exact=True).fill("What bends light?")
    expect(first.get_by_label("Points")).not_to_be_visible()
    page.get_by_label("Quiz: with right answers and points").check()
    first.get_by_label("Points").fill("2")
    first.get_by_label("Option 1", exact=True).fill("A mirror")
    first.get_by_label("Option 2", exact=True).fill("Nothing")
    first.get_by_role("button", name="Add an option to question 1").click()
    third = first.get_by_label("Option 3", exact=True)
    expect(third).to_be_focused()
    third.fill("A lens")
    first.get_by_label("right: option 3").check()
    # By keyboard: the option that is focused goes up twice.
    third.focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(first.get_by_label("Option 1", exact=True)).to_have_value("A lens")
    expect(first.get_by_label("Option 1", exact=True)).to_be_focused()
    expect(page.get_by_role("status").last).to_have_text("Option “A lens” is now number 1 of 3.")

    page.get_by_role("button", name="Add a question").click()
    second = question(page, 2)
    expect(second.get_by_label("Question", exact=True)).to_be_focused()
    expect(page.get_by_role("status").last).to_have_text("Question 2 added.")
    second.get_by_label("Question", exact=True).fill("Its speed?")
    second.get_by_label("Answered by").select_option("Short text")
    expect(second.get_by_label("Option 1", exact=True)).not_to_be_visible()
    page.get_by_role("button", name="Make the poll").click()
    expect(page.get_by_text("Question 2: a quiz question needs a right answer.")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_focused()
    assert order(page) == ["What bends light?", "Its speed?"]
    question(page, 2).get_by_label("Right answer").first.fill("299792458")

    page.get_by_role("button", name="Add a question").click()
    expect(page.get_by_role("status").last).to_have_text("Question 3 added.")
    question(page, 3).get_by_label("Question", exact=True).fill("Describe a prism.")
    question(page, 3).get_by_label("Answered by").select_option("Long text")
    # By hand: the third question is carried above the first; by keyboard the second goes down.
    carry(page, question(page, 3).locator(".built-h [data-grip]"), -140)
    assert order(page) == ["Describe a prism.", "What bends light?", "Its speed?"]
    expect(page.get_by_role("status").last).to_have_text("Question “Describe a prism.” is now number 1 of 3.")
    question(page, 2).get_by_label("Question", exact=True).focus()
    page.keyboard.press("Alt+ArrowDown")
    assert order(page) == ["Describe a prism.", "Its speed?", "What bends light?"]
    question(page, 2).get_by_role("button", name="Move question 2 up").click()
    assert order(page) == ["Its speed?", "Describe a prism.", "What bends light?"]
    page.get_by_role("button", name="Make the poll").click()

    expect(page.get_by_text("“Light” is made, and optics can ask it.")).to_be_visible()
    poll = Poll.objects.get()
    held = in_100ms(hms_simulator, poll)
    assert (held["type"], texts(hms_simulator, poll)) == ("quiz", order_of(held))
    assert order_of(held) == ["Its speed?", "Describe a prism.", "What bends light?"]
    lens = held["questions"][2]
    assert ([one["text"] for one in lens["options"]], lens["answer"]["options"], lens["weight"]) == (
        ["A lens", "A mirror", "Nothing"],
        [1],
        2,
    )
    assert hms_simulator.world.rooms[optics.pk].polls == [poll.pk]

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Title").fill("Light, week 3")
    question(page, 2).get_by_role("button", name="Remove question 2").click()
    expect(page.get_by_role("status").last).to_have_text("Question 2 removed.")
    carry(page, question(page, 2).locator(".built-option [data-grip]").nth(2), -60)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Light, week 3")
    assert order_of(in_100ms(hms_simulator, poll)) == ["Its speed?", "What bends light?"]
    edited = in_100ms(hms_simulator, poll)["questions"][1]
    assert [one["text"] for one in edited["options"]] != ["A lens", "A mirror", "Nothing"]
    assert edited["options"][edited["answer"]["options"][0] - 1]["text"] == "A lens"

    page.get_by_role("link", name="Delete question 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()
    dialog.get_by_role("button", name="Delete question 1").click()
    expect(page.get_by_text("Question 1 is deleted.")).to_be_visible()
    assert order_of(in_100ms(hms_simulator, poll)) == ["What bends light?"]

    page.get_by_role("link", name="Duplicate").click()
    dialog.get_by_label("Title").fill("Light, group B")
    dialog.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Light, group B")
    copy = Poll.objects.get(title="Light, group B")
    assert in_100ms(hms_simulator, copy)["questions"] == in_100ms(hms_simulator, poll)["questions"]
    assert hms_simulator.world.rooms[optics.pk].polls == [poll.pk, copy.pk]


def test_a_double_press_in_a_dialog_is_one(
    visit: Visit, wanjiru: User, optics: Room, hms_simulator: SimulatedHms
) -> None:
    poll = known(hms_simulator, quiz("Light"), made_by=wanjiru)
    visitor = visit(wanjiru)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    visitor.open(f"/polls/{poll.pk}/")

    page.get_by_role("link", name="Duplicate").click()
    dialog.get_by_label("Title").fill("Light, group B")
    dialog.get_by_role("button", name="Duplicate").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("Light, group B")
    assert len(sent) == 1
    assert Poll.objects.filter(title="Light, group B").count() == 1


def order_of(held: dict[str, Any]) -> list[str]:
    return [one["text"] for one in held["questions"]]


def test_a_poll_is_built_without_scripts(
    visit: Visit, wanjiru: User, optics: Room, hms_simulator: SimulatedHms
) -> None:
    visitor = visit(wanjiru, scripts=False)
    page = visitor.page
    visitor.open("/polls/new/")

    page.get_by_label("Title").fill("How was it?")
    question(page, 1).get_by_label("Question", exact=True).fill("The pace?")
    question(page, 1).get_by_label("Option 1", exact=True).fill("Slow")
    question(page, 1).get_by_label("Option 2", exact=True).fill("Fast")
    page.get_by_role("button", name="Add a question").click()
    question(page, 2).get_by_label("Question", exact=True).fill("Anything else?")
    question(page, 2).get_by_label("Answered by").select_option("Long text")
    question(page, 2).get_by_role("button", name="Move question 2 up").click()
    page.get_by_label("Title").press("Enter")

    expect(page.get_by_text("“How was it?” is made, and optics can ask it.")).to_be_visible()
    assert texts(hms_simulator, Poll.objects.get()) == ["Anything else?", "The pace?"]


def test_who_leaves_with_something_unsaved_is_asked(
    visit: Visit, wanjiru: User, optics: Room, hms_simulator: SimulatedHms
) -> None:
    visitor = visit(wanjiru)
    page = visitor.page
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    visitor.open("/polls/new/")
    page.get_by_role("link", name="Rooms", exact=True).click()
    expect(page).to_have_url(re.compile(r"/rooms/$"))
    assert asked == []

    visitor.open("/polls/new/")
    page.get_by_label("Title").fill("Half a poll")
    page.get_by_role("link", name="Rooms", exact=True).click()

    expect(page).to_have_url(re.compile(r"/rooms/$"))
    assert asked == ["beforeunload"]


@EVERYWHERE
def test_every_page_of_polls_is_accessible_and_fits_the_screen(
    screen: str, theme: str, visit: Visit, wanjiru: User, optics: Room, hms_simulator: SimulatedHms
) -> None:
    long = "a text that goes on and on " * 12 + "withoutanyspace" * 20
    trying = [choice(long, "A", long, "ج", right=(2,)), choice("ما معنى كلمة «كتاب»؟", "كتاب", "book", right=(1, 2))]
    poll = known(hms_simulator, quiz("T" * 200, trying * 4), made_by=wanjiru)
    small = known(hms_simulator, quiz("اختبار المفردات"), made_by=wanjiru)
    hms_simulator.world.update_room(hms_simulator.world.rooms[optics.pk], {"polls": [poll.pk, small.pk]})
    known_room(hms_simulator, "other", small)
    optics.polls.set([poll, small])
    visitor = visit(wanjiru, screen, theme)
    page = visitor.page
    found: list[str] = []

    def look(where: str) -> None:
        violations = Axe().run(page).response["violations"]
        found.extend(f"{where} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider > 0:
            found.append(f"{where} is {wider} px too wide")

    for path in (
        "/polls/",
        "/polls/?q=nothing&kind=quiz",
        "/polls/new/",
        f"/polls/{small.pk}/",
        f"/polls/{poll.pk}/",
        f"/polls/{poll.pk}/edit/",
        f"/polls/{poll.pk}/questions/1/",
        f"/polls/{poll.pk}/questions/1/delete/",
        f"/polls/{poll.pk}/questions/1/options/2/",
        f"/polls/{poll.pk}/questions/1/options/1/delete/",
        f"/polls/{poll.pk}/duplicate/",
        f"/polls/{poll.pk}/link/",
        f"/polls/{poll.pk}/rooms/{optics.pk}/unlink/",
        f"/rooms/{optics.pk}/polls/",
        f"/rooms/{optics.pk}/polls/link/",
    ):
        visitor.open(path)
        look(path)
    visitor.open("/polls/new/")
    page.get_by_label("Quiz: with right answers and points").check()
    page.get_by_role("button", name="Make the poll").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("the form with errors")
    visitor.open(f"/polls/{poll.pk}/")
    page.get_by_role("link", name="Delete question 1", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look("the dialog")

    assert "\n".join(sorted(set(found))) == ""
