"""A worker on the embedded broker never meets half a message, however busy the writers are."""

from pathlib import Path
from queue import Empty
from threading import Thread
from typing import Any

import pytest
from kombu.connection import Connection

from dashboard.embedded_broker import Channel, Transport

MESSAGES = 3_000


def channel(folder: Path) -> Channel:
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
        "processed_folder": str(folder / "done"),
        "store_processed": True,
    }
    (folder / "done").mkdir(exist_ok=True)
    connection = Connection("filesystem://localhost", transport=Transport, transport_options=options)
    made: Channel = connection.channel()
    return made


@pytest.mark.slow
def test_messages_appear_whole(tmp_path: Path) -> None:
    writer, reader = channel(tmp_path), channel(tmp_path)
    # Long enough that writing one takes a while.
    body = {"body": "x" * 20_000}

    def write() -> None:
        for number in range(MESSAGES):
            writer._put("busy", {**body, "number": number})

    thread = Thread(target=write)
    thread.start()
    got: list[Any] = []
    while len(got) < MESSAGES:
        try:
            got.append(reader._get("busy")["number"])
        except Empty:
            assert thread.is_alive() or len(got) == MESSAGES or any(tmp_path.glob("*.msg"))
    thread.join()
    assert sorted(got) == list(range(MESSAGES))


def test_both_ends_may_declare_a_queue_at_once(tmp_path: Path) -> None:
    channels = [channel(tmp_path) for _ in range(8)]
    threads = [Thread(target=each._queue_bind, args=("rollcall", "rollcall", "", "rollcall")) for each in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.queue for entry in channels[0].get_table("rollcall")] == ["rollcall"]
