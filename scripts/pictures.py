"""`make pictures`: the README's two pictures of the console, taken while the demo goes on.

The demo is started as a person starts it; when it serves, and has begun to deploy two more commits, Chromium opens the
fleet, and the pipeline of payments when one of its waves bakes.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTH, FLEET_HEIGHT, PIPELINE_HEIGHT = 1440, 560, 880
SERVING = re.compile(r"the console\s+(http://\S+)/")
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
BAKES_WITHIN = 300_000
"""Milliseconds from when the demo serves until a wave bakes."""


def main() -> None:
    """Writes fleet.png and pipeline.png."""
    demo = subprocess.Popen([sys.executable, "scripts/demo.py"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert demo.stdout
    try:
        said = (SERVING.search(line) for line in demo.stdout)
        served = next((found[1] for found in said if found), None)
        if served is None:
            sys.exit("The demo ended before it served: `make demo` says why.")
        _taken(served)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()


def _taken(served: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": PIPELINE_HEIGHT}, color_scheme="light")
        page.goto(f"{served}/pipelines/payments")
        page.get_by_text("Baking").first.wait_for(timeout=BAKES_WITHIN)
        _kept(page, "pipeline", PIPELINE_HEIGHT)
        page.goto(f"{served}/?stage=prod")
        page.get_by_role("gridcell").first.wait_for()
        _kept(page, "fleet", FLEET_HEIGHT)
        browser.close()


def _kept(page: Page, name: str, height: int) -> None:
    """The upper part of the page."""
    page.wait_for_timeout(500)  # what was opened slides in
    page.screenshot(path=IMAGES / f"{name}.png", clip={"x": 0, "y": 0, "width": WIDTH, "height": height})


if __name__ == "__main__":
    main()
