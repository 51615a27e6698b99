"""The company's policies over a whole app: what a team sees, what is done by itself, and what is excepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelinekit.policies.buckets import BLOCKS
from tests.pipelinekit import plans, synthesis
from tests.pipelinekit.synthesis import Synthesized

pytestmark = pytest.mark.slow

APP = """
import aws_cdk as cdk
from aws_cdk import aws_logs as logs, aws_s3 as s3, aws_sns as sns
from pipelinekit import ServicePipeline, policy_exception

class Team(cdk.Stage):
    def __init__(self, scope, construct_id, **kwargs):
        super().__init__(scope, construct_id, **kwargs)
        stack = cdk.Stack(self, "Web")
        site = s3.Bucket(stack, "Site")
        logs.CfnLogGroup(stack, "Log")
        nested = cdk.NestedStack(stack, "Inner")
        audit = logs.LogGroup(nested, "Log", retention=logs.RetentionDays.TEN_YEARS)
        {body}

app = cdk.App()
ServicePipeline(app, "acme/payments", Team)
{after}
app.synth()
"""


def policy(name: str, kind: str, mode: str = "BLOCKING", **configuration: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "mode": mode, "configuration": configuration}


PUBLIC = policy("no-public", "NO_PUBLIC_BUCKETS")
LOGS = policy("logs", "LOG_RETENTION", days=90)
TAGS = policy("tags", "REQUIRED_TAGS", tags={"cost-center": "42"})
BLOCK = "give it block_public_access=s3.BlockPublicAccess.BLOCK_ALL"
DAYS = "let its retention be 90 days"
KEEP = 'policy_exception(audit, "logs", reason="the law asks for ten years")'


def synthesized(
    folder: Path, *policies: dict[str, Any], body: str = KEEP, after: str = "", count: int = 2
) -> Synthesized:
    """An app whose stages have a bucket and a log group that say nothing, and one in a nested stack of ten years."""
    (folder / "app.py").write_text(APP.format(body=body, after=after))
    (folder / "plan.json").write_text(json.dumps(plans.of_size(count) | {"policies": list(policies)}))
    return synthesis.by_python(folder, folder / "out", INTERLOCK_PLAN=str(folder / "plan.json"))


def findings(done: Synthesized) -> list[str]:
    assert done.code == 1, done.said
    first, *lines, _ = done.said.splitlines()
    assert first == "pipelinekit: The stacks of acme/payments do not meet the company's policies:"
    return [line.removeprefix("  pipeline-payments/") for line in lines]


def of_environment(done: Synthesized, kind: str, name: str = "prod-001") -> list[dict[str, Any]]:
    found = [template for path, template in done.templates.items() if f"-{name}/" in path]
    resources = [each for template in found for each in template["Resources"].values()]
    return [each["Properties"] for each in resources if each["Type"] == kind]


def test_all_findings_come_at_once(tmp_path: Path) -> None:
    """Each once for all environments, with the construct's path, what is wrong, which policy, and what to change.

    A nested stack's too, though its resource has the logical id of one in its parent.
    """
    done = synthesized(tmp_path, PUBLIC, LOGS, body='s3.CfnBucket(stack, "Open", access_control="PublicRead")', count=6)
    others = "(and in prod-001, prod-002, prod-003 and 2 more)"
    assert findings(done) == [
        f"prod-000/Web/Open {others}: its AccessControl is PublicRead [no-public]: leave access_control out",
        f"prod-000/Web/Open {others}: it does not block public access ({', '.join(BLOCKS)}) [no-public]: {BLOCK}",
        f"prod-000/Web/Inner/Log/Resource {others}: it keeps logs for 3653 days and not for 90 days [logs]: {DAYS}",
    ]


def test_what_is_unset_is_set(tmp_path: Path) -> None:
    """Tags with a value, Block Public Access and the days of logs; what is excepted stays as the team made it."""
    done = synthesized(tmp_path, PUBLIC, LOGS, TAGS)
    assert done.code == 0, done.said
    (bucket,) = of_environment(done, "AWS::S3::Bucket")
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert {"Key": "cost-center", "Value": "42"} in bucket["Tags"]
    groups = of_environment(done, "AWS::Logs::LogGroup")
    assert sorted(group["RetentionInDays"] for group in groups) == [90, 3653]
    path = "pipeline-payments/prod-00{}/Web/Inner/Log"
    assert done.json("pipelinekit-map.json")["exceptions"] == [
        {"policy": "logs", "path": path.format(number), "reason": "the law asks for ten years"} for number in range(2)
    ]


def test_a_policy_in_shadow_only_tells(tmp_path: Path) -> None:
    """Nothing is set or refused; the CDK command shows each finding as a warning, unless it is excepted."""
    tags = policy("tags", "REQUIRED_TAGS", "SHADOW", tags={"owner": "*"})
    shadow = [{**PUBLIC, "mode": "SHADOW"}, {**LOGS, "mode": "SHADOW"}, tags]
    done = synthesized(tmp_path, *shadow)
    assert done.code == 0, done.said
    assert "PublicAccessBlockConfiguration" not in of_environment(done, "AWS::S3::Bucket")[0]
    shown = synthesis.by_cdk(tmp_path, tmp_path / "shown", "--app", "python app.py", INTERLOCK_PLAN="plan.json")
    assert shown.code == 0, shown.said
    warnings = [line for line in shown.said.splitlines() if "WARNING pipeline-payments/" in line]
    assert len(warnings) == len([line for line in warnings if "(and in prod-001)" in line])
    for inside in ("Web/Site/Resource", "Web/Log"):
        assert any(f"prod-000/{inside} " in line for line in warnings), shown.said
    assert not any("Inner/Log" in line and "[logs]" in line for line in warnings)


def test_an_exception_excepts_something(tmp_path: Path) -> None:
    """One of no policy, or that no finding needs, is refused, once for all environments."""
    useless = (("no-pubic", "is of no policy: did you mean no-public?"), ("logs", "excepts nothing: leave it out"))
    body = "; ".join([KEEP, *(f'policy_exception(site, "{name}", reason="x")' for name, _ in useless)])
    assert findings(synthesized(tmp_path, PUBLIC, LOGS, body=body)) == [
        f"prod-000/Web/Site: the exception from {name} {why}" for name, why in useless
    ]


def test_an_exception_may_matter_in_one_environment_only(tmp_path: Path) -> None:
    """Where another environment needs it, it may stand in all; of a whole stage, and what is excepted is not set."""
    body = f"{KEEP}\n        if construct_id == 'prod-000': stack.node.try_remove_child('Site')"
    body += "\n        policy_exception(self, 'no-public', reason='reviewed')"
    done = synthesized(tmp_path, PUBLIC, LOGS, body=body)
    assert done.code == 0, done.said
    assert "PublicAccessBlockConfiguration" not in of_environment(done, "AWS::S3::Bucket")[0]
    paths = [each["path"] for each in done.json("pipelinekit-map.json")["exceptions"] if each["policy"] == "no-public"]
    assert paths == ["pipeline-payments/prod-001"]


@pytest.mark.parametrize(
    ("body", "after", "said"),
    [
        ('policy_exception(site, "logs", reason=" ")', "", "has the reason ' ': say in 1 to 1000 characters why"),
        (KEEP, 'policy_exception(app, "logs", reason="late")', "comes after the pipeline was made"),
    ],
)
def test_an_exception_has_a_reason_and_comes_in_time(tmp_path: Path, body: str, after: str, said: str) -> None:
    """One sentence, where it is declared."""
    done = synthesized(tmp_path, LOGS, body=body, after=after)
    assert (done.code, done.said.count("\n")) == (1, 1), done.said
    assert said in done.said


def test_a_kind_from_the_future(tmp_path: Path) -> None:
    """A policy that cannot be looked for is refused where it would block, and told where it only watches."""
    done = synthesized(tmp_path, policy("new", "NO_WILDCARDS"), body="pass")
    assert done.said == (
        "pipelinekit: The policy new is of the kind NO_WILDCARDS, which this pipelinekit does not know: "
        "upgrade pipelinekit.\n"
    )
    assert synthesized(tmp_path, policy("new", "NO_WILDCARDS", "SHADOW"), body="pass").code == 0
