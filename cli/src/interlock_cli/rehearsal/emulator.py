"""The AWS emulator, ministack: the one that AWS_ENDPOINT_URL names, or one started here and stopped at the end.

It lives in a virtual environment of its own, because it pins botocore and graphql-core. Its Lambda functions run in
that environment too, hence boto3 beside it: AWS's Python runtimes bring it along, and handlers rely on that.

`python -m interlock_cli.rehearsal.emulator --port 4566` becomes the emulator in the foreground, with waits compressed
as the rehearsals' clock is.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from interlock_cli.errors import CommandError, InputError
from interlock_cli.rehearsal.clock import FASTEST, SPEED
from interlock_cli.rehearsal.places import is_loopback

PACKAGES = ("ministack==1.5.33", "boto3==1.43.106")  # the boto3 that goes with the botocore ministack pins
START_SECONDS = 60.0
STOP_SECONDS = 10.0
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SYSTEMROOT")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Emulator:
    """An emulator that answers at `endpoint`. `own` when this command started it and nobody else reads its queues."""

    endpoint: str
    own: bool


@contextlib.contextmanager
def emulator(environ: Mapping[str, str], project: Path, say: Say, wait_scale: float = 1 / SPEED) -> Iterator[Emulator]:
    """The shared emulator of AWS_ENDPOINT_URL, or an own one for as long as the block lasts.

    wait_scale: what an own one's state machines multiply their waits by; a shared one has its own.
    Raises InputError for an address that is not loopback, CommandError when nothing answers or the start fails.
    """
    found = shared(environ)
    if found is not None:
        yield found
        return
    executable = find_executable(environ, project, say)
    with _own(executable, environ, wait_scale) as endpoint:
        say(f"The emulator answers at {endpoint}.")
        yield Emulator(endpoint, own=True)


def shared(environ: Mapping[str, str]) -> Emulator | None:
    """The one that AWS_ENDPOINT_URL names; None where it names none. Raises as `emulator` does."""
    endpoint = environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    if not endpoint:
        return None
    if not is_loopback(endpoint):
        raise InputError(
            f"AWS_ENDPOINT_URL is {endpoint!r}: a rehearsal only ever speaks to this machine.",
            "Unset it, and an emulator is started; or give a loopback address such as http://127.0.0.1:4566.",
        )
    if not answers(endpoint):
        raise CommandError(
            f"No emulator answers at {endpoint} (AWS_ENDPOINT_URL).",
            "Start one with `python -m interlock_cli.rehearsal.emulator --port PORT`, or unset AWS_ENDPOINT_URL.",
        )
    return Emulator(endpoint, own=False)


def find_executable(environ: Mapping[str, str], project: Path, say: Say) -> Path:
    """INTERLOCK_EMULATOR; else `.venv-emulator` beside the project or above it; else one made in the cache folder."""
    given = environ.get("INTERLOCK_EMULATOR")
    if given:
        return _given(Path(given))
    for folder in (*_upwards(project), *_upwards(Path.cwd())):
        candidate = folder / ".venv-emulator" / "bin" / "ministack"
        if candidate.is_file():
            return candidate
    return _cached(environ, say)


def _given(path: Path) -> Path:
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise InputError(
            f"INTERLOCK_EMULATOR is {str(path)!r}, which is not a program.",
            "Give the path of a `ministack` executable, or unset it.",
        )
    return path


def _upwards(folder: Path) -> tuple[Path, ...]:
    folder = folder.resolve()
    return (folder, *folder.parents)


def _cached(environ: Mapping[str, str], say: Say) -> Path:
    """The emulator's environment under the user's cache folder, made once; a half-made one is made again."""
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "interlock"
    folder = cache / f"emulator-{PACKAGES[0].partition('==')[2]}"
    executable = folder / "bin" / "ministack"
    if not (folder / "complete").is_file():
        _make(folder, say)
        (folder / "complete").touch()
    return executable


def _make(folder: Path, say: Say) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *PACKAGES],
    )
    for step in steps:
        say(f"$ {shlex.join(step)}")
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(
                f"The emulator could not be installed (exit {done.returncode}): {tail(done.stderr or done.stdout)}",
                "Install ministack into an environment of its own and name it in INTERLOCK_EMULATOR.",
            )


@contextlib.contextmanager
def _own(executable: Path, environ: Mapping[str, str], wait_scale: float) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="interlock-emulator-") as folder:
        port = free_port()
        log = Path(folder) / "emulator.log"
        process = _start(executable, settings(environ, port, folder, wait_scale), log)
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _await(process, endpoint, log)
            yield endpoint
        finally:
            _stop(process)


def settings(
    environ: Mapping[str, str], port: int, temporary: str | None = None, wait_scale: float = 1 / SPEED
) -> dict[str, str]:
    """The emulator's environment: loopback only, waits of state machines compressed, no credentials, no proxies.

    Its Lambda functions inherit it, so nothing of the person's own AWS settings may pass.
    """
    kept = {name: environ[name] for name in KEPT if name in environ}
    chosen = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFN_WAIT_SCALE": environ.get("SFN_WAIT_SCALE", f"{wait_scale:.12f}"),
        "PYTHONUNBUFFERED": "1",
    }
    return kept | chosen | ({"TMPDIR": temporary} if temporary else {})


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(executable: Path, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Started as the leader of a process group of its own: its Lambda functions are stopped with it."""
    try:
        with log.open("wb") as output:
            return subprocess.Popen(
                [str(executable)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise CommandError(
            f"The emulator {executable} could not be started: {error.strerror}.",
            "Name another one in INTERLOCK_EMULATOR, or remove it and it is installed again.",
        ) from error


def _await(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(endpoint):
        ended = process.poll()
        if ended is not None or time.monotonic() > deadline:
            how = f"ended with status {ended}" if ended is not None else f"gave no answer for {START_SECONDS:.0f} s"
            raise CommandError(
                f"The emulator did not start: it {how}. Its log ends: {tail(log.read_text(errors='replace'))}",
                "Check the program that INTERLOCK_EMULATOR names, or unset it.",
            )
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process group that `_start` made; asks first."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, order)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def answers(endpoint: str) -> bool:
    """Whether an emulator says at `endpoint` that it is well. No proxy is asked: it is this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def tail(text: str, lines: int = 6) -> str:
    """The last lines that say something, as one line."""
    kept = [line.strip() for line in text.splitlines() if line.strip()][-lines:]
    return " | ".join(kept)[-900:] or "(empty)"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="The loopback port to listen on.")
@click.option(
    "--speed",
    type=click.FloatRange(1, FASTEST),
    default=SPEED,
    show_default=True,
    help="How fast state machines wait: as fast as `interlock rehearse --speed`.",
)
def main(port: int, speed: float) -> None:
    """Become an AWS emulator on loopback whose state machines wait a rehearsal's time. Ctrl-C or SIGTERM ends it."""
    try:
        executable = find_executable(os.environ, Path.cwd(), lambda text: click.echo(text, err=True))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise CommandError(f"Port {port} is in use.", "Stop what listens there, or give another --port.")
    except CommandError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"$ GATEWAY_PORT={port} {executable}", err=True)
    os.execve(executable, [str(executable)], settings(os.environ, port, None, 1 / speed))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
