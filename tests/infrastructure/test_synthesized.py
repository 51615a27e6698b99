"""All stacks, synthesized once: the templates in git, cfn-lint, AwsSolutions and checkov."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure import companies, explained, renewing
from tests.pipelinekit.linting import findings
from tests.pipelinekit.renewing import ADVICE, written
from tests.pipelinekit.synthesis import Synthesized

pytestmark = pytest.mark.slow
CHECKOV = companies.ROOT / ".venv-scan" / "bin" / "checkov"


def test_the_templates_are_those_in_git(done: Synthesized) -> None:
    """Whatever a change does to an installation is seen in review; nothing of this machine is in a template."""
    found = {name: written(template) for name, template in renewing.all_readable(done).items()}
    kept = {path.stem: path.read_text() for path in renewing.SNAPSHOTS.glob("*.json")}
    assert sorted(found) == sorted(kept), ADVICE
    differing = [name for name in found if found[name] != kept[name]]
    assert differing == [], f"{differing}: {ADVICE}"
    assert str(Path.home()) + "/" not in "".join(kept.values())


def test_a_company_may_choose_otherwise(done: Synthesized) -> None:
    """Inside alone, an API for some networks and administrators, one instance, a locked archive, no copies."""
    found = renewing.all_readable(done, "other")
    assert "InterlockCopies" not in found

    def of(stack: str, kind: str) -> list[dict[str, Any]]:
        return [each["Properties"] for each in found[stack]["Resources"].values() if each["Type"] == kind]

    (cluster,) = of("InterlockCluster", "AWS::EKS::Cluster")
    assert cluster["ResourcesVpcConfig"]["PublicAccessCidrs"] == ["203.0.113.0/24"]
    administrators = [each["PrincipalArn"] for each in of("InterlockCluster", "AWS::EKS::AccessEntry")]
    assert "arn:aws:iam::888888888888:role/platform" in administrators
    (balancer,) = of("InterlockRelease", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert len(of("InterlockDatabase", "AWS::RDS::DBInstance")) == 1
    locked = [each for each in of("InterlockFoundation", "AWS::S3::Bucket") if each.get("ObjectLockEnabled")]
    assert [each["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"] for each in locked] == [365]
    for secret in ("interlock/oidc", "interlock/smtp"):
        assert f"secret:{secret}-??????" in json.dumps(found["InterlockRelease"])
    assert len(of("InterlockMembers", "AWS::CloudFormation::StackSet")) == 2
    (rule,) = of("InterlockBackups", "AWS::Backup::BackupPlan")[0]["BackupPlan"]["BackupPlanRule"]
    assert "CopyActions" not in rule


def test_cfn_lint_finds_nothing(done: Synthesized, tmp_path: Path) -> None:
    """In the stacks, and in the templates that the stack sets carry."""
    templates = sorted([*done.folder.glob("*.template.json"), *(done.folder / "other").glob("*.template.json")])
    members = json.loads((done.folder / "InterlockMembers.template.json").read_text())
    for name, resource in members["Resources"].items():
        carried = tmp_path / f"{name}.json"
        carried.write_text(resource["Properties"]["TemplateBody"])
        templates.append(carried)
    assert len(templates) > len(members["Resources"])
    assert findings(templates, vpcs=True) == ""


def nag(done: Synthesized) -> list[tuple[str, str]]:
    """(construct's path, finding) of AwsSolutions."""
    reports = {each["pluginName"]: each for each in done.json("validation-report.json")["pluginReports"]}
    return [
        (each["constructPath"], rule["ruleName"])
        for rule in reports["AwsSolutions"]["violations"]
        for each in rule["violatingConstructs"]
    ]


def test_every_finding_of_cdk_nag_has_a_reason(done: Synthesized) -> None:
    """One that is new fails here, and a reason that nothing needs any more."""
    found = nag(done)
    assert found
    assert [pair for pair in found if not any(each.explains(*pair) for each in explained.FINDINGS)] == []
    assert [each for each in explained.FINDINGS if not any(each.explains(*pair) for pair in found)] == []


def test_every_finding_of_checkov_has_a_reason(done: Synthesized) -> None:
    """Over all templates at once, with every rule that it has for CloudFormation; it reads nothing from a network."""
    command = [
        CHECKOV,
        "-d",
        done.folder,
        "--skip-path",
        "other",
        "--framework",
        "cloudformation",
        "--compact",
        "--quiet",
        "-o",
        "json",
    ]
    ran = subprocess.run(
        [*command, "--skip-download"], capture_output=True, text=True, timeout=240, check=False, cwd=done.folder
    )
    report = json.loads(ran.stdout)
    assert report["summary"]["parsing_errors"] == 0, ran.stderr
    assert report["summary"]["passed"] > 200, "checkov has looked at nothing"
    found = Counter(
        (f"{Path(each['file_path']).name.split('.')[0]} {each['resource'].rsplit('.', 1)[0]}", each["check_id"])
        for each in report["results"]["failed_checks"]
    )
    assert [pair for pair in found if not any(each.explains(*pair) for each in explained.CHECKS)] == []
    assert [each for each in explained.CHECKS if not any(each.explains(*pair) for pair in found)] == []
