"""Set-up that was interrupted, or cannot reach what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"


@pytest.mark.slow
def test_an_interrupted_environment_is_made_again(tmp_path: Path) -> None:
    """Ctrl-C while a virtual environment is made leaves one without pip; the next `make` makes it whole."""
    folder, lock = tmp_path / "venv", tmp_path / "lock.txt"
    lock.write_text("# nothing\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    program = [str(SCRIPTS / "make_environment"), sys.executable, str(folder), str(lock)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "--version"], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.slow
def test_npm_says_why_it_could_not_install(tmp_path: Path) -> None:
    """A registry that is out of reach is named; nothing fails in silence."""
    needed = {"name": "needs", "version": "1.0.0", "dependencies": {"absent": "1.0.0"}}
    absent = {"version": "1.0.0", "resolved": "http://127.0.0.1:1/absent.tgz", "integrity": "sha512-AAAA"}
    locked = {"lockfileVersion": 3, "packages": {"": needed, "node_modules/absent": absent}}
    (tmp_path / "package.json").write_text(json.dumps(needed))
    (tmp_path / "package-lock.json").write_text(json.dumps(needed | locked))
    env = os.environ | {"npm_config_cache": str(tmp_path / "cache"), "npm_config_fetch_retries": "0"}
    program = [str(SCRIPTS / "make_node_modules")]
    done = subprocess.run(program, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "ECONNREFUSED" in done.stderr


def test_locks_have_hashes_and_no_address() -> None:
    """Whoever installs has a registry of their own. npm writes whom to pay as well: `funding` is taken out again."""
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "package-lock.json"]
    locks.append(ROOT / "bench/peers/postgraphile/package-lock.json")
    assert {each.name: text.count("://") for each in locks if "://" in (text := each.read_text())} == {}
    assert all("sha256:" in text or '"integrity"' in text for text in (each.read_text() for each in locks))
