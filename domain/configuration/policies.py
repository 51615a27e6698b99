"""What a policy's configuration must say for its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.check_settings import Number, Setting, Text, Texts, UnknownKey, called, keys
from domain.errors import InvalidValue, Problems
from domain.words import PolicyKind

TAG_KEY = r"^(?!aws:)[\w\s.:/=+@-]{1,128}$"
"""As AWS allows them: letters, digits, blanks and a few signs; `aws:` is AWS's own."""
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 2192, 2557, 2922, 3653)
"""What CloudWatch Logs can keep."""

SETTINGS: Mapping[PolicyKind, Mapping[str, Setting]] = {
    PolicyKind.REQUIRED_TAGS: {
        "tags": Texts(
            description="The tags' keys, and what each must be: text, or `*` for anything.",
            required=True,
            names=TAG_KEY,
            like="keys that AWS allows",
            most=50,
            longest=256,
        )
    },
    PolicyKind.NO_PUBLIC_BUCKETS: {},
    PolicyKind.ENCRYPTION: {
        "keys": Text(
            description="Whose keys: AWS's own, or ones of the account.", default="AWS", one_of=("AWS", "CUSTOMER")
        )
    },
    PolicyKind.LOG_RETENTION: {
        "days": Number(description="How many days logs are kept.", default=90, one_of=RETENTION_DAYS)
    },
    PolicyKind.AUTOSCALING: {
        "minimumCapacity": Number(description="How many there are at least.", default=2, most=1000),
        "targetPercent": Number(description="The use of the processor to keep to.", default=50, least=10, most=95),
    },
}
"""What each kind is configured with; nothing else is allowed."""


def configuration(kind: PolicyKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with its defaults; Problems for every key that is missing, unknown or ill-typed."""
    settings, found = SETTINGS[kind], list[InvalidValue]()
    what = called(kind, "policy")
    for name, value in given.items():
        if name not in settings:
            found.append(UnknownKey(name, value, what, settings))
        elif allowed := settings[name].allowed(value):
            found.append(InvalidValue(f"configuration.{name}", value, allowed))
    for name, setting in settings.items():
        if setting.required and name not in given:
            found.append(InvalidValue(f"configuration.{name}", None, f"given: {what} needs {keys(settings)}"))
    if found:
        raise Problems(found)
    told = {name: given.get(name, setting.default) for name, setting in settings.items()}
    return {name: value for name, value in told.items() if value is not None}


def json_schema(kind: PolicyKind) -> dict[str, Any]:
    """The JSON Schema of a configuration of this kind."""
    settings = SETTINGS[kind]
    return {
        "type": "object",
        "properties": {name: setting.schema for name, setting in settings.items()},
        "required": [name for name, setting in settings.items() if setting.required],
        "additionalProperties": False,
    }
