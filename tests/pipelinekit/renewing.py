"""What is kept in git of a synthesized pipeline: its template, readable, and the ids that must not change.

make snapshots    (python -m tests.pipelinekit.renewing) writes them anew; then look at what git says has changed
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from tests.pipelinekit import plans, synthesis
from tests.pipelinekit.synthesis import EXAMPLES, Synthesized

HERE = Path(__file__).parent
IDS = HERE / "construct_ids.json"
SNAPSHOTS = HERE / "snapshots"
PLANS = {"small": plans.small(), "medium": plans.of_size(30)}
"""The plans whose pipelines are kept, by the name of their file."""
ADVICE = "if that is meant, run `make snapshots`, and look at what git says has changed"
HASH = re.compile(r"[0-9a-f]{40,}")
STATEFUL = (
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
)
"""Replaced, one of these loses what it keeps, or those who know its address."""

Json = dict[str, Any]


def synthesized(plan: Json, folder: Path) -> Synthesized:
    """The payments example with a plan; it must succeed."""
    (folder / "plan.json").write_text(json.dumps(plan))
    done = synthesis.by_python(EXAMPLES / "payments", folder / "out", INTERLOCK_PLAN=str(folder / "plan.json"))
    assert done.code == 0, done.said
    return done


def readable(done: Synthesized) -> Json:
    """The pipeline's template as a person reads it, and alike on every machine.

    JSON within texts is unfolded; hashes of assets, which follow files and not the pipeline, are left out.
    """
    found: Json = unfolded(done.pipeline)
    return found


def ids(done: Synthesized) -> Json:
    """Names of stacks, the logical ids of the pipeline's own stack, and those of all that keeps data, by template."""
    deployed = (
        action["stack"]
        for stage in done.json("pipelinekit-map.json")["stages"]
        for action in stage["actions"]
        if action["kind"] == "DEPLOY"
    )
    return {
        "stacks": sorted(deployed),
        "pipeline": sorted(done.pipeline["Resources"]),
        "stateful": {name: kept for name, template in sorted(done.templates.items()) if (kept := _stateful(template))},
    }


def written(value: Json) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _stateful(template: Json) -> dict[str, str]:
    """Logical id -> kind, and the name that it has in AWS where the template says one."""
    names = ("BucketName", "LogGroupName", "AliasName", "TableName", "QueueName", "TopicName", "Name")
    found = {}
    for logical_id, resource in sorted(template["Resources"].items()):
        if resource["Type"] in STATEFUL:
            properties = resource.get("Properties", {})
            name = next((properties[each] for each in names if isinstance(properties.get(each), str)), "")
            found[logical_id] = f"{resource['Type']} {name}".strip()
    return found


def unfolded(value: Any) -> Any:
    """A template with the JSON in its texts as JSON, and without hashes."""
    if isinstance(value, dict):
        return {key: unfolded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unfolded(each) for each in value]
    if not isinstance(value, str):
        return value
    if value[:1] in "{[" and value[-1:] in "}]" and value:
        try:
            return unfolded(json.loads(value))
        except ValueError:
            pass
    return HASH.sub("<hash>", value)


def main() -> None:
    """Write all anew."""
    SNAPSHOTS.mkdir(exist_ok=True)
    for name, plan in PLANS.items():
        with tempfile.TemporaryDirectory() as folder:
            done = synthesized(plan, Path(folder))
            (SNAPSHOTS / f"{name}.json").write_text(written(readable(done)))
            if name == "small":
                IDS.write_text(written(ids(done)))


if __name__ == "__main__":
    main()
