"""Takes the README's pictures in Chromium, of a demo that runs. `bin/screenshots` starts both."""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bin.demonstration import say
from bin.environment import DEVELOPMENT, ROOT, Unready, prepare
from bin.processes import Died, family, free_port
from bin.product import OPS, TEACHER, Demo
from bin.servers import chromium
from bin.visitor import Disappointed, Visitor, wait_until_read

FOLDER = ROOT / "docs" / "screenshots"


def main() -> int:
    """Start a demo and, in the environment where Playwright is installed, the camera."""
    browser = chromium()
    if not browser:
        print("No Chromium on the PATH; on Debian: apt-get install chromium", file=sys.stderr)
        return 2
    try:
        environment = prepare(DEVELOPMENT, say)
        with tempfile.TemporaryDirectory(prefix="rollcall-pictures-") as name, family(Path(name) / "logs") as members:
            demo = Demo(environment.python, Path(name), free_port(), free_port(), say)
            demo.start(members)
            operator = Visitor(demo.url)
            operator.sign_in(*OPS)
            wait_until_read(operator)
            _wait_until_watched(operator)
            camera: list[str | Path] = [environment.python, "-m", "bin.pictures", demo.url, browser]
            return subprocess.run(camera, cwd=ROOT, env=demo.variables(), check=False).returncode
    except (Unready, Died, Disappointed, TimeoutError) as problem:
        print(problem, file=sys.stderr)
        return 1


@dataclass(frozen=True)
class Picture:
    """Of the page at `path`, after a click on the first link by each selector of `opens`."""

    name: str
    path: str
    person: tuple[str, str]
    size: tuple[int, int] = (1440, 900)
    opens: tuple[str, ...] = ()


RECORDINGS = "recordings/?state=ready&kind=browser&q=Physics"
WATCHED_WITHIN = 150  # seconds; who watched is read once a minute
SESSION = ("tbody a[href^='/sessions/']",)
PICTURES = (
    Picture("session", "sessions/?state=ended&q=Physics&trouble=drops", TEACHER, opens=SESSION),
    Picture("home", "", OPS),
    Picture("live", "sessions/?state=live", TEACHER, opens=SESSION),
    Picture("phone", "sessions/", TEACHER, (390, 844)),
    Picture("recording", RECORDINGS, TEACHER, opens=("tbody a[href^='/recordings/']",)),
    Picture("check", "recordings/check/", OPS),
    Picture("streams", "streams/", OPS),
    Picture("template", "room-templates/?q=Class", OPS, opens=("tbody a[href^='/room-templates/']",)),
    Picture("quiz", "polls/?kind=quiz", TEACHER, opens=("tbody a[href^='/polls/']", "a[href$='/results/']")),
    Picture("audit", "audit/", OPS),
)


def _wait_until_watched(operator: Visitor) -> None:
    """Until the page of the newest recording tells who watched it. Raises `Disappointed`."""
    found = re.search(r'href="(/recordings/browser-[0-9a-f]{24}/)', operator.read(f"/{RECORDINGS}"))
    if found is None:
        raise Disappointed("no recording is listed as ready")
    end = time.monotonic() + WATCHED_WITHIN
    while "Watched by" not in operator.read(found[1]):
        if time.monotonic() > end:
            raise Disappointed(f"nobody is said to have watched {found[1]}")
        time.sleep(2)


def photograph(url: str, browser_path: str) -> None:
    """Write each picture to `FOLDER`."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=sandbox)
        for picture in PICTURES:
            width, height = picture.size
            page = browser.new_page(
                viewport={"width": width, "height": height}, timezone_id="Africa/Nairobi", locale="en-GB"
            )
            name, password = picture.person
            page.goto(f"{url}accounts/login/")
            page.fill("input[name=username]", name)
            page.fill("input[name=password]", password)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda address: "login" not in address)
            page.goto(f"{url}{picture.path}")
            for link in picture.opens:
                target = page.locator(link).first.get_attribute("href") or ""
                page.goto(f"{url.rstrip('/')}{target}")
            page.wait_for_load_state("networkidle")
            file = FOLDER / f"{picture.name}.png"
            page.screenshot(path=file)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} KB", flush=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    photograph(*sys.argv[1:])
