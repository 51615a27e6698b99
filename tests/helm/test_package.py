"""`make chart-package`: what it packs, that it signs with a real key, and that a registry gets what Helm can pull."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts.chart_package import PACKAGES
from tests.helm.tools import CHART, ROOT, helm

pytestmark = pytest.mark.slow
PASSPHRASE = "correct horse battery staple"


def package(**said: str) -> subprocess.CompletedProcess[str]:
    """Runs the script with nothing set but what is said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHART_")}
    program = [sys.executable, str(ROOT / "scripts" / "chart_package.py")]
    return subprocess.run(program, env=kept | said, capture_output=True, text=True, check=False)


class Registry(BaseHTTPRequestHandler):
    """An OCI registry for one chart: blobs by their digests, manifests by tag and digest."""

    protocol_version = "HTTP/1.1"
    kept: dict[str, tuple[bytes, str]]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        pass

    def do_POST(self) -> None:
        """Where a blob goes."""
        self._answer(202, location=f"{self.path}1")

    def do_PUT(self) -> None:
        """A blob, or a manifest."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.kept[digest] = self.kept[self.path.rpartition("/")[2]] = body, self.headers.get("content-type", "")
        self._answer(201, docker_content_digest=digest, location=self.path)

    def do_GET(self) -> None:
        """A blob or a manifest; HEAD without its content."""
        body, kind = self.kept.get(self.path.rpartition("/")[2], (b"", ""))
        if not body:
            return self._answer(404)
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        return self._answer(200, body, docker_content_digest=digest, content_type=kind or "application/octet-stream")

    do_HEAD = do_GET  # noqa: N815 - its name in the standard library

    def _answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def registry() -> Iterator[str]:
    """Host and port of an empty registry on this machine."""
    handler = type("Handler", (Registry,), {"kept": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Path]:
    """A keyring with a key of this test's own, "Chart"."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg, which makes the key, is not installed")
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    gpg = [
        "gpg",
        "--homedir",
        str(home),
        "--batch",
        "--quiet",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        PASSPHRASE,
    ]
    subprocess.run([*gpg, "--quick-generate-key", "Chart <chart@example.com>", "rsa2048", "sign"], check=True)
    for kind, name in (("--export-secret-keys", "secring.gpg"), ("--export", "pubring.gpg")):
        done = subprocess.run([*gpg, kind], capture_output=True, check=True)
        (tmp_path / name).write_bytes(done.stdout)
    yield tmp_path / "secring.gpg"
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True)


def test_signed_pushed_and_pulled(registry: str, keyring: Path, tmp_path: Path) -> None:
    """What is pulled verifies with the public key; the package has the chart, its README and its examples."""
    where = f"oci://{registry}/charts"
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    said = {"CHART_KEY": "Chart", "CHART_KEYRING": str(keyring), "CHART_PASSPHRASE": str(tmp_path / "passphrase")}
    done = package(**said, CHART_REGISTRY=where, CHART_REGISTRY_HTTP="1")
    assert done.returncode == 0, done.stdout + done.stderr
    pull = ["pull", f"{where}/interlock", "--version", "0.1.0", "--plain-http", "--destination", str(tmp_path)]
    pulled = helm("4", *pull, "--verify", "--keyring", str(tmp_path / "pubring.gpg"))
    assert pulled.returncode == 0, pulled.stdout + pulled.stderr
    with tarfile.open(tmp_path / "interlock-0.1.0.tgz") as packed:
        names = {name.removeprefix("interlock/") for name in packed.getnames()}
    wanted = {"Chart.yaml", "README.md", "values.yaml", "values.schema.json", "files/alerts.yaml", "ci/eks-values.yaml"}
    assert wanted <= names
    assert names == {str(each.relative_to(CHART)) for each in CHART.rglob("*") if each.is_file()}
    assert all(PACKAGES in each.parents for each in PACKAGES.glob("*.prov"))


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"CHART_KEY": "Chart"}, "CHART_KEYRING is None. Both are needed"),
        ({"CHART_REGISTRY": "https://registry.example.com"}, "It is an address that begins with oci://"),
    ],
)
def test_what_cannot_be_used_is_told(said: dict[str, str], says: str) -> None:
    """A key without a keyring, a registry that is none: a sentence, and 2."""
    done = package(**said)
    assert (done.returncode, bool(re.search(re.escape(says), done.stderr))) == (2, True), done.stderr
