"""Lighthouse's own judgement of the page that everybody opens first."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.console.conftest import ROOT, Seeded

pytestmark = [pytest.mark.slow, pytest.mark.database]

CATEGORIES = ("accessibility", "best-practices")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"


async def test_the_fleet_has_full_marks(seeded: Seeded, chromium_path: str, tmp_path: Path) -> None:
    """100 of 100 for accessibility and for best practices, on loopback."""
    report = tmp_path / "report.json"
    only = f"--only-categories={','.join(CATEGORIES)}"
    output = ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={FLAGS}"]
    program = [str(ROOT / "node_modules" / ".bin" / "lighthouse"), seeded.origin, only, "--preset=desktop", *output]
    environment = os.environ | {"CHROME_PATH": chromium_path}
    process = await asyncio.create_subprocess_exec(*program, env=environment)
    assert await process.wait() == 0
    found = json.loads(report.read_text("utf-8"))
    scores = {name: found["categories"][name]["score"] for name in CATEGORIES}
    missed = [each["title"] for each in found["audits"].values() if each.get("score") == 0]
    assert scores == dict.fromkeys(CATEGORIES, 1), missed
