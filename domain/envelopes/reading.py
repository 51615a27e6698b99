"""What all envelopes share: opening a message's body, EventBridge's own fields, and reading single values.

Everything here is total: a value, or `InvalidValue`, which says what was wrong, and nothing else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from domain import moments
from domain.errors import InvalidValue
from domain.masking import MASK, kept

LONGEST_IDENTIFIER = 512
"""Characters. AWS's own limit for names is 100; a PostgreSQL index entry holds 2,700 bytes."""

LONGEST_ARN = 2048
"""Characters: IAM's limit, and a resource's ARN is never longer."""

LONGEST_REASON = 2_000
"""Characters of a text that AWS gives as a reason, where it is kept apart from its envelope."""

LARGEST_BODY = 1_048_576
"""Characters of a message: SQS takes 1 MiB, EventBridge less. What is larger is not even parsed."""

LONGEST_LINK = 2048
"""Characters: browsers and AWS's console have no longer ones."""

HIDDEN = MASK
"""What stands in an envelope that is kept for a value that may be secret."""

Word = TypeVar("Word", bound=StrEnum)

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_LINK = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_ARN = re.compile(
    r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d{12}|):(?P<rest>.+)",
    re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Head:
    """EventBridge's own fields. time: in whole seconds. account and region: where the event happened."""

    event_id: str
    account: str
    region: str
    time: datetime


def opened(body: object) -> dict[str, Any]:
    """The envelope inside a message's body: text or JSON, as EventBridge sends it or wrapped by SNS.

    Raises InvalidValue when it is too large, no JSON object, or one whose text PostgreSQL cannot keep.
    """
    return opened_and_written(body)[0]


def opened_and_written(body: object) -> tuple[dict[str, Any], str]:
    """The same, and the envelope as JSON text that PostgreSQL can keep."""
    envelope = _decoded(body)
    if isinstance(envelope, dict) and envelope.get("Type") == "Notification" and "Message" in envelope:
        envelope = _decoded(envelope["Message"])
    if not isinstance(envelope, dict):
        raise wrong("body", envelope, "an EventBridge envelope, which is a JSON object")
    return envelope, _written(envelope)


def detail_of(envelope: dict[str, Any]) -> dict[str, Any]:
    """What the event itself says."""
    detail = envelope.get("detail")
    if not isinstance(detail, dict):
        raise wrong("detail", detail, "a JSON object")
    return detail


def head(envelope: dict[str, Any], source: str) -> Head:
    """EventBridge's own fields.

    Raises InvalidValue also where they contradict each other, as in a forged envelope: one of another service of AWS
    than `source`, or one that is about the resources of another account or Region.
    """
    account = envelope.get("account")
    if not isinstance(account, str) or not re.fullmatch(r"\d{12}", account, re.ASCII):
        raise wrong("account", account, "twelve digits, as text")
    region = envelope.get("region")
    if not isinstance(region, str) or not re.fullmatch(r"[a-z0-9-]{1,30}", region):
        raise wrong("region", region, "the code of an AWS Region: 'eu-west-1'")
    sent_by = envelope.get("source")
    if isinstance(sent_by, str) and sent_by.startswith("aws.") and sent_by != source:
        raise wrong("source", sent_by, f"{source!r}, which alone sends such events")
    found = Head(
        event_id=identifier(envelope, "id"),
        account=account,
        region=region,
        time=moments.parse("time", envelope.get("time")),
    )
    for resource in _list(envelope.get("resources")):
        if isinstance(resource, str) and _ARN.fullmatch(resource):
            _require_own("resources", resource, found)
    return found


def arn(field: str, value: object, service: str, kind: str, sent: Head) -> str:
    """An ARN of a service's resource, whose last part begins with `kind`, in the account and Region of the envelope."""
    found = _ARN.fullmatch(value) if isinstance(value, str) and len(value) <= LONGEST_ARN else None
    if not isinstance(value, str) or not found or found["service"] != service or not found["rest"].startswith(kind):
        raise wrong(field, value, f"an ARN of {service}, whose last part begins with {kind!r}")
    _require_own(field, value, sent)
    return value


def _require_own(field: str, value: str, sent: Head) -> None:
    found = _ARN.fullmatch(value)
    assert found is not None
    if found["account"] not in ("", sent.account) or found["region"] not in ("", sent.region):
        allowed = f"an ARN of the account {sent.account} and the Region {sent.region}, which the envelope comes from"
        raise wrong(field, value, allowed)


def one_of(words: type[Word], field: str, value: object) -> Word:
    """One of an enumeration's words."""
    if isinstance(value, str) and value in words.__members__.values():
        return words(value)
    raise wrong(field, value, "one of " + ", ".join(words))


def identifier(parent: dict[str, Any], field: str) -> str:
    """A name or key, which must be there."""
    value = parent.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_IDENTIFIER:
        raise wrong(field, value, f"text of 1 to {LONGEST_IDENTIFIER} characters")
    return value


def nested(value: object) -> dict[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str | None:
    """A text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def reason(value: object) -> str | None:
    """A text as it is kept apart from its envelope: without secrets, its first LONGEST_REASON characters."""
    return kept(value, LONGEST_REASON) if isinstance(value, str) and value else None


def link(value: object) -> str | None:
    """The address of a page; None for anything else, such as `javascript:`, since somebody may follow it."""
    return value if isinstance(value, str) and len(value) <= LONGEST_LINK and _LINK.match(value) else None


def objects(value: object, most: int) -> list[dict[str, Any]]:
    """The objects of a list, the first of them; none for anything else."""
    return [each for each in _list(value)[:most] if isinstance(each, dict)]


def whole(value: object) -> int | None:
    """A whole number that arrives as 12, 12.0, "12" or "12.0"; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
        return int(number) if number.is_integer() else None
    except (ValueError, OverflowError):
        return None


def wrong(field: str, value: object, allowed: str) -> InvalidValue:
    """Values are shown short and never walked into: a message may be huge, or nested a thousand deep."""
    if isinstance(value, dict | list):
        shown = "an object" if isinstance(value, dict) else "a list"
    else:
        shown = shortened(value.decode(errors="replace") if isinstance(value, bytes) else str(value))
    return InvalidValue(field, shown, allowed)


def shortened(value: str, longest: int = 120) -> str:
    """The text, cut where it is longer."""
    return value if len(value) <= longest else value[: longest - 1] + "…"


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _decoded(body: object) -> object:
    if not isinstance(body, str | bytes):
        return body
    if len(body) > LARGEST_BODY:
        raise _too_large(len(body))
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        said = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise wrong("body", body, f"JSON ({shortened(said)})") from None


def _too_large(size: int) -> InvalidValue:
    return InvalidValue("body", f"of {size:,} characters", f"a message of at most {LARGEST_BODY:,} characters")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _written(envelope: dict[str, Any]) -> str:
    allowed = "JSON of Unicode text without NUL and of finite numbers, not nested too deep"
    try:
        written = _WRITER.encode(envelope)
        written.encode()
    except (ValueError, TypeError, RecursionError):
        raise wrong("body", envelope, allowed) from None
    if len(written) > LARGEST_BODY:
        raise _too_large(len(written))
    if "\\u0000" in written and _NUL.search(written):
        raise wrong("body", envelope, allowed)
    return written
