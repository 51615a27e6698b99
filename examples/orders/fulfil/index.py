"""Fulfils placed orders: says what is to be packed."""

import json


def handler(event, context):
    """One packing list for each order of the batch, in its order. A smoke check gets its outcome."""
    if "check" in event:
        return smoke()
    return [packing_list(json.loads(record["body"])) for record in event["Records"]]


def packing_list(order):
    """An order {order, lines: [{article, count}]} as the lines to pack; nothing is packed zero times."""
    lines = [f"{line['count']} x {line['article']}" for line in order["lines"] if line["count"] > 0]
    return {"order": order["order"], "lines": lines}


def smoke():
    """Whether this deployment can do its work, as the outcome of a check."""
    packed = packing_list({"order": "smoke", "lines": [{"article": "A", "count": 2}, {"article": "B", "count": 0}]})
    if packed["lines"] != ["2 x A"]:
        return {"status": "FAILED", "cause": f"an order was packed as {packed['lines']}"}
    return {"status": "PASSED"}
