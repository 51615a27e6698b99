"""Mail: what is sent, in which thread, and how a server's answer is taken. A real server on the loopback."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.words import Channel
from reporting.channels import mail
from reporting.channels.mail import Server
from reporting.channels.outcome import Refused
from tests.reporting.smtp import MailServer, mail_server
from tests.reporting.test_channels import NOTICE, document, outgoing


@pytest.fixture
def server() -> Any:
    with mail_server() as found:
        yield found


def _to(server: MailServer, *, login: str = "") -> Server:
    return Server(f"smtp://{login}127.0.0.1:{server.port}", "Interlock <interlock@example.com>")


def test_a_mail_has_a_text_and_a_page(server: MailServer) -> None:
    """To all of the route's addresses; its id is the notification's."""
    mail.send(_to(server, login="us%40er:pass%2Fword@"), outgoing(Channel.EMAIL, "a@example.com, b@example.com"))
    (made,) = server.parsed()
    assert server.recipients == [["a@example.com", "b@example.com"]]
    assert made["subject"] == NOTICE.title
    assert made["message-id"] == f"<{UUID(int=1)}@example.com>"
    assert made["auto-submitted"] == "auto-generated"
    plain, page = made.get_body(("plain",)), made.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "Limit <exceeded> & more" in plain.get_content()
    assert "Limit &lt;exceeded&gt; &amp; more" in page.get_content()
    assert base64.b64decode(server.logins[0].removeprefix("PLAIN ")) == b"\0us@er\0pass/word"


def test_mails_of_a_thread_refer_to_one_id(server: MailServer) -> None:
    """Another thread, or another route, has another."""
    for thread in ("one", "one", "two"):
        mail.send(_to(server), outgoing(Channel.EMAIL, "a@example.com", thread=thread))
    first, second, third = (each["references"] for each in server.parsed())
    assert first == second != third


@given(st.text("ab\r\n:\0 ß€\u2028", max_size=60), st.text("ab\r\n.\0<&ß", max_size=60))
def test_no_header_is_injected(title: str, text: str) -> None:
    """Titles are on one line where they are made; one that is not is refused, never sent."""
    sending = outgoing(Channel.EMAIL, "a@example.com", document=document(title=title, text=text))
    try:
        made = mail.message(sending, "interlock@example.com").as_bytes()
    except ValueError:
        assert set("\r\n\u2028") & set(title)
    else:
        headers = made.partition(b"\r\n\r\n")[0].lower()
        assert headers.count(b"\nsubject:") == 1
        assert b"\nbcc:" not in headers


def test_what_a_mail_server_refuses_is_told(server: MailServer) -> None:
    """With its code and words; one address of several that is refused does not make the others have it twice."""
    server.refuse_data = b"451 try later"
    with pytest.raises(Refused, match="SMTP 451 try later"):
        mail.send(_to(server), outgoing(Channel.EMAIL, "a@example.com"))
    server.refuse_data = None
    server.refuse_rcpt = {"a@example.com": b"550 nobody"}
    with pytest.raises(Refused, match="SMTP 550 nobody"):
        mail.send(_to(server), outgoing(Channel.EMAIL, "a@example.com"))
    mail.send(_to(server), outgoing(Channel.EMAIL, "a@example.com, b@example.com"))
    assert server.recipients == [["b@example.com"]]


def test_a_mail_server_that_is_away_is_told() -> None:
    """So is one that nobody has named."""
    with pytest.raises(Refused, match="ConnectionRefusedError"):
        mail.send(Server("smtp://127.0.0.1:1", "a@example.com"), outgoing(Channel.EMAIL, "a@example.com"))
    with pytest.raises(Refused, match="INTERLOCK_SMTP_URL"):
        mail.send(None, outgoing(Channel.EMAIL, "a@example.com"))


def test_a_password_is_not_sent_in_the_clear(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """To a server that is not on this machine and offers no TLS, nothing is sent."""
    monkeypatch.setattr(mail, "_LOOPBACK", set())
    with pytest.raises(Refused, match="offers no TLS"):
        mail.send(_to(server, login="user:password@"), outgoing(Channel.EMAIL, "a@example.com"))
    assert server.logins == []


def test_tls_is_used_where_it_is_offered(
    server: MailServer, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a server that is not who it says is sent nothing, not even a password."""
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(certificates / "localhost.pem", certificates / "localhost.key")
    named = Server(f"smtp://user:password@localhost:{server.port}", "interlock@example.com")
    with pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
        mail.send(named, outgoing(Channel.EMAIL, "a@example.com"))
    assert server.logins == []
    trusting = ssl.create_default_context(cafile=certificates / "ca.pem")
    monkeypatch.setattr(mail.ssl, "create_default_context", lambda: trusting)
    mail.send(named, outgoing(Channel.EMAIL, "a@example.com"))
    assert server.encrypted == [True]
