"""Enables IAM's outbound identity federation, once, and answers the account's issuer. Nothing is undone."""

import json
import urllib.request
from typing import Any

import boto3


def handler(event: dict[str, Any], context: object) -> None:
    physical = event.get("PhysicalResourceId", "outbound-identity-federation")
    answer: dict[str, Any] = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "SUCCESS", "PhysicalResourceId": physical}
    try:
        if event["RequestType"] != "Delete":
            answer["Data"] = {"IssuerIdentifier": issuer(boto3.client("iam"))}
    except Exception as error:  # whatever it is, CloudFormation is told: else it waits for an hour
        answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:1000]}
    body = json.dumps(answer).encode()
    url = event["ResponseURL"]  # CloudFormation's own, signed for this answer
    request = urllib.request.Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def issuer(iam: Any) -> str:
    try:
        return str(iam.enable_outbound_web_identity_federation()["IssuerIdentifier"])
    except iam.exceptions.FeatureEnabledException:
        return str(iam.get_outbound_web_identity_federation_info()["IssuerIdentifier"])
