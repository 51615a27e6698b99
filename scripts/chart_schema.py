"""The JSON Schema of the chart's values: the keys of values.yaml, what each may be, and the settings of the service.

Keys come from values.yaml, settings from models/settings.py, and what cannot be told from a default from `RULES`: so no
key and no setting is forgotten, and none that is unknown is taken.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from models.settings import PREFIX, SECRETS, Settings
from scripts.chart_values import described, values

ELSEWHERE = {
    "data": "a volume",
    "host": "the chart",
    "port": "the chart",
    "grace_seconds": "serve.drain.graceSeconds",
    "public_url": "publicUrl",
    "oidc_issuer": "oidc.issuer",
    "oidc_client_id": "oidc.clientId",
    "oidc_audience": "oidc.audience",
    "role_groups": "oidc.roleGroups",
    "database_ca": "database.ca",
    "database_tls": "database.tls",
    "documents": "documents",
    "aws_endpoint_url": "aws.endpointUrl",
    "aws_endpoint_url_codepipeline": "aws.endpointUrlCodepipeline",
    "aws_endpoint_url_sts": "aws.endpointUrlSts",
}
"""Settings that have a value of their own, or are the chart's to set; secrets are in `secrets` and `database`."""

QUANTITY = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?([EPTGMk]i?|m)?$"}
WHOLE = {"type": "integer", "minimum": 1}
NAME = {"type": "string", "pattern": r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$"}
RESOURCE = {
    "type": "object",
    "properties": {key: {"type": "object"} for key in ("requests", "limits")} | {"claims": {"type": "array"}},
    "additionalProperties": False,
}
SHARE = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,3}%$"}, {"type": "null"}]}
PROBE = {
    "type": "object",
    "properties": {
        name: {"type": "integer", "minimum": least}
        for name, least in {
            "initialDelaySeconds": 0,
            "periodSeconds": 1,
            "timeoutSeconds": 1,
            "failureThreshold": 1,
            "successThreshold": 1,
            "terminationGracePeriodSeconds": 1,
        }.items()
    },
    "additionalProperties": False,
}
REMOTE = {
    "type": "object",
    "properties": {
        key: {"type": "string", "minLength": 1}
        for key in ("key", "property", "version", "decodingStrategy", "conversionStrategy", "metadataPolicy")
    },
    "required": ["key"],
    "additionalProperties": False,
}
TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
ANY: dict[str, Any] = {}

RULES: dict[str, dict[str, Any]] = {
    "image.repository": {"type": "string", "pattern": r"^([a-z0-9]+([._:/-]+[a-z0-9]+)*)?$"},
    "image.tag": {"type": "string", "pattern": r"^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$"},
    "image.pullPolicy": {"enum": ["IfNotPresent", "Always", "Never"]},
    "imagePullSecrets": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    "fullnameOverride": {"type": "string", "pattern": r"^([a-z]([a-z0-9-]{0,38}[a-z0-9])?)?$"},
    "nameOverride": {"type": "string", "pattern": r"^([a-z]([a-z0-9-]{0,61}[a-z0-9])?)?$"},
    "oidc.roleGroups": TEXTS,
    "database.tls": {"enum": ["verify-full", "verify-ca", "require", "disable"]},
    "database.ca.pem": {"type": "string", "pattern": "^(|[\\s\\S]*-----BEGIN CERTIFICATE-----[\\s\\S]*)$"},
    "*.name": NAME,
    "evaluation.size": QUANTITY,
    "podDefaults.*Size": QUANTITY,
    "externalSecret.apiVersion": {"enum": ["external-secrets.io/v1", "external-secrets.io/v1beta1"]},
    "externalSecret.store.kind": {"enum": ["ClusterSecretStore", "SecretStore"]},
    "externalSecret.refreshInterval": {"type": "string", "pattern": "^([0-9]+(h|m|s))+$"},
    "externalSecret.data": {
        "type": "object",
        "properties": dict.fromkeys(("databaseUrl", "databasePassword", *values()["secrets"]), REMOTE),
        "additionalProperties": False,
    },
    "documents": {
        "type": "object",
        "propertyNames": {"pattern": r"^[A-Za-z0-9._-]+\.(graphql|json)$"},
        "additionalProperties": {"type": "string"},
    },
    "aws.region": {"type": "string", "pattern": "^([a-z]{2,}(-[a-z]+)+-[0-9])?$"},
    "aws.endpointUrl*": {"type": "string", "pattern": "^(https?://.+)?$"},
    "podDefaults.*ecurityContext": {"type": "object"},
    "podDefaults.revisionHistoryLimit": {"type": "integer", "minimum": 0},
    "*.replicas": {"type": "integer", "minimum": 0},
    "*.resources": RESOURCE,
    "serve.drain.preStopSeconds": {"type": "integer", "minimum": 1, "maximum": 300},
    "serve.drain.graceSeconds": {"type": "number", "minimum": 0, "maximum": 300},
    "serve.probes.*": PROBE,
    "*.autoscaling.kind": {"enum": ["hpa", "keda"]},
    "*.autoscaling.*Replicas": WHOLE,
    "*.autoscaling.cpuPercent": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000},
    "*.autoscaling.openSockets": {"type": ["integer", "null"], "minimum": 1, "maximum": 10_000},
    "*.autoscaling.queueLength": {"type": ["integer", "null"], "minimum": 1},
    "*.autoscaling.prometheusUrl": {"type": "string", "pattern": "^(https?://.+)?$"},
    "*.autoscaling.behavior": {"type": "object"},
    "*.podDisruptionBudget.m*": SHARE,
    "*.unhealthyPodEvictionPolicy": {"enum": ["AlwaysAllow", "IfHealthyBudget"]},
    "*.strategy": {"type": "object", "required": ["type"]},
    "*.terminationGracePeriodSeconds": WHOLE,
    "migration.mode": {"enum": ["hook", "job", "none"]},
    "migration.backoffLimit": {"type": "integer", "minimum": 0},
    "migration.activeDeadlineSeconds": WHOLE,
    "service.type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
    "service.port": {"type": "integer", "minimum": 1, "maximum": 65_535},
    "ingress.hosts": TEXTS,
    "ingress.alb.scheme": {"enum": ["internal", "internet-facing"]},
    "ingress.alb.certificateArn": {"type": "string", "pattern": "^(arn:aws[a-z-]*:acm:.+)?$"},
    "ingress.alb.idleTimeoutSeconds": {"type": "integer", "minimum": 60, "maximum": 4000},
    "httpRoute.hostnames": TEXTS,
    "httpRoute.timeouts": {"type": ["object", "null"]},
    "networkPolicy.egress.ports": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65_535}},
    "metrics.*.interval": {"type": "string", "pattern": "^([0-9]+(h|m|s|ms))+$"},
    "metrics.*.scrapeTimeout": {"type": "string", "pattern": "^([0-9]+(h|m|s|ms))+$"},
    "metrics.*.runbookUrl": {"type": "string", "pattern": "^(https?://[^\\s#]+)?$"},
    "metrics.*.disabled": TEXTS,
    "*abels": {"type": "object", "additionalProperties": {"type": "string"}},
    "*nnotations": {"type": "object", "additionalProperties": {"type": "string"}},
    "*odeSelector": {"type": "object", "additionalProperties": {"type": "string"}},
    "*.extraEnv": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    "extraObjects": {"type": "array", "items": {"type": ["object", "string"]}},
}


def camel(name: str) -> str:
    """`statement_seconds` as values.yaml writes it."""
    first, *others = name.lower().split("_")
    return first + "".join(each.capitalize() for each in others)


def settings() -> dict[str, dict[str, Any]]:
    """What is under `settings`: every field that is read from INTERLOCK_… and is nowhere else, as JSON Schema."""
    shapes = Settings.model_json_schema(by_alias=False)["properties"]
    return {
        camel(name): _shape(shapes[name])
        for name, field in Settings.model_fields.items()
        if field.validation_alias is None and name not in ELSEWHERE and name not in SECRETS.values()
    }


def telemetry() -> dict[str, dict[str, Any]]:
    """What is under `telemetry`: every variable OTEL_… that is no secret."""
    shapes = Settings.model_json_schema(by_alias=False)["properties"]
    return {
        camel(re.sub("^OTEL_(EXPORTER_OTLP_)?", "", variable)): _shape(shapes[name])
        for name, variable in _telemetry_variables()
        if name not in SECRETS.values()
    }


def _telemetry_variables() -> Iterator[tuple[str, str]]:
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        for each in getattr(alias, "choices", [alias]):
            if str(each).startswith("OTEL_"):
                yield name, str(each)


def variable(name: str) -> str:
    """The variable of a name under `settings`."""
    return PREFIX + re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def _shape(given: dict[str, Any]) -> dict[str, Any]:
    """pydantic's schema of one field, without its default, and with null for "not said"."""
    kept = next((each for each in given.get("anyOf", []) if each.get("type") != "null"), given)
    found = {key: kept[key] for key in kept if key not in ("default", "title", "format", "description", "writeOnly")}
    found["description"] = given["description"]
    if "enum" in found:
        return {"enum": [*found["enum"], None], "description": found["description"]}
    if "by commas" in found["description"]:
        return {"description": found["description"], "anyOf": [_plain(found), TEXTS, {"type": "null"}]}
    return found | {"type": [found.get("type", "string"), "null"]}


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """A text, or what YAML reads of one that looks like a number or a yes."""
    return {"type": ["string", "integer", "boolean"]} | {key: found[key] for key in found if key == "pattern"}


def schema() -> dict[str, Any]:
    """The whole of values.schema.json."""
    says = {each.path: each.says for each in described()}
    found = _of(values(), "", says)
    found["properties"]["settings"] = _map(settings(), says["settings"])
    found["properties"]["telemetry"] = _map(telemetry(), says["telemetry"])
    found["properties"]["global"] = {"type": "object", "description": "What a chart above this one says for all."}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of the Interlock chart"} | found


def _map(properties: dict[str, Any], says: str) -> dict[str, Any]:
    return {"type": "object", "description": says, "properties": properties, "additionalProperties": False}


def _of(value: Any, path: str, says: dict[str, str]) -> dict[str, Any]:
    described_by = {"description": says[path]} if says.get(path) else {}
    rule = next((rule for pattern, rule in RULES.items() if fnmatchcase(path, pattern)), None)
    if rule is not None:
        return described_by | rule
    if isinstance(value, dict) and value:
        properties = {key: _of(each, f"{path}.{key}".lstrip("."), says) for key, each in value.items()}
        return {"type": "object"} | described_by | {"properties": properties, "additionalProperties": False}
    return described_by | {"type": _TYPES[type(value)]}


_TYPES = {dict: "object", list: "array", bool: "boolean", int: "integer", str: "string"}
