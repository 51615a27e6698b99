"""The emulator: which one is used, and what is said when it does not start."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interlock_cli.errors import CommandError, InputError
from interlock_cli.rehearsal import emulator as emulators
from interlock_cli.rehearsal.emulator import answers, emulator, find_executable, free_port, settings


@pytest.fixture
def listener() -> Iterator[int]:
    """A port on which something listens that is no emulator."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def silent(_: str) -> None:
    """Says nothing."""


def program(folder: Path, script: str) -> dict[str, str]:
    """An environment that names a program as the emulator."""
    file = folder / "ministack"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return {"INTERLOCK_EMULATOR": str(file), "PATH": os.environ["PATH"]}


@pytest.mark.parametrize(
    "url", ["https://sqs.eu-west-1.amazonaws.com", "http://10.0.0.7:4566", "http://127.0.0.1.evil"]
)
def test_only_this_machine_is_ever_spoken_to(url: str, tmp_path: Path) -> None:
    """An AWS_ENDPOINT_URL elsewhere is refused before anything is sent."""
    with (
        pytest.raises(InputError, match="only ever speaks to this machine"),
        emulator({"AWS_ENDPOINT_URL": url}, tmp_path, silent),
    ):
        pass


def test_a_shared_emulator_that_does_not_answer_is_named(tmp_path: Path) -> None:
    """With its address, and how to start one."""
    url = f"http://127.0.0.1:{free_port()}"
    with (
        pytest.raises(CommandError, match=rf"No emulator answers at {url}.*interlock_cli\.rehearsal\.emulator"),
        emulator({"AWS_ENDPOINT_URL": url}, tmp_path, silent),
    ):
        pass


def test_an_emulator_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    """One sentence with its status and the end of its log."""
    environ = program(tmp_path, "echo 'ModuleNotFoundError: No module named hypercorn' >&2; exit 3")
    with (
        pytest.raises(CommandError, match=r"ended with status 3\. Its log ends: ModuleNotFoundError"),
        emulator(environ, tmp_path, silent),
    ):
        pass


def test_an_emulator_that_never_answers_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time to start, with every process of its group."""
    monkeypatch.setattr(emulators, "START_SECONDS", 0.3)
    environ = program(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 600")
    with pytest.raises(CommandError, match="gave no answer for 0 s"), emulator(environ, tmp_path, silent):
        pass
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_program_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """INTERLOCK_EMULATOR is quoted."""
    with pytest.raises(InputError, match="which is not a program"):
        find_executable({"INTERLOCK_EMULATOR": str(tmp_path / "ghost")}, tmp_path, silent)


def test_the_projects_own_emulator_is_found_from_within(tmp_path: Path) -> None:
    """`.venv-emulator` of a folder above the app."""
    executable = tmp_path / ".venv-emulator" / "bin" / "ministack"
    executable.parent.mkdir(parents=True)
    executable.touch()
    app = tmp_path / "examples" / "payments"
    app.mkdir(parents=True)
    assert find_executable({}, app, silent) == executable


def test_nothing_of_the_persons_aws_settings_reaches_it() -> None:
    """Its Lambda functions inherit the environment: no credentials, no profile, no proxy, no token."""
    environ = {"AWS_PROFILE": "prod", "HTTPS_PROXY": "http://p", "INTERLOCK_TOKEN": "t", "PATH": "/bin"}
    chosen = settings(environ, 4566)
    assert chosen["PATH"] == "/bin"
    assert chosen["BIND_HOST"] == "127.0.0.1"
    assert float(chosen["SFN_WAIT_SCALE"]) == pytest.approx(1 / 43_200, rel=1e-4)
    assert not {"AWS_PROFILE", "HTTPS_PROXY", "INTERLOCK_TOKEN"} & set(chosen)


def test_what_listens_on_a_port_need_not_be_an_emulator(listener: int) -> None:
    """Something that accepts and says nothing does not answer."""
    assert not answers(f"http://127.0.0.1:{listener}")


def test_the_launcher_refuses_a_port_in_use(listener: int) -> None:
    """`python -m interlock_cli.rehearsal.emulator --port P`: one sentence, status 1."""
    command = [sys.executable, "-m", "interlock_cli.rehearsal.emulator", "--port", str(listener)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 1
    assert f"Port {listener} is in use." in done.stderr
