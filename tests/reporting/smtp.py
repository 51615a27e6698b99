"""A mail server that speaks as much SMTP as a test needs, on a port of its own on the loopback."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What was received, and whether that was encrypted. refuse_*: the answer to DATA's end, or to an address's RCPT.

    tls: offered by STARTTLS, where there is one.
    """

    port: int = 0
    messages: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refuse_data: bytes | None = None
    refuse_rcpt: dict[str, bytes] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    encrypted: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def parsed(self) -> list[EmailMessage]:
        """The messages as a mail program reads them."""
        return [message_from_bytes(each, policy=policy.default) for each in self.messages]  # type: ignore[misc]


class _Handler(socketserver.StreamRequestHandler):
    """One connection; the server's `mail` says what to answer, and keeps what comes."""

    def handle(self) -> None:
        """Answer each command, until QUIT or the end."""
        self.mail: MailServer = self.server.mail  # type: ignore[attr-defined]
        self.to: list[str] = []
        self._say(b"220 here")
        while line := self.rfile.readline():
            verb, _, rest = line.strip().partition(b" ")
            answer = getattr(self, f"_{verb.decode().lower()}", None)
            self._say(b"250 yes") if answer is None else answer(rest)
            if verb.upper() == b"QUIT":
                return

    def finish(self) -> None:
        """Close what STARTTLS has opened as well."""
        super().finish()
        self.connection.close()

    def _ehlo(self, _: bytes) -> None:
        offered = b"250-STARTTLS\r\n" if self.mail.tls and not isinstance(self.connection, ssl.SSLSocket) else b""
        self._say(b"250-here\r\n" + offered + b"250 AUTH PLAIN")

    def _starttls(self, _: bytes) -> None:
        assert self.mail.tls is not None
        self._say(b"220 go on")
        plain = self.connection
        try:
            self.connection = self.mail.tls.wrap_socket(plain, server_side=True)
        except ssl.SSLError:  # whoever asked does not trust us, and goes
            return
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]

    def _auth(self, rest: bytes) -> None:
        self.mail.logins.append(rest.decode())
        self._say(b"235 yes")

    def _rcpt(self, rest: bytes) -> None:
        address = rest.decode().partition("<")[2].rstrip(">")
        if address not in self.mail.refuse_rcpt:
            self.to.append(address)
        self._say(self.mail.refuse_rcpt.get(address, b"250 yes"))

    def _data(self, _: bytes) -> None:
        self._say(b"354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if not self.mail.refuse_data:
            self.mail.messages.append(b"".join(lines))
            self.mail.recipients.append(self.to)
            self.mail.encrypted.append(isinstance(self.connection, ssl.SSLSocket))
        self.to = []
        self._say(self.mail.refuse_data or b"250 yes")

    def _say(self, answer: bytes) -> None:
        self.wfile.write(answer + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that takes what it is not told to refuse."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        found = MailServer(port=server.server_address[1])
        server.mail = found  # type: ignore[attr-defined]
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
