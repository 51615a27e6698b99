"""Slack: blocks, with a text for where there are none; by an incoming webhook, or by a bot that answers in threads.

The secret decides: an address of an incoming webhook, or a bot's token. https://docs.slack.dev/reference/block-kit has
the limits: 50 blocks, 150 characters of a header, 3,000 of a section's text, 2,000 of a field, 10 fields, 75 of a
button, 3,000 of an address.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from reporting.channels.addresses import Answer, Web, refuse
from reporting.channels.outcome import Outgoing, Refused, wait_seconds

_TOKEN = re.compile(r"xoxb-[A-Za-z0-9-]+")
"""Of a bot. Whatever else is in a header would be refused in words that repeat it."""
_HEADER, _TEXT, _FIELD, _FIELDS, _BUTTON, _URL = 150, 2_900, 1_900, 10, 75, 3_000
_STALE = {"invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"}
_GONE = {"thread_not_found", "message_not_found"}


async def send(web: Web, outgoing: Outgoing, api: str) -> dict[str, Any] | None:
    """The receipt: where and when Slack keeps the message, known to bots alone. Raises Refused."""
    secret = outgoing.secret
    if secret is None:
        raise Refused("the route names no secret: a webhook of Slack, or a bot's token, is kept in one")
    if _TOKEN.fullmatch(secret):
        return await _by_bot(web, outgoing, api, secret)
    if not secret.startswith(("https://", "http://")):
        raise Refused("the secret is neither an address of an incoming webhook nor a bot's token", stale=True)
    answer = await web.post(secret, _JSON, orjson.dumps(message(outgoing.document)))
    refuse(answer, said=answer.body[:100].decode("ascii", "replace"))
    return None


_JSON = {"content-type": "application/json; charset=utf-8"}


async def _by_bot(web: Web, outgoing: Outgoing, api: str, token: str) -> dict[str, Any]:
    """In the thread of the first message, where that was sent to this channel, and is still there."""
    address = outgoing.claimed.address
    first = outgoing.claimed.first or {}
    thread = {"thread_ts": first["ts"]} if first.get("address") == address and first.get("ts") else {}
    body = {**message(outgoing.document), "channel": address, "unfurl_links": False, **thread}
    headers = {**_JSON, "authorization": f"Bearer {token}"}
    said = _said(await web.post(f"{api}/chat.postMessage", headers, orjson.dumps(body)))
    if thread and said.get("error") in _GONE:
        body.pop("thread_ts")
        said = _said(await web.post(f"{api}/chat.postMessage", headers, orjson.dumps(body)))
    if not said.get("ok"):
        error = str(said.get("error", "nothing"))[:100]
        raise Refused(f"Slack says {error}", float(said.get("wait", 0)), stale=error in _STALE)
    return {"address": address, "ts": str(said.get("ts", ""))}


def _said(answer: Answer) -> dict[str, Any]:
    """Slack answers 200 with `ok`; too many requests are 429."""
    if answer.status == 429:
        return {"ok": False, "error": "ratelimited", "wait": wait_seconds(answer.headers.get("retry-after"))}
    refuse(answer)
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise Refused("Slack's answer is not JSON")
    return said


def message(document: dict[str, Any]) -> dict[str, Any]:
    """The text, for notifications of the system and for readers of screens, and the blocks."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(document["title"], _HEADER)}]
    if document["text"]:
        blocks.append({"type": "section", "text": _mrkdwn(_quoted(document["text"]), _TEXT)})
    facts = document["facts"]
    if facts:
        fields = [_mrkdwn(f"*{escaped(name)}*\n{escaped(value)}", _FIELD) for name, value in facts[:_FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    rest = [f"{name}: {value}" for name, value in facts[_FIELDS:]]
    context = " · ".join([f"`{document['type']}`", escaped(document["time"]), *map(escaped, rest)])
    blocks.append({"type": "context", "elements": [_mrkdwn(context, _FIELD)]})
    buttons = [
        {"type": "button", "text": _plain(name, _BUTTON), "url": url}
        for name, url in document["links"]
        if len(url) <= _URL
    ]
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    return {"text": escaped(document["title"])[:_TEXT], "blocks": blocks}


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": text[:most], "emoji": False}


def _mrkdwn(text: str, most: int) -> dict[str, Any]:
    """verbatim: what looks like an address, a channel or a name of somebody stays text."""
    return {"type": "mrkdwn", "text": text[:most], "verbatim": True}


def _quoted(text: str) -> str:
    """A block of code: nothing in it is formatted, and nobody is mentioned."""
    inner = escaped(text.replace("```", "'''"))[: _TEXT - 6]
    return f"```{inner}```"


def escaped(text: str) -> str:
    """Slack's own three: what begins a link or a mention begins none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
