"""Whose tokens the service takes while it is measured: an issuer on this machine, with real keys and signatures."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.graph.issuer import CLIENT, jwk, token

GROUP = "engineers"
DAY = 86_400


@dataclass(frozen=True)
class Issuer:
    """settings: of a service whose people are its. bearer: a token of one who may read everything."""

    settings: dict[str, str]
    bearer: str


@contextmanager
def running() -> Iterator[Issuer]:
    """An issuer for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Documents)
    url = f"http://127.0.0.1:{server.server_port}"
    server.documents = _documents(url)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = {"OIDC_ISSUER": url, "OIDC_CLIENT_ID": CLIENT, "ROLE_GROUPS": f"viewer={GROUP}"}
    bearer = token(iss=url, exp=time.time() + DAY, groups=[GROUP])
    try:
        yield Issuer({f"INTERLOCK_{name}": value for name, value in settings.items()}, bearer)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _documents(url: str) -> dict[str, bytes]:
    about = {"issuer": url, "jwks_uri": f"{url}/keys"}
    documents = {"/.well-known/openid-configuration": about, "/keys": {"keys": [jwk("rsa")]}}
    return {path: json.dumps(document).encode() for path, document in documents.items()}


class _Documents(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.server.documents.get(self.path)  # type: ignore[attr-defined]
        self.send_response(200 if body else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Says nothing."""
