"""Each channel: what it sends, what it takes for an answer, and what it refuses. Real servers on the loopback."""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.secrets import KEPT_SECONDS, Secrets
from domain.notices import Notice
from domain.words import Channel
from models.notifications import Claimed
from reporting.channels import slack, sns, webhook
from reporting.channels.addresses import Web, forbidden, unwrapped
from reporting.channels.outcome import Outgoing, Refused, wait_seconds
from tests.reporting.conftest import Collector

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
URL = "https://interlock.example.com"
NOTICE = Notice(
    type="pipeline.broken",
    title="payments is broken: it failed in prod-eu",
    text="Limit <exceeded> & more\nsecond line",
    about="x",
    state="s",
    thread="0b1f6c1e",
    time=NOW,
    facts=(("Committer", "Mary <mary@example.com>"), ("Stage", "prod")),
    links=(("AWS console", "https://console.aws.amazon.com/x?a=1&b=2"),),
    urgent=True,
    attributes={"service": "payments", "stage": "prod"},
)


def document(**given: Any) -> dict[str, Any]:
    """A notice as its row has it."""
    found: dict[str, Any] = orjson.loads(orjson.dumps({**asdict(replace(NOTICE, **given)), "time": NOW.isoformat()}))
    return found


def outgoing(channel: Channel, address: str, secret: str | None = None, **given: Any) -> Outgoing:
    of_claim = {"id": UUID(int=1), "first": None, "document": document(), "thread": "0b1f6c1e", **given}
    claimed = Claimed(
        **of_claim, route_id=UUID(int=2), route="all", version=1, channel=channel, address=address, secret_arn=None,
        attempts=1, test=False, until=NOW,
    )  # fmt: skip
    return Outgoing(claimed, secret)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    made = Web(loopback=True)
    yield made
    await made.close()


# --- webhooks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 401, 404, 408, 410, 429, 500, 503])
async def test_only_success_is_success(web: Web, collector: Collector, status: int) -> None:
    """2xx has been taken; nothing else has, and no redirect is followed. 410: it is gone."""
    collector.answers = [
        (204, {}, b""),
        (status, {"location": collector.url + "/elsewhere", "retry-after": "7"}, b"no"),
    ]
    sending = outgoing(Channel.WEBHOOK, collector.url + "/hook")
    await webhook.send(web, sending, URL, NOW)
    with pytest.raises(Refused, match=f"HTTP {status}") as caught:
        await webhook.send(web, sending, URL, NOW)
    assert caught.value.gone is (status == 410)
    assert caught.value.wait_seconds == 7
    assert collector.paths == ["/hook", "/hook"]


async def test_an_endless_answer_is_read_no_further(web: Web, collector: Collector) -> None:
    """What is read of an answer is bounded."""
    collector.answers = [(200, {}, b"x" * 5_000_000)]
    answer = await web.post(collector.url, {}, b"")
    assert len(answer.body) == 64_000


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "abc", "whsec_" + base64.b64encode(b"short").decode()])
def test_a_secret_that_signs_nothing_is_refused(secret: str) -> None:
    """The message has the form and not the secret."""
    with pytest.raises(Refused, match="whsec_ and the base64 of 24 to 512 bytes"):
        webhook.signed("id", NOW, b"{}", secret)


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of Standard Webhooks' own libraries."""
    at = datetime.fromtimestamp(1614265330, UTC)
    found = webhook.signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    )
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_cloud_event_has_what_is_required() -> None:
    """CloudEvents 1.0: id, source, specversion and type are text that says something; time is RFC 3339's."""
    event = webhook.cloud_event("id", document(), URL)
    assert all(event[each] for each in ("id", "source", "specversion", "type"))
    assert datetime.fromisoformat(event["time"]) == NOW
    assert event["data"]["service"] == "payments"


# --- addresses that others have written -----------------------------------------------------------------------------

NOT_SPOKEN_TO = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.170.2", "224.0.0.1", "255.255.255.255",
    "168.63.129.16", "192.0.0.192", "fd20:ce::254", "::127.0.0.1", "64:ff9b:1::7f00:1",
    "100.100.100.200", "::1", "::", "fe80::1", "fd00:ec2::254", "fd00:ec2::23", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a9fe:a9fe::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
)  # fmt: skip


@pytest.mark.parametrize("address", NOT_SPOKEN_TO)
async def test_nothing_is_sent_to_this_machine_or_to_metadata(address: str) -> None:
    """Loopback, link-local, multicast, nobody's, and what stands for one of them in IPv6."""
    assert forbidden(unwrapped(ipaddress.ip_address(address)))
    web = Web(loopback=False)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused, match=r"nothing is sent|not known"):
        await web.post(f"https://{host}/", {}, b"")
    await web.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [("10.0.0.1", "10.0.0.0/8"), ("192.168.1.1", "192.168.1.1"), ("100.64.0.9", "100.64.0.0/10"),
     ("fd12::1", "fd12::/16"), ("::ffff:10.0.0.1", "10.0.0.0/8")],
)  # fmt: skip
async def test_private_networks_are_spoken_to_where_a_setting_names_them(address: str, network: str) -> None:
    """Receivers of a company are within it; metadata is never, whatever is named."""
    assert not forbidden(unwrapped(ipaddress.ip_address(address)))
    host = f"[{address}]" if ":" in address else address
    for networks, says in (([], "INTERLOCK_OUTBOUND_NETWORKS names"), ([network], None)):
        web = Web(loopback=False, networks=networks)
        if says is None:
            assert await web._checked(httpx.URL(f"https://{host}/"))
        else:
            with pytest.raises(Refused, match=says):
                await web.post(f"https://{host}/", {}, b"")
        await web.close()
    everywhere = Web(loopback=False, networks=["0.0.0.0/0", "::/0"])
    with pytest.raises(Refused, match="nothing is sent"):
        await everywhere.post("https://169.254.169.254/", {}, b"")
    await everywhere.close()


@pytest.mark.parametrize(
    "url",
    ["http://localhost:1/", "https://localhost/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
     "https://user:password@example.com/", "ftp://example.com/", "https:///x", "https://nothing.invalid/", "https://[::1/"],
)  # fmt: skip
async def test_other_ways_to_write_it_lead_nowhere(url: str) -> None:
    """Names and short or numeric forms are resolved before they are looked at; users and other schemes are refused."""
    web = Web(loopback=False)
    with pytest.raises(Refused):
        await web.post(url, {}, b"")
    await web.close()


async def test_a_name_is_resolved_once_and_the_request_goes_there(collector: Collector) -> None:
    """The host's name is still the one that is asked for; another resolution afterwards changes nothing."""
    web = Web(loopback=True)
    port = collector.url.rpartition(":")[2]
    await web.post(f"http://localhost:{port}/x", {}, b"")
    assert collector.headers[0]["host"] == f"localhost:{port}"
    await web.close()


async def test_an_address_that_is_not_reached_is_not_the_only_one(
    web: Web, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a host with several, the next is tried; all of them are looked at first."""
    port = int(collector.url.rpartition(":")[2])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert (await web.post(f"http://receiver.example.com:{port}/", {}, b"")).status == 200
    found.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", port)))
    with pytest.raises(Refused, match="to which nothing is sent"):
        await web.post(f"http://receiver.example.com:{port}/", {}, b"")
    assert len(collector.bodies) == 1


@pytest.fixture
def secure(certificates: Path) -> Iterator[int]:
    """The port of a receiver that speaks TLS and is called localhost alone."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "localhost.pem", certificates / "localhost.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_certificate_is_the_names_though_an_address_is_asked(secure: int, certificates: Path) -> None:
    """The request goes to the address that was looked at; who answers there must still be who was named."""
    web = Web(loopback=True, tls=ssl.create_default_context(cafile=certificates / "ca.pem"))
    assert (await web.post(f"https://localhost:{secure}/", {}, b"")).status == 204
    with pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
        await web.post(f"https://127.0.0.1:{secure}/", {}, b"")
    await web.close()
    trusting_others = Web(loopback=True)
    with pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
        await trusting_others.post(f"https://localhost:{secure}/", {}, b"")
    await trusting_others.close()


async def test_plain_http_is_for_this_machine_alone() -> None:
    """Elsewhere nothing is sent without TLS."""
    web = Web(loopback=True)
    with pytest.raises(Refused, match="not one of HTTPS"):
        await web.post("http://10.0.0.1/", {}, b"")
    await web.close()


@pytest.mark.parametrize(("given", "seconds"), [(None, 0), ("30", 30), ("-1", 0), ("soon", 0), ("9" * 50, 0), ("٣", 0)])
def test_a_wait_is_read_or_ignored(given: str | None, seconds: float) -> None:
    """Retry-After in seconds; nothing that would be for ever."""
    assert wait_seconds(given) == seconds


# --- Slack ----------------------------------------------------------------------------------------------------------


@given(
    st.text(max_size=400),
    st.text(max_size=6000),
    st.lists(st.tuples(st.text(max_size=50), st.text(max_size=3000)), max_size=40),
)
def test_a_message_is_within_slacks_limits(title: str, text: str, facts: list[tuple[str, str]]) -> None:
    """Whatever there is to say: blocks, texts, fields and their lengths."""
    long = (("x" * 100, "https://example.com/" + "y" * 4000), ("Fine", "https://example.com/"))
    made = slack.message(document(title=title or "x", text=text, facts=tuple(facts), links=long))
    assert len(made["blocks"]) <= 50
    assert len(made["blocks"][0]["text"]["text"]) <= 150
    for block in made["blocks"]:
        assert len(block.get("fields", ())) <= 10
        assert all(len(each["text"]) <= 2000 for each in block.get("fields", ()))
        assert block["type"] != "section" or "fields" in block or 0 < len(block["text"]["text"]) <= 3000
    assert [each["text"]["text"] for each in made["blocks"][-1]["elements"]] == ["Fine"]


def test_nobody_is_mentioned_by_what_arrived() -> None:
    """Links, mentions and formatting in a cause or a name stay what they are: text."""
    made = slack.message(document(text="```<!channel> & <https://evil|x>```", facts=(("By", "<@U123>"),)))
    assert "<" not in orjson.dumps(made).decode()
    texts = [made["blocks"][1]["text"], *made["blocks"][2]["fields"], *made["blocks"][3]["elements"]]
    assert all(each["verbatim"] for each in texts)  # else Slack makes links of what looks like one
    assert made["blocks"][1]["text"]["text"].count("```") == 2


async def test_an_incoming_webhook_gets_blocks(web: Web, collector: Collector) -> None:
    """The secret is its address; it tells nothing that a thread could be made of."""
    sending = outgoing(Channel.SLACK, "#deployments", collector.url + "/services/T/B/x")
    assert await slack.send(web, sending, URL) is None
    sent = orjson.loads(collector.bodies[0])
    assert sent["text"] == NOTICE.title
    assert [each["type"] for each in sent["blocks"]] == ["header", "section", "section", "context", "actions"]
    collector.answers = [(404, {}, b"no_service")]
    with pytest.raises(Refused, match="HTTP 404 no_service"):
        await slack.send(web, sending, URL)


async def test_a_bot_answers_in_the_thread(web: Web, collector: Collector) -> None:
    """Of the first message of an execution, in that channel; a thread that is gone is left."""
    taken = (200, {}, b'{"ok": true, "ts": "17.5"}')
    collector.answers = [taken, taken, taken, (200, {}, b'{"ok": false, "error": "thread_not_found"}'), taken]
    receipt = await slack.send(web, outgoing(Channel.SLACK, "#a", "xoxb-1"), collector.url)
    assert receipt == {"address": "#a", "ts": "17.5"}
    await slack.send(web, outgoing(Channel.SLACK, "#a", "xoxb-1", first=receipt), collector.url)
    await slack.send(web, outgoing(Channel.SLACK, "#b", "xoxb-1", first=receipt), collector.url)
    await slack.send(web, outgoing(Channel.SLACK, "#a", "xoxb-1", first=receipt), collector.url)
    bodies = [orjson.loads(each) for each in collector.bodies]
    assert [each.get("thread_ts") for each in bodies] == [None, "17.5", None, "17.5", None]
    assert {each["authorization"] for each in collector.headers} == {"Bearer xoxb-1"}
    assert set(collector.paths) == {"/chat.postMessage"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, {}, b'{"ok": false, "error": "channel_not_found"}'), "Slack says channel_not_found"),
        ((429, {"retry-after": "30"}, b""), "Slack says ratelimited"),
        ((200, {}, b"<html>"), "not JSON"),
        ((200, {}, b"[]"), "not JSON"),
        ((503, {}, b""), "HTTP 503"),
    ],
)
async def test_slacks_refusals(web: Web, collector: Collector, answer: Any, reason: str) -> None:
    """It answers 200 with an error, or 429 with how long to wait."""
    collector.answers = [answer]
    with pytest.raises(Refused, match=reason) as caught:
        await slack.send(web, outgoing(Channel.SLACK, "#a", "xoxb-1"), collector.url)
    assert caught.value.wait_seconds == (30 if answer[0] == 429 else 0)


@pytest.mark.parametrize("secret", [None, "xoxp-1", "T/B/x", "xoxb-1\nx", "xoxb-1\r\nhost: evil", "xoxb-ü"])
async def test_without_a_secret_of_slacks_nothing_is_sent(web: Web, secret: str | None) -> None:
    """The message says what is needed, and not what was there."""
    with pytest.raises(Refused, match="secret") as caught:
        await slack.send(web, outgoing(Channel.SLACK, "#a", secret), URL)
    assert "xox" not in caught.value.reason


# --- SNS and secrets ------------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_a_subject_is_what_sns_takes(title: str) -> None:
    """At most 100 characters of printable ASCII, and at least one."""
    found = sns.subject(title)
    assert 1 <= len(found) <= 100
    assert found.isascii()
    assert found.isprintable()


def test_attributes_are_few_and_say_something() -> None:
    """At most ten: what raw delivery to SQS takes."""
    everything = dict.fromkeys(("service", "stage", "wave", "environment", "executionId", "team"), "x")
    found = sns.attributes(outgoing(Channel.SNS, "arn", document=document(attributes=everything)))
    assert len(found) == 10
    assert all(found.values())


def test_a_secret_is_kept_for_a_minute() -> None:
    """Then, or after a refusal, it is fetched anew."""
    values, now = ["one", "two", "three"], [0.0]
    secrets = Secrets(lambda _: values.pop(0), lambda: now[0])
    assert [secrets.get("arn"), secrets.get("arn")] == ["one", "one"]
    now[0] = KEPT_SECONDS
    assert secrets.get("arn") == "two"
    secrets.forget("arn")
    assert secrets.get("arn") == "three"
