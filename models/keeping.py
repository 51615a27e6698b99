"""Settings of what is kept, and for how long."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

LEAST_EVENT_DAYS = 90
"""Executions that wait for people, and dashboards of a quarter, ask for events that are younger."""
LEAST_ENVELOPE_DAYS = 35
"""What repeats an envelope has come by then: EventBridge tries for a day, a queue and its dead letters keep 14 each."""


def _archive(value: str) -> str:
    """`s3://bucket/prefix`, without a slash at its end."""
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()=-]+)*/?", value):
        raise ValueError("not a bucket")
    return value.rstrip("/")


class KeepingSettings(BaseSettings):
    """What the environment says of it."""

    archive: Annotated[str, AfterValidator(_archive)] | None = Field(
        None, description="s3://bucket, or s3://bucket/prefix"
    )
    archive_kms_key: str | None = Field(
        None,
        max_length=2048,
        pattern=r"^[A-Za-z0-9:/_-]+$",
        description="the id, ARN or alias of a KMS key, or nothing for S3's own key",
    )
    keep_events_days: int | None = Field(
        None,
        ge=LEAST_EVENT_DAYS,
        le=36_500,
        description="a whole number of days from 90 to 36500, or nothing: for ever",
    )
    keep_envelopes_days: int | None = Field(
        None,
        ge=LEAST_ENVELOPE_DAYS,
        le=36_500,
        description="a whole number of days from 35 to 36500, or nothing: for ever",
    )
    drop_unarchived: bool = Field(False, description="1 or 0, true or false, yes or no, on or off")
