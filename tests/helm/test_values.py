"""Values become what the programs read: every setting has its place, and what is rendered the service takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.__main__ import _require_known_bearers
from graph.authentication.policy import policy
from models.settings import SECRETS, Settings, _variables, load
from scripts.chart_schema import ELSEWHERE, settings, telemetry, variable
from tests.helm.tools import Object, container, names, one, pods, refused, rendered, variables

SAID: dict[str, Any] = {
    "archive": "s3://bucket/hub",
    "archiveKmsKey": "alias/interlock",
    "allowedOrigins": ["https://portal.example.com", "https://other.example.com"],
    "trustedProxies": ["10.0.0.0/8", "192.0.2.7"],
    "outboundNetworks": "10.20.0.0/16",
    "introspection": ["operator", "admin"],
    "trustedDocuments": "log",
    "anyDocumentRoles": ["admin"],
    "localRole": "viewer",
    "oidcBrowserClientId": "console",
    "oidcScopes": "openid email",
    "oidcGroupsClaim": "roles",
    "pipelineIssuers": ["111122223333=https://a.tokens.sts.global.api.aws"],
    "pipelineProofs": 111122223333,
    "metricsAccess": "open",
    "queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/interlock",
    "intakeAccounts": "known",
    "cleanerRole": "interlock-cleaner",
    "starterRole": "path/interlock-starter",
    "readerRole": "interlock-reader",
    "smtpFrom": "Interlock <interlock@example.com>",
    "slackUrl": "https://slack.example.com/api",
    "cloudwatchNamespace": "Interlock",
    "sessionHours": 0.5,
    "settleSeconds": 1000000,
}
TELEMETRY: dict[str, Any] = {
    "serviceName": "interlock",
    "resourceAttributes": ["deployment.environment.name=production", "team=platform"],
    "metricExportInterval": 3600000,
}


def _said(name: str, shape: Any) -> Any:
    """Something that a setting may be, and is not by itself."""
    if name in SAID | TELEMETRY:
        return (SAID | TELEMETRY)[name]
    if "boolean" in shape.get("type", []):
        return name not in ("graphiql", "rehearsal")
    if {"integer", "number"} & set(shape.get("type", [])):
        return int(shape.get("maximum", 400))
    if "enum" in shape:
        return next(each for each in reversed(shape["enum"]) if each is not None)
    return "https://collector.example.com" if name.lower().endswith("endpoint") else "/etc/company/file.pem"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the variables of a container, whose secrets and files lie in this test's folder."""

    def place(given: Object) -> None:
        for each in given["env"]:
            value = each.get("value", "")
            if value.startswith("/etc/interlock/"):
                file = tmp_path / value.removeprefix("/etc/interlock/")
                file.parent.mkdir(parents=True, exist_ok=True)
                is_url = each["name"].startswith("INTERLOCK_DATABASE_URL")
                text = "postgresql://interlock@db.example.com/interlock" if is_url else "smtp://mail.example.com:587"
                if not file.exists() and file.name != "documents":
                    file.write_text(f"{text}\n")
                value = str(file)
            monkeypatch.setenv(each["name"], value)

    return place


def test_every_setting_is_reached(environment: Any) -> None:
    """All settings of models/settings.py, said in values, are what the service reads; none is forgotten."""
    more = {
        "settings": {name: _said(name, shape) for name, shape in settings().items()},
        "telemetry": {name: _said(name, shape) for name, shape in telemetry().items()},
    }
    given = container(rendered("minimal", more))
    environment(given)
    read = load()
    placed = {name for name in Settings.model_fields if name in ELSEWHERE or name in SECRETS.values()}
    for name in set(Settings.model_fields) - placed:
        assert any(variable_name in variables(given) for variable_name in _variables(name)), name
    assert read.settle_seconds == 1_000_000
    assert read.metric_export_interval == 3_600_000
    assert read.session_hours == 0.5
    assert read.pipeline_proofs == "111122223333"
    assert read.trusted_proxies == "10.0.0.0/8,192.0.2.7/32"
    assert read.otel_resource_attributes == "deployment.environment.name=production,team=platform"
    assert read.graphiql is False


def test_every_setting_has_one_place() -> None:
    """A field is a setting, telemetry, a secret, or the chart's: never two of them, and never none."""
    for name, field in Settings.model_fields.items():
        places = [
            name in ELSEWHERE,
            name in SECRETS.values(),
            any(variable(each) == _variables(name)[0] for each in settings()),
            field.validation_alias is not None
            and _variables(name)[0].startswith("OTEL_")
            and name not in SECRETS.values(),
        ]
        assert sum(places) == 1, name


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("program", ["serve", "intake", "report", "upkeep", "migration"])
def test_the_service_takes_what_is_rendered(name: str, program: str, environment: Any) -> None:
    """Settings of every program of every example are read without a complaint, and go together for who may ask."""
    found = [each for _, pod in pods(rendered(name)) for each in pod["containers"] if each["name"] == program]
    for given in found:
        environment(given)
        policy(load())
        _require_known_bearers(load())


def test_secrets_are_files_of_those_who_read_them() -> None:
    """Each program mounts the secrets that it reads and no other, each as a file with its own variable."""
    wanted = {
        "serve": {"database-password", "intake-key", "oidc-client-secret"},
        "report": {"database-password", "smtp-url"},
        "intake": {"database-password"},
        "upkeep": {"database-password"},
        "migration": {"database-password"},
    }
    for program, files in wanted.items():
        found = rendered("eks")
        pod = next(pod for _, pod in pods(found) if pod["containers"][0]["name"] == program)
        volume = next(each for each in pod["volumes"] if each["name"] == f"files-{program}")["projected"]
        paths = {item["path"] for source in volume["sources"] for each in source.values() for item in each["items"]}
        assert paths == {f"secrets/{file}" for file in files} | {"database-ca.pem"}
        said = variables(container(found, program))
        named = {said[each].rpartition("/")[2] for each in said if each.endswith("_FILE")}
        assert named == files
    assert one(rendered("eks"), "ExternalSecret")["spec"]["target"]["name"] == "interlock-external"


def test_no_secret_is_a_value() -> None:
    """No variable that is a secret is ever written into an object, but an address of a database without a password."""
    for name in names():
        for _, pod in pods(rendered(name)):
            for each in pod["containers"]:
                assert not (set(SECRETS) - {"INTERLOCK_DATABASE_URL"}) & set(variables(each) if each.get("env") else {})


def test_a_change_of_what_is_mounted_lets_pods_come_anew() -> None:
    """The checksum of documents and authorities is an annotation of every pod that mounts them."""

    def checksum(text: str) -> str:
        found = rendered("everything", {"documents": {"reports.graphql": text}})
        return str(one(found, "Deployment", "-serve")["spec"]["template"]["metadata"]["annotations"]["checksum/files"])

    assert checksum("query A { __typename }") != checksum("query B { __typename }")


def test_the_image_is_pinned_by_its_digest() -> None:
    """A digest wins over a tag, and without a tag it is the chart's own version."""
    assert container(rendered("eks"))["image"].endswith(
        "/interlock@sha256:" + container(rendered("eks"))["image"][-64:]
    )
    assert container(rendered())["image"] == "registry.example.com/interlock:0.1.0"


@pytest.mark.parametrize("major", ["3", "4"])
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"setings": {}}, "setings"),
        ({"settings": {"statementSecond": 1}}, "statementSecond"),
        ({"settings": {"statementSeconds": 301}}, "300"),
        ({"settings": {"statementSeconds": "a minute"}}, "integer"),
        ({"settings": {"databaseUrl": "postgresql://a/b"}}, "databaseUrl"),
        ({"telemetry": {"headers": "key=secret"}}, "headers"),
        ({"serve": {"replicas": -1}}, "replicas"),
        ({"serve": {"drain": {"graceSeconds": 301}}}, "300"),
        ({"serve": {"autoscaling": {"kind": "vpa"}}}, "hpa"),
        ({"serve": {"probes": {"readiness": {"path": "/"}}}}, "path"),
        ({"image": {"pullPolicy": "Sometimes"}}, "IfNotPresent"),
        ({"database": {"tls": "prefer"}}, "verify-full"),
        ({"migration": {"mode": "init"}}, "hook"),
        ({"externalSecret": {"data": {"password": {"key": "x"}}}}, "password"),
        ({"secrets": {"smtp": {"name": "x"}}}, "smtp"),
        ({"networkPolicy": {"egress": {"ports": ["https"]}}}, "ports"),
        ({"commonLabels": {"team": 1}}, "team"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else None,
)
def test_what_one_value_may_be(more: Any, says: str, major: str) -> None:
    """Unknown keys and wrong values are refused with the key's place, by both, before anything is rendered."""
    assert says in refused("minimal", more, major)
