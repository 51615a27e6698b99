"""A mail server that speaks as much SMTP as a test needs, on a port of its own on the loopback."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What was received. refusing: the answer to DATA's end, or to one address's RCPT, instead of 250."""

    port: int = 0
    messages: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refuse_data: bytes | None = None
    refuse_rcpt: dict[str, bytes] = field(default_factory=dict)

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

    def _ehlo(self, _: bytes) -> None:
        self._say(b"250-here\r\n250 AUTH PLAIN")

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
        yield found
        server.shutdown()
        thread.join()
