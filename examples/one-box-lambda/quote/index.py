"""Quotes a price."""

import json


def handler(event, context):
    """The price of {pieces: number}: ten cents a piece."""
    pieces = int(json.loads(event.get("body") or "{}").get("pieces", 1))
    return {"statusCode": 200, "body": json.dumps({"cents": 10 * pieces})}
