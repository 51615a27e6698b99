"""PostgreSQL behind TLS: authorities and certificates made for a test, and what ends TLS before the embedded server.

The embedded PostgreSQL is built without TLS. What libpq asks for, sees and verifies is the same before this.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import URL

SSL_REQUEST = struct.pack(">II", 8, 80877103)


@dataclass
class Authority:
    """Signs certificates. path: its own, in PEM."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        made = self._builder(self._subject, self._key, timedelta(days=1)).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.path = self.folder / f"{self.name}.pem"
        self.path.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, life: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + life)
        )

    def context(self, host: str, life: timedelta = timedelta(days=1)) -> ssl.SSLContext:
        """What a server of this name shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = self._builder(subject, key, life).add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        file = self.folder / f"{host}-{made.serial_number}.pem"
        file.write_bytes(
            made.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


class Front:
    """A port before a server. context: None for a server that knows no TLS. encrypted: connections that were."""

    def __init__(self, server: URL, context: ssl.SSLContext | None) -> None:
        self._folder = str(server.query["host"])
        self._context = context
        self.encrypted = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.socket(socket.AF_UNIX) as server:
            server.connect(f"{self._folder}/.s.PGSQL.5432")
            first = client.recv(8, socket.MSG_WAITALL)
            if first != SSL_REQUEST:
                server.sendall(first)
                _relay(client, server)
                return
            client.sendall(b"S" if self._context else b"N")
            if self._context is None:
                _relay(client, server)
                return
            with self._context.wrap_socket(client, server_side=True) as encrypted:
                self.encrypted += 1
                _relay(encrypted, server)


def _relay(client: socket.socket, server: socket.socket) -> None:
    back = threading.Thread(target=_pass, args=(server, client), daemon=True)
    back.start()
    _pass(client, server)
    back.join()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError, ValueError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def fronted(server: URL, context: ssl.SSLContext | None) -> Iterator[Front]:
    """The port, for the block."""
    front = Front(server, context)
    try:
        yield front
    finally:
        front.close()
