"""`python -m graph.probe`: a container's health check."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from graph import probe
from tests.service import free_port

SERVE = b"python\0-m\0graph\0serve\0"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The command line of a container's first process."""
    path = tmp_path / "cmdline"
    path.write_bytes(SERVE)
    return path


def test_a_service_that_answers_lives(service: str, first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked at its own address and port; where every interface is listened on, by the loopback."""
    port = str(urlsplit(service).port)
    monkeypatch.setenv("INTERLOCK_PORT", port)
    assert probe.main(first) == 0
    monkeypatch.setenv("INTERLOCK_HOST", "0.0.0.0")
    assert probe.main(first) == 0


def test_one_that_does_not_is_told_in_a_line(
    first: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1, and why: nobody listens, or a setting cannot be used."""
    port = str(free_port())
    monkeypatch.setenv("INTERLOCK_PORT", port)
    assert probe.main(first) == 1
    assert (
        capsys.readouterr().err == f"http://127.0.0.1:{port}/healthz does not answer: [Errno 111] Connection refused.\n"
    )
    monkeypatch.setenv("INTERLOCK_PORT", "many")
    assert probe.main(first) == 1
    assert "INTERLOCK_PORT is 'many'" in capsys.readouterr().err


def test_one_that_says_it_is_broken_is(
    first: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any other answer than 200 is repeated."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("INTERLOCK_PORT", str(listening.getsockname()[1]))
        answering = threading.Thread(target=_answer_503, args=(listening,))
        answering.start()
        assert probe.main(first) == 1
        answering.join()
    assert capsys.readouterr().err == "/healthz answers 503: stopped\n"


def _answer_503(listening: socket.socket) -> None:
    taken, _ = listening.accept()
    with taken:
        taken.recv(1000)
        taken.sendall(b"HTTP/1.1 503 No\r\ncontent-length: 7\r\n\r\nstopped")


def test_other_programs_have_nothing_to_be_asked(tmp_path: Path) -> None:
    """A worker opens no port: 0, also behind an init. Where nobody can tell which program it is, it is asked."""
    worker, behind = tmp_path / "worker", tmp_path / "behind"
    worker.write_bytes(b"python\0-m\0graph\0report\0")
    assert probe.main(worker) == 0
    behind.write_bytes(b"/sbin/docker-init\0--\0" + SERVE)
    assert probe.serves(behind)
    assert probe.serves(tmp_path / "nothing")
