"""Electronic mail: a text and a page, in one thread for each execution, through one SMTP server.

Headers are made by `email.policy.SMTP`, which refuses a line's end in a header; titles are on one line already.
"""

from __future__ import annotations

import hashlib
import html
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from reporting.channels.outcome import TIMEOUT_SECONDS, Outgoing, Refused, plain

_log = structlog.get_logger("interlock.reporting")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server. url: smtp://user:password@host:port, or smtps:// for TLS from the start. sender: who writes."""

    url: str
    sender: str


def send(server: Server | None, outgoing: Outgoing) -> None:
    """Sends to all of the route's addresses. Blocks: for a thread. Raises Refused where none of them has it."""
    if server is None:
        raise Refused("no mail can be sent: INTERLOCK_SMTP_URL and INTERLOCK_SMTP_FROM are not set")
    made = message(outgoing, server.sender)
    to = recipients(outgoing.claimed.address)
    try:
        with closing(_connected(server.url)) as connection:
            refused = connection.send_message(made, parseaddr(server.sender)[1], to)
            with suppress(smtplib.SMTPException, OSError):  # the message has been taken, whatever is said to the end
                connection.quit()
    except smtplib.SMTPRecipientsRefused as error:
        raise Refused(_of_recipients(error.recipients)) from None
    except smtplib.SMTPResponseException as error:
        raise Refused(f"SMTP {error.smtp_code} {_text(error.smtp_error)}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Refused(f"{type(error).__name__}: {error}") from None
    if refused:  # the others have it, and would have it twice: it is not sent again
        _log.warning("mail not taken for some", notification=outgoing.id, reason=_of_recipients(refused))


def _connected(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
    try:
        _prepare(connection, parts.scheme, host, context, unquote(parts.username or ""), unquote(parts.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(
    connection: smtplib.SMTP, scheme: str, host: str, context: ssl.SSLContext, user: str, password: str
) -> None:
    """TLS where it is offered; a password is never sent without it, but to this machine."""
    connection.ehlo_or_helo_if_needed()
    if scheme == "smtp" and connection.has_extn("starttls"):
        connection.starttls(context=context)
        connection.ehlo()
    elif scheme == "smtp" and user and host not in _LOOPBACK:
        raise Refused("the mail server offers no TLS, without which no password is sent")
    if user:
        connection.login(user, password)


def _of_recipients(refused: dict[str, tuple[int, bytes]]) -> str:
    _, (code, said) = next(iter(refused.items()))
    return f"SMTP {code} {_text(said)}"


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def recipients(address: str) -> list[str]:
    """The addresses of a route."""
    return [each.strip() for each in address.split(",")]


def message(outgoing: Outgoing, sender: str) -> EmailMessage:
    """The whole message: its id is the notification's; all of a thread refer to one id, so that mail programs group."""
    document, claimed = outgoing.document, outgoing.claimed
    domain = parseaddr(sender)[1].rpartition("@")[2] or "interlock"
    thread = hashlib.sha256(f"{claimed.route_id} {claimed.thread}".encode()).hexdigest()[:32]
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = ", ".join(recipients(claimed.address))
    made["Subject"] = document["title"]
    made["Date"] = format_datetime(datetime.fromisoformat(document["time"]))
    made["Message-ID"] = f"<{outgoing.id}@{domain}>"
    made["In-Reply-To"] = f"<{thread}@{domain}>"
    made["References"] = f"<{thread}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Interlock-Event"] = document["type"]
    made.set_content(plain(document))
    made.add_alternative(page(document), subtype="html")
    return made


def page(document: dict[str, Any]) -> str:
    """The notice as HTML, without images and scripts."""
    facts = "".join(
        f"<tr><th align='left'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in document["facts"]
    )
    links = " · ".join(f"<a href='{html.escape(url)}'>{html.escape(name)}</a>" for name, url in document["links"])
    text = f"<pre style='white-space:pre-wrap'>{html.escape(document['text'])}</pre>" if document["text"] else ""
    title = html.escape(document["title"])
    return f"<html><body><h3>{title}</h3>{text}<table cellpadding='4'>{facts}</table><p>{links}</p></body></html>"
