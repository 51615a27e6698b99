"""Plans for the tests: the contract's JSON, built from parts."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

CONNECTION = "arn:aws:codeconnections:eu-west-1:999999999999:connection/6f1d6a0e-7f5b-4c3a-9b1e-2f0c8d4e5a61"
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-southeast-2", "sa-east-1")


def environment(name: str, account: str, region: str) -> Json:
    return {"name": name, "account": account, "region": region, "kind": "SHARED"}


def check(name: str, kind: str, configuration: Json | None = None, **other: object) -> Json:
    return {
        "name": name,
        "kind": kind,
        "when": "AFTER",
        "mode": "BLOCKING",
        "timeoutMinutes": 15,
        "configuration": configuration or {},
        "retries": 0,
        "failureLimit": 0,
        **other,
    }


def wave(
    name: str,
    environments: list[Json],
    checks: list[Json] | None = None,
    bake: int = 0,
    *,
    part_of: str | None = None,
    windows: list[Json] | None = None,
) -> Json:
    """A wave of the plan; `part_of` is the graph's, where this one is a part of it."""
    return {
        "name": name,
        "wave": part_of or name,
        "bakeMinutes": bake,
        "minimumDataPoints": 0,
        "oneBoxPercent": 0,
        "oneBoxBakeMinutes": 0,
        "windows": windows or [],
        "checks": checks or [],
        "environments": environments,
    }


def stage(name: str, waves: list[Json], on_failure: str = "NONE") -> Json:
    return {"name": name, "production": name == "prod", "onFailure": on_failure, "waves": waves}


def plan(stages: list[Json], service: str = "payments", **other: object) -> Json:
    return {
        "contract": 1,
        "digest": "sha256:" + "ab" * 32,
        "service": service,
        "repository": f"acme/{service}",
        "branch": "main",
        "connectionArn": CONNECTION,
        "pipeline": {"name": service, "account": "999999999999", "region": "eu-west-1"},
        "hub": {"eventBusArn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock"},
        "endpoint": {"url": "http://127.0.0.1:8400", "audience": "http://127.0.0.1:8400"},
        "requiredTags": [{"key": "service", "value": service}],
        "policies": [],
        "stages": stages,
        **other,
    }


def small(service: str = "payments") -> Json:
    """Three accounts and four Regions; every kind of check; waves of one and of several environments."""
    smoke = check("smoke", "LAMBDA", {"functionName": "{service}-{environment}-handler"})
    guards = [
        smoke,
        check("errors", "ALARM", {"alarmName": "{service}-{environment}-errors", "pollSeconds": 30}),
        check("fleet", "ALARM", {"alarmName": "fleet", "pollSeconds": 60}),
        check("canary", "CANARY", {"name": "checkout", "count": 3, "pollSeconds": 60}),
        check("load", "STATE_MACHINE", {"arn": "arn:aws:states:eu-west-1:999999999999:stateMachine:load"}),
        check("suite", "CODEBUILD", {"project": "suite"}),
        check("page", "HTTP", {"url": "https://{environment}.example.com/health", "expectStatus": 200}),
        check("approval", "EXTERNAL", mode="SHADOW"),
        check("shared", "LAMBDA", {"functionName": "shared-smoke"}),
    ]
    return plan(
        [
            stage("alpha", [wave("alpha-1", [environment("alpha-eu-west-1", "111111111111", "eu-west-1")], [smoke])]),
            stage(
                "gamma",
                [
                    wave(
                        "gamma-1",
                        [
                            environment("gamma-eu-west-1", "222222222222", "eu-west-1"),
                            environment("gamma-us-east-1", "222222222222", "us-east-1"),
                        ],
                        guards,
                    )
                ],
                "RETRY",
            ),
            stage(
                "prod",
                [
                    wave("prod-1", [environment("prod-sa-east-1", "333333333333", "sa-east-1")], bake=720),
                    wave(
                        "prod-2",
                        [
                            environment("prod-eu-west-1", "333333333333", "eu-west-1"),
                            environment("prod-eu-central-1", "333333333333", "eu-central-1"),
                        ],
                    ),
                ],
                "ROLLBACK",
            ),
        ],
        service,
    )


def of_before(value: Json) -> Json:
    """The same plan as a service of before 0.2.0 told it, which cut no wave and knew no policy."""
    later = {"wave", "oneBoxPercent", "oneBoxBakeMinutes", "retries", "failureLimit", "policies"}

    def told(inner: Any, field: str = "") -> Any:
        if isinstance(inner, list):
            return [told(each, field) for each in inner]
        if not isinstance(inner, dict) or field == "configuration":
            return inner
        gone = later | ({"name"} if field == "windows" else set())
        return {name: told(each, name) for name, each in inner.items() if name not in gone}

    found: Json = told(value)
    return found


def in_parts() -> Json:
    """prod-1 of five environments, cut by the service's wave size into parts of three and two; prod-2 as it is."""
    places = [environment(f"prod-{region}", "333333333333", region) for region in REGIONS]
    smoke = check("smoke", "LAMBDA", {"functionName": "{service}-{environment}-handler"})
    office = {"name": "office", "cron": "0 9 * * 1-5", "timeZone": None, "minutes": 480}
    tags = {"name": "tags", "kind": "REQUIRED_TAGS", "mode": "SHADOW", "configuration": {"tags": {"owner": "*"}}}
    waves = [
        wave("prod-1-part-1", places[:3], [smoke], 60, part_of="prod-1", windows=[office]),
        wave("prod-1-part-2", places[3:5], [smoke], 60, part_of="prod-1", windows=[office]),
        wave("prod-2", places[5:], [smoke]),
    ]
    return plan([stage("prod", waves, "ROLLBACK")], policies=[tags])


def of_size(count: int, service: str = "payments", *, in_a_wave: int = 5) -> Json:
    """A plan of `count` environments over ten accounts and six Regions, in one stage of waves of `in_a_wave`."""
    accounts = [f"{digit}" * 12 for digit in range(10)]
    environments = [environment(f"prod-{index:03}", accounts[index % 10], REGIONS[index % 6]) for index in range(count)]
    groups = [environments[start : start + in_a_wave] for start in range(0, count, in_a_wave)]
    smoke = check("smoke", "LAMBDA", {"functionName": "{service}-{environment}-handler"})
    waves = [wave(f"wave-{number}", group, [smoke]) for number, group in enumerate(groups, 1)]
    return plan([stage("prod", waves, "ROLLBACK")], service)
