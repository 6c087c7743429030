"""The workspace as it stands at the clock's moment: rooms, templates and the sessions played in them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rooms.simulator.api_video.library import Library
from rooms.simulator.clock import DAY, Clock, SimulatedClock
from rooms.simulator.codes import Entrances
from rooms.simulator.identifiers import object_id, uuid
from rooms.simulator.journal import Journal, Recollection
from rooms.simulator.polls import Poll
from rooms.simulator.refusals import Refused, bad_body
from rooms.simulator.room import Room, Workspace
from rooms.simulator.scenarios import SCENARIOS, Script
from rooms.simulator.scenarios.automatic import starting_by_itself
from rooms.simulator.scenarios.script import Notice
from rooms.simulator.session import Session
from rooms.simulator.storage import A_DAY, Storage
from rooms.simulator.templates import Template, recordings_of, roles_of
from rooms.simulator.truth import PersonTruth

FOUNDED = 1_704_096_000_000_000_000  # 2024-01-01T08:00:00Z: ids of rooms must not depend on today


class World:
    """`clock` gives Unix nanoseconds; all ids follow from `seed`. Safe to use from several threads.

    With a `journal`, sessions begun by name (`perform`) and what is set through the API are written down, and come back
    at the next start (`recollection`).
    """

    def __init__(self, clock: Clock | None = None, *, seed: int = 1, journal: Journal | None = None) -> None:
        self.clock: Clock = clock or SimulatedClock()
        self._still = threading.local()
        self.seed = seed
        storage = Storage(uuid("storage", seed), self._presigned_for)
        self.workspace = Workspace(
            object_id(FOUNDED, seed, "account"), object_id(FOUNDED, seed, "application"), storage
        )
        self.rooms: dict[str, Room] = {}
        self.templates: dict[str, Template] = {}
        self.sessions: dict[str, Session] = {}
        self.asides: dict[str, Session] = {}  # what was told of a room and belongs to no session
        self.polls: dict[str, Poll] = {}
        self.unfolding: Callable[[int], None] | None = None  # begins what is due; see demo.Rota
        self.sip = True  # whether the account is let into the telephone bridge
        self.journal = journal
        self.recalled = Recollection()
        self.lock = threading.RLock()
        self.entrances = Entrances(self)
        self.library = Library(self.now, seed)

    def now(self) -> int:
        """Unix nanoseconds."""
        moment: int | None = getattr(self._still, "moment", None)
        return self.clock() if moment is None else moment

    @contextmanager
    def standing_still(self, *, at: int | None = None) -> Iterator[int]:
        """For this thread the clock stands, now or `at` another moment: what is done in the block is done at once."""
        before: int | None = getattr(self._still, "moment", None)
        self._still.moment = self.now() if at is None else at
        try:
            yield self._still.moment
        finally:
            self._still.moment = before

    # Files

    def reached_at(self, address: str) -> None:
        """Links that webhooks name lead to this address from now on: `http://host:port`."""
        with self.lock:
            self.workspace.storage.address = address.rstrip("/")
            for session in self.sessions.values():
                session.rewrite(session.script)

    def _presigned_for(self, template_id: str) -> int:
        """Seconds that the links of webhooks hold: what the template says, else a day."""
        template = self.templates.get(template_id)
        configs = (
            [*template.recordings, *(template.destinations.get("browserRecordings") or {}).values()] if template else []
        )
        return next((int(one["presignDuration"]) for one in configs if one.get("presignDuration")), A_DAY)

    # Rooms and templates

    def add_template(self, name: str) -> Template:
        """One of the school's templates (`roles_of` knows them); the first is the workspace's default."""
        created = FOUNDED + len(self.templates) * DAY
        template = Template(
            object_id(created, self.seed, "template", name),
            name,
            self.workspace,
            roles_of(name),
            created,
            default=not self.templates,
            recordings=recordings_of(name),
        )
        self.templates[template.id] = template
        return template

    def add_poll(self, body: dict[str, Any], created: int | None = None) -> Poll:
        """A poll or quiz as the API takes it; with `created`, one that has been there since."""
        moment = self.now() if created is None else created
        poll = Poll(object_id(moment, self.seed, "poll", len(self.polls)))
        poll.rewrite(body, moment)
        self.polls[poll.id] = poll
        return poll

    def add_room(self, name: str, template: str = "Class", **facts: Any) -> Room:
        """A room that has always been there; its id follows from seed and name."""
        of = next((one for one in self.templates.values() if one.name == template), None)
        of = of or self.add_template(template)
        created = FOUNDED + 30 * DAY + len(self.rooms) * DAY
        room_id = object_id(created, self.seed, "room", name)
        room = Room(room_id, name, self.workspace, of.id, of.name, created, **facts)
        if room.polls:
            room.linked.append((created, tuple(room.polls)))
        with self.lock:
            self.rooms[room.id] = room
        return room

    def create_room(self, body: dict[str, Any]) -> Room:
        """Create, or overwrite the one of that name, case ignored (contract, create_room)."""
        changes = dict(body)
        template_id = changes.pop("template_id", None)
        with self.lock:
            if template_id and template_id not in self.templates:
                raise Refused(400, "Error: template not found")
            if not self.templates:
                self.add_template("Class")
            template = self.templates[template_id] if template_id else self.default_template()
            name = changes.pop("name", None) or uuid("room", self.now(), len(self.rooms))
            room = next((one for one in self.rooms.values() if one.name.lower() == name.lower()), None)
            if room is None:
                now = self.now()
                new = object_id(now, self.seed, "room made", name, now, len(self.rooms))
                room = Room(new, name, self.workspace, template.id, template.name, now, updated=now)
                self.rooms[room.id] = room
            elif template_id:
                room.template_id, room.template = template.id, template.name
            return self._change(room, changes)

    def update_room(self, room: Room, body: dict[str, Any]) -> Room:
        """Change the fields given; the others stay. Raises Refused when the name is another room's."""
        with self.lock:
            wanted = str(body.get("name", room.name)).lower()
            if any(one.name.lower() == wanted for one in self.rooms.values() if one is not room):
                raise bad_body("Invalid body param: name belongs to another room")
            return self._change(room, body)

    def _change(self, room: Room, changes: dict[str, Any]) -> Room:
        for field, value in changes.items():
            setattr(room, field, value)
        if "polls" in changes:
            room.linked.append((self.now(), tuple(changes["polls"])))
        if room.region == "auto":
            region = str(self.templates[room.template_id].all_settings()["region"])
            room.region = "eu" if region == "auto" else region
        room.updated = self.now()
        return room

    # Sessions

    def play(self, script: Script, room: Room | str, start: int | None = None, *, compress: float = 1.0) -> Session:
        """Play a script in a room from `start` (now if absent). Raises Refused while another session runs there."""
        place = room if isinstance(room, Room) else self.room(room)
        with self.lock:
            session = Session(
                place,
                starting_by_itself(script, self.templates[place.template_id]),
                self.now() if start is None else start,
                number=len(self.sessions),
                compress=compress,
            )
            if self.busy(place, session.start, session.end):
                raise Refused(409, "the room has a session at that time")
            self.sessions[session.id] = session
            return session

    def tell(self, room: Room, notice: Notice) -> Session:
        """Something of a room that belongs to no session, told a moment from now."""
        with self.lock:
            script = Script(f"aside {len(self.asides)}", 0, (), (notice,), aside=True)
            aside = Session(room, script, self.now(), number=len(self.sessions))
            self.asides[aside.id] = aside
            return aside

    def perform(
        self, scenario: str, room: Room, start: int | None = None, *, compress: float = 1.0, **how: Any
    ) -> Session:
        """Play a scenario by its name, and remember to do so again at the next start.

        `how` goes to the scenario and must be what JSON can hold; its seed, unless given, follows from the world's
        seed, the room and the start.
        Raises Refused for an unknown scenario or parameter, and in a disabled room.
        """
        if not room.enabled:
            raise Refused(409, "the room is disabled")
        if scenario not in SCENARIOS:
            raise bad_body(f"no such scenario: {scenario}", f"known: {', '.join(SCENARIOS)}")
        begin = self.now() if start is None else start
        seed = how.pop("seed", None) or f"{self.seed}/{room.id}/{begin}"
        try:
            script = SCENARIOS[scenario](seed, **how)
        except (TypeError, ValueError) as problem:
            raise bad_body(str(problem)) from problem
        session = self.play(script, room, begin, compress=compress)
        if self.journal is not None:
            entry = {"scenario": scenario, "room": room.id, "start": begin, "compress": compress, "seed": seed}
            self.journal.write({**entry, "how": how})
        return session

    def busy(self, room: Room, start: int, end: int) -> bool:
        """Whether a session runs in the room at any moment of `[start, end]`."""
        with self.lock:
            return any(one.room is room and one.start <= end and start <= one.end for one in self.sessions.values())

    def unfold(self) -> None:
        """Begin what is due by now; the demo world's timetable hangs on it."""
        if self.unfolding is not None:
            with self.lock:
                self.unfolding(self.now())

    # Reading

    def room(self, room_id: str) -> Room:
        """Raises Refused (404) when there is none."""
        try:
            return self.rooms[room_id]
        except KeyError:
            raise Refused(404, "Room not found") from None

    def default_template(self) -> Template:
        """The one for rooms that name none; where none is marked, the oldest."""
        return next((one for one in self.templates.values() if one.default), next(iter(self.templates.values())))

    def template(self, template_id: str) -> Template:
        """Raises Refused (404) when there is none."""
        try:
            return self.templates[template_id]
        except KeyError:
            raise Refused(404, "template not found") from None

    def session(self, session_id: str) -> Session:
        """A session that has begun. Raises Refused (404) when there is none."""
        session = self.sessions.get(session_id)
        if session is None or session.start > self.now():
            raise Refused(404, "Session not found")
        return session

    def begun(self, room_id: str | None = None) -> list[Session]:
        """Sessions that have begun, newest first, of one room or all."""
        now = self.now()
        with self.lock:
            found = [one for one in self.sessions.values() if one.start <= now and room_id in (None, one.room.id)]
        return sorted(found, key=lambda one: (one.start, one.id), reverse=True)

    def running(self, room_id: str) -> Session:
        """The session running in a room. Raises Refused (404) when none is."""
        now = self.now()
        session = next((one for one in self.begun(room_id) if one.active(now)), None)
        if session is None:
            raise Refused(404, "active session not found")
        return session

    def session_object(self, session_id: str) -> dict[str, Any]:
        """The session as GET /sessions/{session_id} answers it."""
        return self.session(session_id).as_object(self.now())

    def truth(self, session_id: str) -> list[PersonTruth]:
        """What truly happened, from the scenario and not from events, up to now (module `truth`)."""
        return self.session(session_id).truth(self.now())

    def events(
        self, session_id: str, *, lost: bool = False, until: int | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        """`(channel, envelope)` of all that was sent by webhook or listed by analytics so far, oldest first.

        `lost` adds the webhooks that never arrive; `until` (Unix nanoseconds) looks to another moment than now.
        """
        session = self.sessions.get(session_id) or self.asides[session_id]
        moment = self.now() if until is None else until
        return [
            (one.channel, one.envelope(self.workspace))
            for one in session.occurrences
            if one.at <= moment and (lost or not one.lost)
        ]

    def unsettled(self, since: int) -> list[Session]:
        """Sessions that something was, or will be, heard of after `since`, by webhook or otherwise."""
        with self.lock:
            every = (*self.sessions.values(), *self.asides.values())
            return [one for one in every if one.settled > since]
