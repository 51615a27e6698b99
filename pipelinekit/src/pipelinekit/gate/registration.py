"""Telling the service which pipeline this is: its map, when the pipeline's stack is deployed or later.

As a custom resource: the stack succeeds when the service cannot be reached – a pipeline must not depend on
the service to be *changed*, only to *proceed* – and fails with the service's sentence when the service
refuses the map.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from .service import InterlockRefusedError, InterlockUnavailableError, Service

Json = dict[str, Any]
TIMEOUT_SECONDS = 20


def registration_of(structure: Json) -> Json:
    """The input of registerPipeline for a map of actions."""
    return {
        "name": structure["pipeline"],
        "account": structure["account"],
        "region": structure["region"],
        "repository": structure["repository"],
        "planDigest": structure["planDigest"],
        "structure": structure,
    }


def register(service: Service, read_map: Callable[[], Json]) -> None:
    """Register the pipeline; idempotent in the service."""
    service.mutate("registerPipeline", registration_of(read_map()))


def answered(event: Json, service: Service, read_map: Callable[[], Json]) -> Json:
    """What CloudFormation is told about a custom resource's request; never raises."""
    name = str(event.get("ResourceProperties", {}).get("Pipeline", "pipeline"))
    if event["RequestType"] == "Delete":  # history stays: a pipeline that is gone keeps its executions
        return response(event, name, "SUCCESS", "", registered=False)
    try:
        register(service, read_map)
    except InterlockUnavailableError as error:
        reason = f"registered later, before the next checks: {error}"
        return response(event, name, "SUCCESS", reason, registered=False)
    except InterlockRefusedError as error:
        return response(event, name, "FAILED", f"Interlock refused the pipeline: {error}", registered=False)
    except Exception as error:
        return response(event, name, "FAILED", f"the map of the pipeline cannot be read: {error}", registered=False)
    return response(event, name, "SUCCESS", "", registered=True)


def response(event: Json, name: str, status: str, reason: str, *, registered: bool) -> Json:
    """A custom resource's response; its attribute `Registered` is "true" or "false"."""
    return {
        "Status": status,
        "Reason": reason or "registered",
        "PhysicalResourceId": event.get("PhysicalResourceId") or f"interlock-{name}",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Registered": str(registered).lower()},
    }


def deliver(url: str, body: Json) -> None:
    """PUT the response where CloudFormation waits for it: a presigned address, which takes no content type."""
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own address
        url, data=json.dumps(body).encode(), headers={"Content-Type": ""}, method="PUT"
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 - as above
        pass
