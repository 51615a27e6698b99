"""AWS on loopback: the emulator in its own virtual environment, on a free port, for one module of tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".venv-emulator" / "bin" / "ministack"


class Emulator:
    """The emulator's endpoint, and clients for it by service, account and Region."""

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, service: str, account: str, region: str) -> Any:
        """A boto3 client; a twelve-digit access key is the account."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 0}, inject_host_prefix=False),
        )


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Emulator]:
    """A started emulator that skips every wait, stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "GATEWAY_PORT": str(port),
        "SFN_WAIT_SCALE": "0",
        "S3_DATA_DIR": str(folder / "s3"),
    }
    log = (folder / "emulator.log").open("wb")
    process = subprocess.Popen([PROGRAM], env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url, process, folder / "emulator.log")
        yield Emulator(url)
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_ministack/health", timeout=5):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the emulator did not start: {log.read_text(errors='replace')[-2000:]}")


def zipped(folder: Path, into: Path) -> bytes:
    """A folder's contents as a zip archive."""
    return Path(shutil.make_archive(str(into), "zip", folder)).read_bytes()
