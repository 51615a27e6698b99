"""Secrets of AWS Secrets Manager: fetched when they are needed, kept for a minute in memory, and nowhere else."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

from aws.accounts import AwsError, own_client, words

KEPT_SECONDS = 60.0
"""After a rotation, what is old is used for so long at most; a secret that was refused is fetched anew at once."""


class SecretError(Exception):
    """A secret cannot be had, or is not what is needed; the message says why, and never what it is."""


def fetched(arn: str) -> str:
    """The secret's text, from AWS. Raises SecretError."""
    try:
        text = own_client("secretsmanager", arn).get_secret_value(SecretId=arn).get("SecretString")
    except AwsError as error:
        raise SecretError(f"the secret {arn} cannot be read: {words(error)}") from error
    if not text:
        raise SecretError(f"the secret {arn} has no text: a binary secret cannot be used")
    return _one(text.strip(), arn)


MOST_KEPT = 1_000
"""Secrets that are kept: of more, the one that was read first is read again."""


class Secrets:
    """Secrets by their ARNs, with the service's own credentials, from the Region that the ARN names.

    Credentials and endpoints are found as boto3 finds them, AWS_ENDPOINT_URL too. For threads.
    """

    def __init__(self, fetch: Callable[[str], str] = fetched, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def get(self, arn: str) -> str:
        """The secret's text; of a JSON object with one text in it, as the console makes them, that text.

        Raises SecretError.
        """
        with self._lock:
            at, value = self._kept.get(arn, (0.0, ""))
            if value and self._clock() - at < KEPT_SECONDS:
                return value
        value = self._fetch(arn)
        with self._lock:
            self._kept[arn] = (self._clock(), value)
            if len(self._kept) > MOST_KEPT:
                self._kept.pop(min(self._kept, key=lambda each: self._kept[each][0]))
        return value

    def forget(self, arn: str) -> None:
        """The secret was refused: it may have been rotated."""
        with self._lock:
            self._kept.pop(arn, None)


def _one(text: str, arn: str) -> str:
    if not text.startswith("{"):
        return text
    try:
        values = json.loads(text)
    except ValueError:
        return text
    texts = [each for each in values.values() if isinstance(each, str)]
    if len(texts) != 1:
        raise SecretError(f"the secret {arn} has {len(texts)} texts: keep one in it, or plain text")
    return texts[0].strip()
