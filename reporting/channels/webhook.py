"""A webhook: a CloudEvent in JSON, signed as Standard Webhooks says.

https://github.com/cloudevents/spec (1.0, structured mode), https://www.standardwebhooks.com (1.0.0, symmetric).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Any

import orjson

from reporting.channels.addresses import Web, refuse
from reporting.channels.outcome import Outgoing, Refused

PREFIX = "whsec_"


async def send(web: Web, outgoing: Outgoing, source: str, now: datetime) -> None:
    """2xx: taken. Raises Refused."""
    body = orjson.dumps(cloud_event(outgoing.id, outgoing.document, source))
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    headers |= signed(outgoing.id, now, body, outgoing.secret)
    refuse(await web.post(outgoing.claimed.address, headers, body))


def cloud_event(id_: str, document: dict[str, Any], source: str) -> dict[str, Any]:
    """The event's envelope: `type` is the event's with `interlock.` before it, `time` is the event's."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": f"interlock.{document['type']}",
        "subject": document["about"],
        "time": document["time"],
        "datacontenttype": "application/json",
        "data": {
            "title": document["title"],
            "text": document["text"],
            "urgent": document["urgent"],
            "thread": document["thread"],
            **document["attributes"],
            "facts": [{"name": name, "value": value} for name, value in document["facts"]],
            "links": [{"name": name, "url": url} for name, url in document["links"]],
        },
    }


def signed(id_: str, now: datetime, body: bytes, secret: str | None) -> dict[str, str]:
    """The headers of Standard Webhooks; without a secret, those but the signature. The time is the attempt's."""
    timestamp = str(int(now.timestamp()))
    headers = {"webhook-id": id_, "webhook-timestamp": timestamp}
    if secret is not None:
        content = f"{id_}.{timestamp}.".encode() + body
        digest = hmac.new(_key(secret), content, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def _key(secret: str) -> bytes:
    """`whsec_` and base64 of 24 to 512 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 512:
        raise Refused(f"the secret is not {PREFIX} and the base64 of 24 to 512 bytes", stale=True)
    return key
