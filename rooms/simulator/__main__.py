"""`python -m rooms.simulator`: the simulated 100ms as a process of its own; SIGTERM or Ctrl-C ends it."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

from rooms.simulator.api_video.routes import KEY as API_VIDEO_KEY
from rooms.simulator.app import ACCESS_KEY, SECRET
from rooms.simulator.clock import SimulatedClock
from rooms.simulator.journal import Journal
from rooms.simulator.server import running
from rooms.simulator.webhooks import Target
from rooms.simulator.world import World
from rooms.simulator.worlds import WORLDS


def _parser() -> argparse.ArgumentParser:
    env = os.environ
    parser = argparse.ArgumentParser(prog="python -m rooms.simulator", description="A 100ms on this machine.")
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--world", choices=sorted(WORLDS), default="demo")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same school")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds a second")
    parser.add_argument("--time-zone", type=ZoneInfo, default=ZoneInfo(env.get("TIME_ZONE") or "Africa/Nairobi"))
    parser.add_argument("--state", type=Path, help="file that keeps running classes, and what is set, over a restart")
    parser.add_argument("--address", help="what links to files begin with, where it is not http://host:port")
    parser.add_argument("--access-key", default=env.get("HMS_ACCESS_KEY") or ACCESS_KEY)
    parser.add_argument("--secret", default=env.get("HMS_SECRET") or SECRET)
    parser.add_argument("--api-video-key", default=env.get("API_VIDEO_KEY") or API_VIDEO_KEY)
    parser.add_argument("--webhook-url", help="where webhooks go; nowhere if absent")
    parser.add_argument("--webhook-secret", default=env.get("HMS_WEBHOOK_SECRET", ""))
    parser.add_argument("--webhook-header", default=env.get("HMS_WEBHOOK_HEADER") or "X-Webhook-Secret")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; prints one line once it answers."""
    options = _parser().parse_args(arguments)
    journal = Journal(options.state) if options.state else None
    world = World(SimulatedClock(speed=options.speed), seed=options.seed, journal=journal)
    WORLDS[options.world](world, options.time_zone)
    url = options.webhook_url
    target = Target(url, options.webhook_secret, options.webhook_header) if url else None
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    keys = {
        "access_key": options.access_key,
        "secret": options.secret,
        "api_video_key": options.api_video_key,
        "address": options.address,
    }
    with running(world, options.port, host=options.host, webhooks=target, **keys) as address:
        print(f"simulated 100ms ({options.world}): {address}/v2, webhooks to {url or 'nobody'}", flush=True)
        if options.state:
            print(f"{options.state}: {world.recalled}", flush=True)
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
