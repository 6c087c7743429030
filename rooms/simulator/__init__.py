"""A 100ms on this machine, for the demo and the tests. It shares no code with `rooms.hms` and knows no Django.

    python -m rooms.simulator --port 8100 --webhook-url http://127.0.0.1:8000/webhooks/100ms/ --webhook-secret S

serves all 84 operations of the contract at `/v2`, and the one of the other host, which trades room codes for
tokens, at `/auth/v2`; an api.video stands beside it at `/api-video` (`rooms.simulator.api_video`). It takes
`HMS_ACCESS_KEY` and `HMS_SECRET`, as flags too. In a test:

    world = World(SimulatedClock(start))                  # the clock is any callable giving Unix nanoseconds
    room = world.add_room("Year 9 Physics, group B")
    session = world.play(lecture(seed=1, people=500, events=50_000), room, start)
    world.events(session.id)                              # [(channel, envelope), …] as sent and listed
    world.session_object(session.id), world.truth(session.id)
    with running(world) as url: …                         # over a socket; or httpx.WSGITransport(create_app(world))

Layers, each knowing only those before it: `clock`, `identifiers`, `spans`, `checks`, `storage`; `people`, `scenarios`
(a script is a plan of stretches settled by a seed); `speech`, `texts`; `session` (a script played in a room, with
`occurrences` and `truth` both read off the script, neither off the other); `limits`, `templates`, `polls`, `codes`,
`journal`, `world`; `commands` (a session's script written anew from now on), `films`, `files`, `assets`, `jobs`,
`answers`, `quality`, `snapshots`; `faults`, `deliveries`, `webhooks`; `received`, `routes`, `table`, `recollection`,
`app`, `server`.

Links lead to real files, below `/files/` of the address where the simulator was reached (webhooks name `--address`, or
where it serves): films, sounds and pictures drawn when somebody first asks for one (PyAV and Pillow, of
requirements-demo.txt; without them 501), transcripts of what was said by those whose microphones were open, chats,
playlists. They are as large as lists and webhooks say, come whole or in part, and their links expire by the world's
clock: after a day in webhooks, or what the template says.

Worlds: `demo` (a school: last week's classes, and live ones without end), `gallery` (each scenario once, in a
room of its name, over), `empty` (one room). Past sessions come by pull only; what happens after the start also
by webhook. With `--state FILE`, what was set through the API (rooms, codes, stream keys, templates, polls) is there
again after a restart, by the same ids, and so are classes begun while it ran, as they were planned: what was commanded
in them (removals, recordings) is forgotten. Lines of that file which no longer fit are passed over, and counted.

Where the contract is silent: an unreadable or out-of-range query parameter, an unknown `start` and a dead cursor
answer 400; an empty list is `data: null`; rooms list only enabled ones unless asked (the documented default);
`limit` of an events page is the number of events on it; a peer's own (app) token gets 403; the two copies of
`beam.recording.success` have ids of their own; ending a room gives the leave reason "room ended"; a peer without
a user id has `user_id: ""` in session objects and no such key in events.

And for what can be done: commands take effect at once and their events follow a moment later. A recording's id is
the `job_id` of its webhooks, the id of its composite their `recording_id`. An order runs 3 seconds after, stops a
second after it was asked to, and its files are there 20 seconds later; it ends with its session; where none runs,
the recorder opens one and leaves after 5 minutes alone. A start in an unknown room answers 403, a start in a
disabled one 403, a stop of what is over 404. `stream-keys/…/disable` answers 201. An existing role keeps what a
change does not name; settings, destinations and recordings are replaced. A poll of `start: auto` runs in the
sessions that begin while it is linked, in the version of that moment; who may read polls and not write them answers;
only quizzes give points. An index past the last question or option is 404. Deliveries list every try, those that
got lost as timeouts. An encoder whose key or room is disabled is refused, and so is one in a room with an encoder or a
live stream. `+15550199` never answers the telephone; `World.sip = False` shuts the bridge (403).

Control, outside `/v2`, without a token, for callers on this machine only (404 to others). Bodies are JSON:

    GET    /_control/health                 200 once it serves
    GET    /_control/state                  the clock, rooms, sessions, faults, webhook counts
    GET    /_control/truth/<session_id>     who was present, and mic, camera, screen on, exactly, by the scenario; and
                                            who spoke for how long in each recording
    POST   /_control/faults                 one more fault (below); answers all of them
    GET    /_control/faults                 all faults
    DELETE /_control/faults                 none any more
    GET    /_control/requests               the last 1,000 requests to the API: method, path
    DELETE /_control/requests               forget them
    POST   /_control/clock                  {"advance_seconds": 3600} and/or {"speed": 10}
    POST   /_control/scenario               {"room": name or id, "scenario": "class", "people": 25, "duration": 3000,
                                            "compress": 10, "seed": …, and what else the scenario takes}: now;
                                            409 while a session runs there
    POST   /_control/join                   {"code", "name", "user_id", "seconds": 600}: somebody joins by a room code
    POST   /_control/jobs/<job_id>          {"error": "UPLOAD_ERROR"}, {"reason": "room ended"}, {"stuck": true} or
                                            {"unread": ["summary_json"]} befalls a recording or a stream
    POST   /_control/composite              {"room", "error": "CLOUD_ACCESS_ERROR"}: the media server's own recording
    POST   /_control/encoder                {"key" or "room", "seconds": 600, "recorded": true}: an encoder connects, or
                                            it is told why not
    POST   /_control/encoder/disconnect     {"room", "error", "reason"}: it goes
    GET    /_control/messages/<session_id>  what was sent into a session: messages, timed metadata
    POST   /_control/webhooks/flush         {"timeout": 30}: send all that waits, retries too, and wait for it
    POST   /_control/webhooks/send          {"session_id": id or "all", "replay": true, "shuffle": false, "copies": 1}:
                                            all webhooks so far once more; a replay has `is_replay` and the lost ones
    POST   /_control/webhooks/target        {"url", "secret", "header"}: from now on go there; no url: nowhere

Faults of answers: {"status": 400…504, "message", "details", "retry_after": 2, "header": false},
{"cut": "before"|"middle"}, {"hang": 30}, {"slow": 1.5}; with "path" (default "/v2/*"), "method", "times" (default 1,
null for all), "after" (so many pass first) and "done" (whether it happens all the same); see `routes.control`.
`retry_after` is named in the message, as documented; "header" adds Retry-After. Faults of webhooks:
{"webhooks": {"stopped": true, "lose": 0.2, "repeat": 1, "reorder_seconds": 5}}, each kept until changed.
"""
