"""Sends what is due. In this example, to send is to count."""

import datetime
import os


def handler(event, context):
    """Say how many notifications are due now. A smoke check gets its outcome."""
    if "check" in event:
        return smoke()
    now = datetime.datetime.now(datetime.UTC).isoformat()
    return {"due": len(due_by(waiting(), now))}


def waiting():
    """Every notification that waits, through the SDK that Lambda's runtime brings."""
    import boto3  # noqa: PLC0415 - a smoke check needs no table

    return boto3.resource("dynamodb").Table(os.environ["DUE"]).scan()["Items"]


def due_by(items, now):
    """The items {recipient, due} whose time has come; times are ISO 8601 in UTC and compare as text."""
    return [item for item in items if item["due"] <= now]


def smoke():
    """Whether this deployment can do its work, as the outcome of a check."""
    due = due_by([{"recipient": "a", "due": "2026-01-01"}, {"recipient": "b", "due": "2027-01-01"}], "2026-06-01")
    if [item["recipient"] for item in due] != ["a"]:
        return {"status": "FAILED", "cause": f"due is {due}"}
    return {"status": "PASSED"}
