"""An SQS queue: its messages received, deleted and given back. boto3 blocks, so each call is made in a thread."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

QueueError = (BotoCoreError, ClientError)
"""What a call raises when SQS cannot be reached, or says no."""

MOST_MESSAGES = 10
"""SQS's limit for one request."""

WAIT_SECONDS = 3
"""How long SQS holds a request open for a message. SQS allows 20; the order to stop waits for the request to end, and
one request in 3 seconds costs some 0.35 USD a month (0.40 USD for a million)."""

VISIBILITY_SECONDS = 30
"""How long a message that was received is hidden from other readers, unless it is held longer."""


class ReceivedMessage(NamedTuple):
    """A message, hidden from other readers until its visibility time is over. receipt: what deletes it."""

    id: str
    receipt: str
    body: str


class Queue:
    """One queue. A URL that is not AWS's own is also the address that is called: an emulator's queue is where it says.

    Credentials, and the Region of a queue whose URL does not name it, are found as boto3 finds them.
    """

    def __init__(self, url: str, wait_seconds: int = WAIT_SECONDS) -> None:
        self.url = url
        self._wait = wait_seconds
        # Of its own, or readers that wait for messages would take all threads of the process.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="sqs")
        session = Session()  # of its own: boto3's default one keeps the credentials that it found first
        self._client = session.client(
            "sqs",
            region_name=_region(url) or session.region_name or "us-east-1",
            endpoint_url=_address(url),
            config=Config(
                connect_timeout=5, read_timeout=wait_seconds + 10, retries={"mode": "standard", "max_attempts": 3}
            ),
        )

    async def receive(self) -> list[ReceivedMessage]:
        """Up to ten messages, as soon as there is one; none when none came in time."""
        answer = await self._call(
            self._client.receive_message,
            QueueUrl=self.url,
            MaxNumberOfMessages=MOST_MESSAGES,
            VisibilityTimeout=VISIBILITY_SECONDS,
            WaitTimeSeconds=self._wait,
        )
        return [
            ReceivedMessage(message["MessageId"], message["ReceiptHandle"], message["Body"])
            for message in answer.get("Messages", [])
        ]

    async def delete(self, messages: Sequence[ReceivedMessage]) -> int:
        """Deletes messages; how many SQS could not delete: they will come again."""
        answer = await self._call(
            self._client.delete_message_batch,
            QueueUrl=self.url,
            Entries=[{"Id": str(number), "ReceiptHandle": message.receipt} for number, message in enumerate(messages)],
        )
        return len(answer.get("Failed", []))

    async def hold(self, messages: Sequence[ReceivedMessage]) -> int:
        """Hides messages from other readers for VISIBILITY_SECONDS from now; of how many SQS could not do so."""
        return await self._hide(messages, VISIBILITY_SECONDS)

    async def give_back(self, messages: Sequence[ReceivedMessage]) -> None:
        """Shows messages to other readers at once."""
        await self._hide(messages, 0)

    async def _hide(self, messages: Sequence[ReceivedMessage], seconds: int) -> int:
        answer = await self._call(
            self._client.change_message_visibility_batch,
            QueueUrl=self.url,
            Entries=[
                {"Id": str(number), "ReceiptHandle": message.receipt, "VisibilityTimeout": seconds}
                for number, message in enumerate(messages)
            ],
        )
        return len(answer.get("Failed", []))

    def close(self) -> None:
        """Closes its connections; no request may be running."""
        self._threads.shutdown(wait=False)
        self._client.close()

    async def _call(self, request: Callable[..., Any], **given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(request, **given))


def _region(url: str) -> str | None:
    """The Region in one of SQS's addresses, of an interface endpoint too."""
    host = urlsplit(url).hostname or ""
    found = re.search(r"(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.", host) or re.search(r"^([a-z0-9-]+)\.queue\.", host)
    return found[1] if found else None


def _address(url: str) -> str | None:
    parts = urlsplit(url)
    if (parts.hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn")) and "vpce" not in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc}"
