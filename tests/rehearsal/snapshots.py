"""A plan for the example app of payments: four environments in three accounts and two Regions, in two stages."""

from typing import Any

ALPHA, BETA, PROD = "111111111111", "222222222222", "555555555555"
HOME, HUB = "999999999999", "888888888888"
IRELAND, VIRGINIA = "eu-west-1", "us-east-1"
BUS = f"arn:aws:events:{IRELAND}:{HUB}:event-bus/interlock"


def plan(service_url: str) -> dict[str, Any]:
    """The contract's JSON. Alpha has a check, production a bake time of twelve hours."""
    smoke = {
        "name": "smoke",
        "kind": "HTTP",
        "when": "AFTER",
        "mode": "BLOCKING",
        "timeoutMinutes": 15,
        "configuration": {"url": service_url, "expectStatus": 200},
    }
    return {
        "contract": 1,
        "digest": "sha256:" + "0" * 64,
        "service": "payments",
        "repository": "acme/payments",
        "branch": "main",
        "connectionArn": f"arn:aws:codeconnections:{IRELAND}:{HOME}:connection/6f1d6a0e",
        "pipeline": {"name": "payments", "account": HOME, "region": IRELAND},
        "hub": {"eventBusArn": BUS},
        "endpoint": {"url": service_url, "audience": service_url},
        "requiredTags": [{"key": "service", "value": "payments"}],
        "stages": [
            _stage("alpha", False, [_wave("alpha-1", 0, [smoke], [(ALPHA, IRELAND)])]),
            _stage("beta", False, [_wave("beta-1", 0, [], [(BETA, IRELAND), (BETA, VIRGINIA)])]),
            _stage("prod", True, [_wave("prod-1", 720, [], [(PROD, VIRGINIA)])]),
        ],
    }


def _stage(name: str, production: bool, waves: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "production": production, "onFailure": "ROLLBACK", "waves": waves}


def _wave(name: str, bake: int, checks: list[Any], places: list[tuple[str, str]]) -> dict[str, Any]:
    environments = [
        {"name": f"{name.partition('-')[0]}-{region}", "account": account, "region": region, "kind": "SHARED"}
        for account, region in places
    ]
    return {
        "name": name,
        "bakeMinutes": bake,
        "minimumDataPoints": 0,
        "windows": [],
        "checks": checks,
        "environments": environments,
    }
