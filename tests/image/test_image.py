"""The image that is really built: what is in it, and that its programs run where nothing is granted to them.

`make test` builds it once, with the pages that `make console` has built. `make test-image` runs more of it, builds it
twice as a release is, the pages too, and compares; it checks image/structure.yaml and writes the SBOMs as well.
"""

from __future__ import annotations

import asyncio
import filecmp
import json
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from domain.version import VERSION
from tests.image.building import QUICK, build, mounted, storage, with_bases
from tests.image.container import SIGTERM_WITHOUT_GRACE, Container, Image, owned
from tests.proxy import Proxy
from tests.service import ROOT, answers, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

WHOLE = bool(os.environ.get("INTERLOCK_TEST_IMAGE"))
ROOMS = {"domain", "models", "resolvers", "aws", "subscriptions", "intake", "reporting", "upkeep", "graph"}
APP, PYTHON = "opt/interlock/app", "/opt/interlock/venv/bin/python"
SPOKEN = 30
"""Seconds within which a program has said something."""
LARGEST = 260_000_000
"""Bytes of what is put onto the base: 200 MB, measured on Debian 12 for amd64."""


async def test_its_programs_run_where_nothing_is_granted(empty_database_url: URL) -> None:
    """Read-only files, no capability, no name of root: it migrates, serves, works, refuses in sentences and drains."""
    if not (ROOT / "console/dist/index.html").exists():
        pytest.skip("console/dist is not built: `make console` does it")
    with storage() as own:
        env = with_bases(own, "python") | QUICK
        made = build(env)
        with mounted(made["name"], env) as image:
            _holds_what_it_needs_and_no_more(image)
            _has_nothing_of_its_user(image)
            _refuses_in_sentences(image)
            async with Proxy(empty_database_url) as proxy:
                url = proxy.url.set(drivername="postgresql").render_as_string(hide_password=False)
                await asyncio.to_thread(_works_with_a_database, image, url)
            _ends_as_a_first_process(image)
            _tries_out_with_its_own_database(image)


def _holds_what_it_needs_and_no_more(image: Image) -> None:
    """The rooms and the pages; no tests, no tools that install, no bytecode that is missing, and no large surprise."""
    app = image.root / APP
    assert {path.name for path in app.iterdir()} == ROOMS | {"console"}
    assert {path.name for path in (app / "console").iterdir()} == {"dist"}
    sources = [path for room in ROOMS for path in (app / room).rglob("*.py")]
    assert len(sources) > 100
    assert [
        each for each in sources if not (each.parent / "__pycache__" / f"{each.stem}.cpython-311.pyc").exists()
    ] == []
    packages = image.root / "opt/interlock/venv/lib/python3.11/site-packages"
    for name in ("pip", "setuptools", "pytest"):
        assert not (packages / name).exists(), name
        assert list(image.root.glob(f"usr/*lib/python3*/*-packages/{name}")) == [], name
    assert [path.name for path in (packages.parents[2] / "bin").iterdir() if "python" not in path.name] == []
    assert [each.name for folder in ("run", "tmp", "mnt") for each in (image.root / folder).iterdir()] == ["lock"]
    assert sum(path.lstat().st_size for path in (image.root / "opt").rglob("*") if path.is_file()) < LARGEST


def _has_nothing_of_its_user(image: Image) -> None:
    """Root owns all that it runs, and nobody else may write it; the folder of the data is the user's."""
    uid = int(image.config["User"].split(":")[0])
    for path in (image.root / "opt").rglob("*"):
        found = path.lstat()
        assert found.st_uid == 0, path
        assert stat.S_ISLNK(found.st_mode) or not found.st_mode & 0o6022, path
    assert (image.root / "var/lib/interlock").stat().st_uid == uid
    assert f"interlock:x:{uid}:{uid}:" in (image.root / "etc/passwd").read_text()


def _refuses_in_sentences(image: Image) -> None:
    """What is missing or cannot be: exit code 1, what to do, and no trace of a stack."""
    nowhere = {"INTERLOCK_PORT": str(free_port())}  # no database, and nothing mounted to keep one in
    refused = {"/var/lib/interlock": nowhere}
    if WHOLE:
        refused["without INTERLOCK_OIDC_ISSUER the service knows no"] = {"INTERLOCK_HOST": "0.0.0.0"}
        refused["Is INTERLOCK_DATABASE_URL meant?"] = {"INTERLOCK_DATABASE_UR": "postgresql://127.0.0.1/interlock"}
        assert image.ran("--version") == (0, f"interlock {VERSION}\n")
    for sentence, env in refused.items():
        code, said = image.ran(**env)
        assert (code, sentence in said, "Traceback" in said) == (1, True, False), said


def _works_with_a_database(image: Image, url: str) -> None:
    """A server elsewhere: nothing starts before `migrate`; then `serve` answers, and the others work beside it."""
    port = str(free_port())
    env = {"INTERLOCK_DATABASE_URL": url, "INTERLOCK_PORT": port, "INTERLOCK_GRACE_SECONDS": "0"}
    code, said = image.ran("intake", **env)
    assert code == 1
    assert "migrate" in said
    assert "Traceback" not in said
    code, said = image.ran("migrate", **env)
    assert code == 0, said
    with image.running(**env) as serving:
        answers(f"http://127.0.0.1:{port}", serving)
        _answers_everybody(f"http://127.0.0.1:{port}")
        assert serving.execute(*image.config["Healthcheck"]["Test"][1:]).returncode == 0
        _works_beside(image, env)
        serving.terminate()
        assert serving.ended() == 0, serving.said
        assert "draining" in serving.said
        assert "Traceback" not in serving.said


def _answers_everybody(base: str) -> None:
    asked = httpx.post(f"{base}/graphql", json={"query": "{ health { version } regions(first: 1) { nodes { name } } }"})
    told = asked.json()["data"]
    assert (told["health"]["version"], len(told["regions"]["nodes"])) == (VERSION, 1)
    page = httpx.get(base)
    assert "<title>Interlock</title>" in page.text
    script = next(part.split('"')[0] for part in page.text.split('src="')[1:] if part.startswith("/assets/"))
    assert httpx.get(base + script).headers["content-type"].startswith("text/javascript")
    assert httpx.get(f"{base}/graphiql").status_code == 200


def _works_beside(image: Image, env: dict[str, str]) -> None:
    """Workers start, are healthy, and end well. Nothing is asked of AWS: there are no executions."""
    aws = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for program in ("intake", "report", "upkeep") if WHOLE else ("report",):
        with image.running(program, **env, **aws) as working:
            _said_something(working)
            assert program != "report" or working.execute(PYTHON, "-m", "graph.probe").returncode == 0
            working.terminate()
            assert working.ended() == 0, working.said
            assert "Traceback" not in working.said


def _ends_as_a_first_process(image: Image) -> None:
    """The kernel ends no first process of a container by a signal that it does not take: `migrate` takes SIGTERM."""
    with silent_server() as (port, asked):
        url = f"postgresql://interlock@127.0.0.1:{port}/interlock"
        with image.running("migrate", INTERLOCK_DATABASE_URL=url) as waiting:
            asked()
            waiting.terminate()
            assert waiting.ended() == SIGTERM_WITHOUT_GRACE, waiting.said


def _tries_out_with_its_own_database(image: Image) -> None:
    """Without a database's address it keeps its own in INTERLOCK_DATA, and PostgreSQL is shut down before it ends."""
    with tempfile.TemporaryDirectory() as made:
        data, port = owned(Path(made), image.config), str(free_port())
        with image.running(data=data, INTERLOCK_PORT=port, INTERLOCK_GRACE_SECONDS="0") as serving:
            answers(f"http://127.0.0.1:{port}", serving)
            serving.terminate()
            assert serving.ended() == 0, serving.said
        assert "database system is shut down" in (data / "postgres/postgres.log").read_text()


def _said_something(container: Container) -> None:
    deadline = time.monotonic() + SPOKEN
    while not container.said:
        assert container.poll() is None, f"it ended with {container.returncode}"
        assert time.monotonic() < deadline, "it says nothing"
        time.sleep(0.05)


@contextmanager
def silent_server() -> Iterator[tuple[int, Callable[[], None]]]:
    """A port that takes connections and never says a word, and what returns when it was asked."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(SPOKEN)
        taken = []
        yield listening.getsockname()[1], lambda: taken.append(listening.accept()[0])
        for each in taken:
            each.close()


@pytest.mark.skipif(not WHOLE, reason="two builds with the console's pages take minutes: `make test-image`")
def test_two_builds_are_the_same_to_the_byte() -> None:
    """In two storages, with nothing of the first in the second; and the pages are those that `make console` builds."""
    made = []
    for _ in range(2):
        with storage() as own:
            env = with_bases(own) | {"IMAGE_FORMAT": "oci"}  # buildah writes its container's name into Docker's
            made.append(build(env))
            with mounted(made[-1]["name"], env) as image:
                differing = filecmp.dircmp(image.root / APP / "console/dist", ROOT / "console/dist", ignore=[".made"])
                assert (differing.left_only, differing.right_only, differing.diff_files) == ([], [], [])
            if len(made) == 1:
                _is_described(env)
    assert made[0] == made[1]


def _is_described(env: dict[str, str]) -> None:
    """The scanners' view: structure.yaml holds, both SBOMs name what the lock names, and a release is refused here."""
    for asked in ("check", "sbom"):
        ran = _image_py(env, asked)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    listed = json.loads(Path(env["IMAGE_OUTPUT"], "sbom.cdx.json").read_text())["components"]
    found = {each["name"].lower().replace("_", "-") for each in listed if "pypi" in each.get("purl", "")}
    lock = (ROOT / "requirements/service.txt").read_text()
    assert set(re.findall(r"^([a-z0-9.-]+)(?:\[.*\])?==", lock, re.MULTILINE)) <= found
    assert not found & {"pip", "setuptools", "pytest"}
    ran = _image_py(env, "build", "--release")
    assert ran.returncode == 1
    assert "have a digest" in ran.stderr


def _image_py(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/image.py"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)
