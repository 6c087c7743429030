"""Who gets what, for every URL of the product: a table, and a test that nothing is missing from it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from rooms import audit
from rooms.actors import SCHEDULE
from rooms.mirrors import templates
from rooms.mirrors.room_codes import reference
from rooms.models import HandedOutRole, Poll, Room, RoomCode
from tests.dashboard import classes, recorded
from tests.dashboard.viewings import linked, watching
from webhooks.models import Delivery

HERE, GONE, SIGN_IN, MOVED, REFUSED, NOT_SO = 200, 404, 302, 302, 403, 405


class Answers(NamedTuple):
    """What each of the cast gets: `stranger` has no group, `other_teacher` and `observer` are members too."""

    anonymous: int
    stranger: int
    other_teacher: int
    observer: int
    teacher: int
    ops: int


class Row(NamedTuple):
    """A URL, by the methods it takes. A form is read, and sent empty."""

    get: Answers | None = None
    post: Answers | None = None

    @property
    def asked(self) -> dict[str, Answers]:
        return {method: answers for method, answers in self._asdict().items() if answers}


MEMBERS = Answers(SIGN_IN, GONE, HERE, HERE, HERE, HERE)
ROOM = Answers(SIGN_IN, GONE, GONE, HERE, HERE, HERE)
ASKERS = Answers(SIGN_IN, GONE, HERE, GONE, HERE, HERE)
TEACHER = Answers(SIGN_IN, GONE, GONE, GONE, HERE, HERE)
OPS = Answers(SIGN_IN, GONE, GONE, GONE, GONE, HERE)
OPS_MOVED = Answers(SIGN_IN, GONE, GONE, GONE, GONE, MOVED)
TEACHER_MOVED = Answers(SIGN_IN, GONE, GONE, GONE, MOVED, MOVED)

OF_MEMBERS = Row(get=MEMBERS)
OF_THE_ROOM = Row(get=ROOM)
OF_ITS_TEACHER = Row(get=TEACHER)
OF_OPS = Row(get=OPS)
FORM_OF_OPS = Row(get=OPS, post=OPS)  # sent empty it comes back with what is wrong
FORM_OF_ITS_TEACHER = Row(get=TEACHER, post=TEACHER)
COMMAND_OF_OPS = Row(post=OPS_MOVED)
COMMAND_OF_ITS_TEACHER = Row(post=TEACHER_MOVED)
ANYBODY = Answers(HERE, HERE, HERE, HERE, HERE, HERE)
MEMBERS_MOVED = Answers(SIGN_IN, GONE, MOVED, MOVED, MOVED, MOVED)
OF_NOBODY = Answers(SIGN_IN, MOVED, MOVED, MOVED, MOVED, MOVED)
OF_MACHINES = Row(get=ANYBODY)
# What htmx asks for; opened by hand it leads to the page it is a part of.
PART_OF_THE_ROOM = Row(get=Answers(SIGN_IN, GONE, GONE, MOVED, MOVED, MOVED))

TABLE = {
    "home": OF_MEMBERS,
    "search": OF_MEMBERS,
    "rooms": OF_MEMBERS,
    "rooms_csv": OF_MEMBERS,
    "room": OF_THE_ROOM,
    "room_settings": Row(get=ROOM, post=OPS),
    "rooms_import": FORM_OF_OPS,
    "rooms_import_run": Row(post=OPS),
    "rooms_import_sample": OF_OPS,
    "rooms_enable": FORM_OF_OPS,
    "rooms_disable": FORM_OF_OPS,
    "room_new": FORM_OF_OPS,
    "room_name_check": OF_OPS,
    "room_compare": OF_OPS,
    "room_take_over": COMMAND_OF_OPS,
    "room_enable": COMMAND_OF_OPS,
    "room_disable": FORM_OF_OPS,
    "room_clone": FORM_OF_OPS,
    "room_codes": OF_ITS_TEACHER,
    "room_codes_csv": OF_ITS_TEACHER,
    "room_codes_sheet": OF_ITS_TEACHER,
    "room_codes_make": COMMAND_OF_OPS,
    # Sent empty it names no role, and says so on the page it leads to.
    "room_code_make": COMMAND_OF_ITS_TEACHER,
    "room_codes_hand_out": COMMAND_OF_OPS,
    "room_code": OF_ITS_TEACHER,
    "room_code_qr": OF_ITS_TEACHER,
    "room_code_enable": FORM_OF_OPS,
    "room_code_disable": FORM_OF_OPS,
    "room_code_token": FORM_OF_OPS,
    "room_stream_key": OF_OPS,
    "stream_key_create": COMMAND_OF_OPS,
    # Its answer shows the key, or why not.
    "stream_key_reveal": Row(post=OPS),
    "stream_key_disable": FORM_OF_OPS,
    "live_tv": OF_OPS,
    "room_live": OF_THE_ROOM,
    "room_live_now": PART_OF_THE_ROOM,
    "room_live_peer": FORM_OF_ITS_TEACHER,
    "room_live_message": FORM_OF_ITS_TEACHER,
    "room_live_remove": FORM_OF_ITS_TEACHER,
    "room_live_end": FORM_OF_ITS_TEACHER,
    "room_jobs": OF_THE_ROOM,
    "room_jobs_panel": PART_OF_THE_ROOM,
    # Nothing could be read here, so it leads to the page that says so.
    "room_jobs_csv": Row(get=TEACHER_MOVED),
    "recording_start": FORM_OF_ITS_TEACHER,
    "recordings_stop": FORM_OF_ITS_TEACHER,
    "recording_pause": COMMAND_OF_ITS_TEACHER,
    "recording_resume": COMMAND_OF_ITS_TEACHER,
    "recording": OF_THE_ROOM,
    "recording_stop": FORM_OF_ITS_TEACHER,
    "live_stream_start": FORM_OF_ITS_TEACHER,
    "live_streams_stop": FORM_OF_ITS_TEACHER,
    "live_stream": OF_THE_ROOM,
    "live_stream_stop": FORM_OF_ITS_TEACHER,
    "live_stream_pause": COMMAND_OF_ITS_TEACHER,
    "live_stream_resume": COMMAND_OF_ITS_TEACHER,
    "live_stream_metadata": FORM_OF_ITS_TEACHER,
    "external_stream_start": FORM_OF_ITS_TEACHER,
    "external_streams_stop": FORM_OF_ITS_TEACHER,
    "external_stream": OF_THE_ROOM,
    "external_stream_stop": FORM_OF_ITS_TEACHER,
    "recordings": OF_MEMBERS,
    # Who began them is in it, so it leaves the house with who may take such things out.
    "recordings_csv": Row(get=ASKERS),
    "recordings_check": OF_MEMBERS,
    "recording_keep": COMMAND_OF_OPS,
    "recording_page": OF_THE_ROOM,
    # Opened by hand it leads to the page it is a part of.
    "recording_text": Row(get=TEACHER_MOVED),
    "recording_text_read": COMMAND_OF_ITS_TEACHER,
    "recording_captions": OF_ITS_TEACHER,
    # Theirs by what we know of the file; the link is 100ms's to make, which does not answer here.
    "recording_asset_play": Row(get=Answers(SIGN_IN, GONE, GONE, GONE, 503, 503)),
    # Whose room a file is of is known by 100ms alone, which does not answer here: so nobody gets it.
    "recording_asset": Row(get=Answers(SIGN_IN, GONE, 503, GONE, 503, 503)),
    "recording_viewers": OF_THE_ROOM,
    "recording_viewers_csv": OF_ITS_TEACHER,
    "recording_viewers_ask": COMMAND_OF_ITS_TEACHER,
    "recording_viewer": OF_THE_ROOM,
    "viewing": OF_THE_ROOM,
    # Who may play it may report what was watched of it; sent empty it is no report.
    "viewing_report": Row(post=Answers(SIGN_IN, GONE, GONE, GONE, 400, 400)),
    "recording_video": FORM_OF_OPS,
    # Sent empty it does what it asks for.
    "recording_video_unlink": Row(get=OPS, post=OPS_MOVED),
    "streams": OF_MEMBERS,
    # Names of who started them leave the house with it.
    "streams_csv": Row(get=Answers(SIGN_IN, GONE, HERE, GONE, HERE, HERE)),
    "stream": OF_THE_ROOM,
    "room_templates": OF_OPS,
    "room_templates_csv": OF_OPS,
    "room_template_new": FORM_OF_OPS,
    "room_template_import": FORM_OF_OPS,
    "room_template": OF_OPS,
    "room_template_refresh": COMMAND_OF_OPS,
    "room_template_settings": FORM_OF_OPS,
    "room_template_recordings": FORM_OF_OPS,
    "room_template_role_new": FORM_OF_OPS,
    "room_template_role": FORM_OF_OPS,
    "room_template_role_delete": FORM_OF_OPS,
    "room_template_destination_new": FORM_OF_OPS,
    "room_template_destination": FORM_OF_OPS,
    "room_template_destination_delete": FORM_OF_OPS,
    "room_template_json": FORM_OF_OPS,
    "room_template_export": OF_OPS,
    "room_template_versions": OF_OPS,
    "room_template_version": OF_OPS,
    "room_template_restore": FORM_OF_OPS,
    "sessions": OF_MEMBERS,
    "sessions_csv": OF_MEMBERS,
    "session": OF_THE_ROOM,
    "session_live": PART_OF_THE_ROOM,
    "session_card": PART_OF_THE_ROOM,
    "session_activity_csv": OF_ITS_TEACHER,
    "session_activity_xlsx": OF_ITS_TEACHER,
    "peer": OF_THE_ROOM,
    "peer_quality": OF_THE_ROOM,
    "people": OF_MEMBERS,
    # Students' data leave the house with it: not for who only observes.
    "people_csv": Row(get=Answers(SIGN_IN, GONE, HERE, GONE, HERE, HERE)),
    "person": OF_THE_ROOM,
    "session_polls": OF_THE_ROOM,
    "session_polls_ask": COMMAND_OF_ITS_TEACHER,
    "poll_answers": OF_THE_ROOM,
    "poll_answer": OF_THE_ROOM,
    "poll_answer_now": OF_ITS_TEACHER,
    "poll_score": OF_ITS_TEACHER,
    "poll_score_now": OF_ITS_TEACHER,
    "poll_source": OF_THE_ROOM,
    "poll_run_csv": OF_ITS_TEACHER,
    "poll_run_xlsx": OF_ITS_TEACHER,
    "poll_results": OF_THE_ROOM,
    "poll_results_csv": OF_ITS_TEACHER,
    "poll_results_ask": COMMAND_OF_ITS_TEACHER,
    "polls": OF_MEMBERS,
    "polls_csv": OF_MEMBERS,
    "poll": OF_THE_ROOM,
    # Any teacher may make one, for a room of theirs.
    "poll_new": Row(get=ASKERS, post=ASKERS),
    "poll_edit": FORM_OF_ITS_TEACHER,
    "poll_duplicate": FORM_OF_ITS_TEACHER,
    "poll_link": FORM_OF_ITS_TEACHER,
    "poll_unlink": FORM_OF_ITS_TEACHER,
    "poll_refresh": COMMAND_OF_ITS_TEACHER,
    "poll_put_away": COMMAND_OF_ITS_TEACHER,
    "poll_bring_back": COMMAND_OF_ITS_TEACHER,
    "poll_question": FORM_OF_ITS_TEACHER,
    "poll_question_delete": FORM_OF_ITS_TEACHER,
    "poll_option": FORM_OF_ITS_TEACHER,
    "poll_option_delete": FORM_OF_ITS_TEACHER,
    "room_polls": OF_THE_ROOM,
    "room_poll_link": FORM_OF_ITS_TEACHER,
    "deliveries": OF_OPS,
    "deliveries_csv": OF_OPS,
    "webhooks_sent": OF_OPS,
    "webhooks_sent_csv": OF_OPS,
    "webhooks_sent_replay": FORM_OF_OPS,
    "webhook_replay": OF_OPS,
    "delivery": OF_OPS,
    "delivery_requeue": COMMAND_OF_OPS,
    "deliveries_requeue": COMMAND_OF_OPS,
    "delivery_set_aside": COMMAND_OF_OPS,
    "deliveries_set_aside": Row(get=OPS, post=OPS_MOVED),
    "access": OF_OPS,
    "access_csv": OF_OPS,
    "access_import": FORM_OF_OPS,
    "member": OF_OPS,
    "member_give": FORM_OF_OPS,
    "member_id_in_class": Row(get=OPS, post=OPS_MOVED),
    "member_take": Row(get=OPS, post=OPS_MOVED),
    "room_access": OF_OPS,
    "room_give": FORM_OF_OPS,
    "mirror_now": COMMAND_OF_OPS,
    "audit": OF_OPS,
    "audit_csv": OF_OPS,
    "audit_check": OF_OPS,
    "audit_entry": OF_OPS,
    "login": Row(get=Answers(HERE, MOVED, MOVED, MOVED, MOVED, MOVED)),
    "logout": Row(post=Answers(MOVED, MOVED, MOVED, MOVED, MOVED, MOVED)),
    "password_change": Row(get=Answers(SIGN_IN, HERE, HERE, HERE, HERE, HERE)),
    # Whose password was right is not signed in yet; nobody here has come that far.
    "sign_in_code": Row(get=OF_NOBODY, post=OF_NOBODY),
    "account": OF_MEMBERS,
    "second_factor": Row(get=MEMBERS, post=MEMBERS),
    # Nobody here has one.
    "recovery_codes": Row(get=MEMBERS_MOVED, post=MEMBERS_MOVED),
    "second_factor_off": Row(get=MEMBERS_MOVED, post=MEMBERS_MOVED),
    "password_reset": Row(get=ANYBODY, post=ANYBODY),
    "password_reset_done": Row(get=ANYBODY),
    "password_reset_confirm": Row(get=ANYBODY),  # with a token of no worth
    "password_reset_complete": Row(get=ANYBODY),
    "healthz": OF_MACHINES,
    # Whether the machine is ready is said to whoever asks; here no worker has ever ticked.
    "readyz": Row(get=Answers(503, 503, 503, 503, 503, 503)),
    # The secret header decides, and nobody here sends it.
    "webhooks:100ms": Row(post=Answers(REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED)),
}
WHO = Answers._fields


# Django's own forms, which take a PUT for a POST.
OF_DJANGO = {"login", "logout", "password_change", "sign_in_code", "password_reset", "password_reset_confirm"}


def named(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from named(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name or ''}", pattern


@pytest.fixture(autouse=True)
def nobody_answers(settings: Settings) -> None:
    """100ms is not there: who may is decided before it is asked."""
    settings.HMS_API_URL, settings.HMS_RETRIES = "http://127.0.0.1:9/v2", 0


@pytest.fixture
def clients(
    signed_in: Callable[[User], Client], mallory: User, sam: User, olive: User, wanjiru: User, ikram: User
) -> dict[str, Client]:
    return {
        "anonymous": Client(),
        "stranger": signed_in(mallory),
        "other_teacher": signed_in(sam),
        "observer": signed_in(olive),
        "teacher": signed_in(wanjiru),
        "ops": signed_in(ikram),
    }


@pytest.fixture
def ids(physics: Room) -> dict[str, Any]:
    held = classes.session(physics)
    number = audit.note(SCHEDULE, "room.update", audit.of_room(physics)).pk
    audit.note(SCHEDULE, "webhook_replay.start", audit.Target("webhook_replay", "replay-1"))
    peer = held.peers.get()
    code = RoomCode.objects.create(code="wpi-srjb-wer", room=physics, role="student")
    HandedOutRole.objects.create(room=physics, role="student")
    poll = Poll.objects.create(id="655bffeecd34739a72637305", title="Light")
    physics.polls.add(poll)
    run = classes.quiz(held, poll.pk)
    stream = classes.stream(held, id="642531cf94091a5af841456e")
    lesson = {"id": "lesson", "name": "Lesson", "roles": {"student": {}}, "settings": {}}
    templates.write([{**lesson, "destinations": {"rtmpDestinations": {"tv": {"name": "tv"}}}}], at=timezone.now())
    made = recorded.recording(held, 3, id="browser-642531cf94091a5af841456d", job_id="642531cf94091a5af841456d")
    recorded.asset(made, id="6425320e94091a5af841456f")
    recorded.transcript(made, id="6425320e94091a5af8414570")
    viewing = watching(linked(made), "ada", (0, 60))
    return {
        "recording_id": made.pk,
        "video_id": viewing.video.video_id,
        "viewing_id": viewing.pk,
        "key": "ada",
        "stream_id": stream.pk,
        "asset_id": "6425320e94091a5af841456f",
        "template_id": "lesson",
        "role": "student",
        "destination_kind": "rtmpDestinations",
        "destination": "tv",
        "version": 1,
        "room_id": physics.pk,
        "session_id": held.pk,
        "peer_id": peer.pk,
        "user_id": peer.user_id,
        "number": number,
        "workflow_id": "replay-1",
        "poll_id": poll.pk,
        "response_id": run.responses.all()[0].response_id,
        "result_id": run.scores.all()[0].result_id,
        "question": 1,
        "index": 1,
        "reference": reference(code.code),
        "username": "wanjiru",
        "kind": "rooms",
        "text_kind": "transcript",
        "uidb64": "MQ",
        "token": "none",
        "delivery_id": classes.delivery(Delivery.State.DEAD).pk,
    }


def test_every_url_is_in_the_table() -> None:
    patterns = list(named(get_resolver().url_patterns))
    known = {pattern.callback for name, pattern in patterns if name in TABLE}

    missing = [
        str(pattern.pattern) for name, pattern in patterns if name not in TABLE and pattern.callback not in known
    ]

    assert missing == []
    assert set(TABLE) <= {name for name, _ in patterns}


def address(name: str, ids: dict[str, Any]) -> str:
    (pattern,) = [pattern for known, pattern in named(get_resolver().url_patterns) if known == name]
    return reverse(name, kwargs={key: ids[key] for key in pattern.pattern.converters})


@pytest.mark.parametrize(("name", "method"), [(name, method) for name, row in TABLE.items() for method in row.asked])
def test_who_gets_what(name: str, method: str, clients: dict[str, Client], ids: dict[str, Any]) -> None:
    expected, url = TABLE[name].asked[method], address(name, ids)

    answers = {who: getattr(client, method)(url) for who, client in clients.items()}

    assert {who: answer.status_code for who, answer in answers.items()} == expected._asdict()
    if expected.anonymous == SIGN_IN and name != "logout":
        assert answers["anonymous"]["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", [name for name in TABLE if name not in OF_DJANGO])
def test_no_url_takes_a_method_it_was_not_made_for(name: str, clients: dict[str, Client], ids: dict[str, Any]) -> None:
    """Who has no business there learns no more than by asking rightly; members are told it is not done this way."""
    asked, url = TABLE[name].asked, address(name, ids)
    expected = next(iter(asked.values()))
    # A member to whom it is not there may be told so before the method is looked at, or after it.
    right = {who: {NOT_SO, GONE} if answer == GONE else {NOT_SO} for who, answer in expected._asdict().items()}
    if expected.anonymous == SIGN_IN:
        right |= {"anonymous": {SIGN_IN}, "stranger": {GONE}}
        if expected.teacher == GONE:
            right |= {who: {GONE} for who in ("other_teacher", "observer", "teacher")}

    for method in {"get", "post", "put", "patch", "delete"} - set(asked):
        answers = {who: getattr(client, method)(url).status_code for who, client in clients.items()}
        assert {who: answer for who, answer in answers.items() if answer not in right[who]} == {}, method

    assert Delivery.objects.get(pk=ids["delivery_id"]).state == Delivery.State.DEAD


@pytest.mark.parametrize(
    "path",
    [
        "rooms/{physics}-none/",
        "sessions/none/",
        "sessions/none/peers/{peer_id}/",
        "sessions/{session_id}/peers/none/",
        "people/nobody/",
        "deliveries/99999999/",
        "rooms/a%00b/",
        "sessions/a%00b/",
        "people/a%00b/",
    ],
)
def test_what_is_not_there_looks_like_what_is_not_yours(
    path: str, clients: dict[str, Client], ids: dict[str, Any], physics: Room
) -> None:
    url = "/" + path.format(physics=physics.pk, **ids)

    answers = {who: client.get(url).status_code for who, client in clients.items()}

    assert answers == {who: SIGN_IN if who == "anonymous" else GONE for who in WHO}


def test_a_stay_is_reached_through_its_own_session_only(
    ids: dict[str, Any], physics: Room, clients: dict[str, Client]
) -> None:
    other = classes.session(physics)

    assert clients["ops"].get(f"/sessions/{other.pk}/peers/{ids['peer_id']}/").status_code == GONE


@pytest.mark.parametrize(
    "url", ["/admin/", "/admin/analytics/event/", "/admin/auth/user/", "/admin/webhooks/delivery/"]
)
def test_the_admin_is_for_ops_alone(url: str, clients: dict[str, Client]) -> None:
    assert clients["ops"].get(url).status_code == HERE
    for who in WHO:
        if who == "ops":
            continue
        answer = clients[who].get(url)

        assert answer.status_code == SIGN_IN, who
        assert answer["Location"].startswith("/admin/login/"), who


def urls_of_the_admin(patterns: list[URLPattern | URLResolver], before: str = "/admin/") -> Iterator[str]:
    """Every address of the admin, its ids filled in with some."""
    for pattern in patterns:
        route = str(pattern.pattern).removeprefix("^").removesuffix("$")
        route = re.sub(r"\(\?P<\w+>(\w*)[^)]*\)", r"\1", route)  # of choices the first
        route = before + re.sub(r"<(\w+:)?\w+>", "1", route)
        if isinstance(pattern, URLResolver):
            yield from urls_of_the_admin(pattern.url_patterns, route)
        else:
            yield route


def test_every_url_of_the_admin_asks_anybody_but_ops_to_sign_in(clients: dict[str, Client]) -> None:
    (site,) = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "namespace", "") == "admin"]
    assert isinstance(site, URLResolver)
    urls = sorted(set(urls_of_the_admin(site.url_patterns)) - {"/admin/login/", "/admin/logout/"})
    assert {"/admin/", "/admin/webhooks/delivery/1/change/", "/admin/auth/user/1/password/"} <= set(urls)

    let_in = [
        (who, method, url)
        for who in WHO
        if who not in ("other_teacher", "observer", "ops")
        for url in urls
        for method in ("get", "post")
        if not getattr(clients[who], method)(url).headers.get("Location", "").startswith("/admin/login/")
    ]

    assert let_in == []


@pytest.mark.parametrize("url", ["/", "/sessions/", "/deliveries/"])
def test_a_live_part_asks_for_the_whole_page_when_the_sign_in_ran_out(url: str, db: None) -> None:
    answer = Client().get(url, headers={"HX-Request": "true", "HX-Target": "rows"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    "url", ["/", "/sessions/", "/rooms/", "/people/", "/search/?q=Ada", "/sessions.csv", "/people.csv"]
)
def test_a_teacher_sees_nothing_of_other_rooms(
    url: str, clients: dict[str, Client], chemistry: Room, physics: Room
) -> None:
    classes.session(physics, pupils=[classes.Pupil("Ada Physics", "ada-physics")], failures=1)
    classes.session(chemistry, pupils=[classes.Pupil("Ada Chemistry", "ada-chemistry")], failures=1)
    classes.session(chemistry, pupils=[classes.Pupil("Ada Now", "ada-now")], length=None)

    answer = clients["teacher"].get(url)
    shown = b"".join(answer).decode() if answer.streaming else answer.content.decode()

    assert "Ada Chemistry" not in shown
    assert "ada-now" not in shown
    assert chemistry.name not in shown
    assert chemistry.pk not in shown


def test_a_person_seen_in_two_rooms_shows_a_teacher_their_own_room_only(
    clients: dict[str, Client], chemistry: Room, physics: Room
) -> None:
    mine = classes.session(physics, pupils=[classes.Pupil("Ada", "both")])
    theirs = classes.session(chemistry, pupils=[classes.Pupil("Ada of Chemistry", "both")], ago=timedelta(hours=1))

    shown = clients["teacher"].get("/people/both/").content.decode()
    listed = clients["teacher"].get("/people/").content.decode()

    assert mine.pk in shown
    assert theirs.pk not in shown
    assert "Ada of Chemistry" not in shown + listed


def test_someone_whose_account_is_closed_is_signed_out(wanjiru: User, clients: dict[str, Client]) -> None:
    wanjiru.is_active = False
    wanjiru.save()

    assert clients["teacher"].get("/").status_code == SIGN_IN
