"""A call of AWS as the line for the AWS CLI that does the same, without what is secret in it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from interlock_cli.aws.boto import kebab
from interlock_cli.aws.targets import Target
from interlock_cli.masking import MASK, NAMED

LONGEST = 1000  # characters of one parameter that are shown: a template is not
COMMANDS = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy"}
"""What the AWS CLI calls services that the SDK calls otherwise."""
PAGES = frozenset(
    {"NextToken", "nextToken", "Marker", "NextMarker", "PageToken", "ContinuationToken", "PaginationToken"}
    | {"ExclusiveStartKey", "ExclusiveStartTableName"}
)
"""Parameters that only say which page: the AWS CLI asks for all of them by itself."""


def line(target: Target, model: Any, params: Mapping[str, Any], write: bool = False, region: str | None = None) -> str:
    """`$ aws --profile acme-beta --region eu-west-1 cloudformation describe-stacks --stack-name web`.

    model: botocore's of the operation. write: in production there is no profile for that, and the line is this
    command's own.
    """
    region = region or target.region
    service = model.service_model.service_name
    words = [COMMANDS.get(service, service), kebab(model.name), *_options(model.input_shape, params)]
    if write and target.production:
        return f"$ interlock aws --write --reason … {shlex.join([target.environment, *words, '--region', region])}"
    return f"$ {shlex.join(['aws', '--profile', target.profile, '--region', region, *words])}"


def masked(shape: Any, value: Any, name: str = "") -> Any:
    """The parameter as JSON can carry it, its secrets masked: those that AWS's model names, and what is called one."""
    if value is not None and (_is_sensitive(shape) or NAMED.search(name)) and not isinstance(value, bool | int):
        return MASK
    if isinstance(value, Mapping):
        return {key: masked(_member(shape, key), each, key) for key, each in _pairs(value)}
    if isinstance(value, list | tuple):
        return [masked(getattr(shape, "member", None), each) for each in value]
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    if isinstance(value, str) and len(value) > LONGEST:
        return f"<{len(value):,} characters>"
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _options(shape: Any, params: Mapping[str, Any]) -> Iterator[str]:
    for name, value in masked(shape, params).items():
        if name in PAGES or value is None:
            continue
        option = f"--{kebab(name)}"
        if value is True or value is False:
            yield option if value else f"--no-{option[2:]}"
            continue
        yield option
        if isinstance(value, list) and value and all(isinstance(each, str | int | float) for each in value):
            yield from map(str, value)
        else:
            yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pairs(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Its items; the value of {ParameterKey: DbPassword, ParameterValue: …}, as pairs are often given, is masked."""
    named = [each for key, each in value.items() if key.lower().endswith(("key", "name")) and isinstance(each, str)]
    secret = any(NAMED.search(each) for each in named)
    for key, each in value.items():
        yield key, MASK if secret and key.lower().endswith("value") else each


def _is_sensitive(shape: Any) -> bool:
    return bool(shape is not None and (shape.metadata.get("sensitive") or shape.serialization.get("sensitive")))


def _member(shape: Any, name: str) -> Any:
    """The shape of a structure's member or a map's value; None where it is not known."""
    if shape is None:
        return None
    if shape.type_name == "structure":
        return shape.members.get(name)
    return getattr(shape, "value", None)
