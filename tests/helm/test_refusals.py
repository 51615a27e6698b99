"""Values that do not go together are refused, each with a sentence that says what to do; all of them at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helm.tools import refused

EXTERNAL = {"enabled": True, "store": {"name": "s"}, "data": {"intakeKey": {"key": "k"}}}
QUEUE = {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q"}
KEDA = {"enabled": True, "kind": "keda"}
OPEN = {"issuer": "", "clientId": "", "roleGroups": []}

REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("minimal", {"publicUrl": "interlock.example.com"}, 'publicUrl is "interlock.example.com". It is an address'),
    ("minimal", {"oidc": {"issuer": "sso"}}, 'oidc.issuer is "sso". It is the issuer exactly as it calls itself'),
    ("minimal", {"oidc": {"roleGroups": ["root=wheel"]}}, 'oidc.roleGroups has "root=wheel". Each is role=group'),
    ("minimal", {"database": {"url": "mysql://db/i"}}, 'database.url is "mysql://db/i". It is the address of'),
    ("minimal", {"image": {"digest": "sha256:12"}}, 'image.digest is "sha256:12". It is sha256: and 64 digits'),
    ("minimal", {"image": {"repository": ""}}, "image.repository is empty. Say where your image"),
    ("minimal", {"database": {"url": ""}}, "No PostgreSQL is named. Set database.url"),
    ("minimal", {"database": {"urlSecret": {"name": "x"}}}, "database.url and database.urlSecret each name a database"),
    ("minimal", {"database": {"url": "postgresql://a:b@db/i"}}, "database.url has a password"),
    ("minimal", {"database": {"url": "postgresql://db/i?password=b"}}, "database.url has a password, which"),
    ("minimal", {"evaluation": {"enabled": True}}, "An evaluation has its own; take one of them out"),
    (
        "minimal",
        {"database": {"ca": {"secret": {"name": "a"}, "configMap": {"name": "b"}}}},
        "database.ca has configMap and secret. Give one",
    ),
    ("minimal", {"oidc": OPEN}, "oidc.issuer is empty. Without an issuer the service listens on its own pod alone"),
    ("minimal", {"publicUrl": "http://interlock.example.com"}, 'publicUrl is "http://interlock.example.com"'),
    ("minimal", {"publicUrl": ""}, 'publicUrl is "". Beside oidc.issuer it is an address that begins with https://'),
    ("minimal", {"oidc": {"clientId": ""}}, "neither oidc.clientId nor oidc.audience is"),
    ("minimal", {"oidc": {"roleGroups": []}}, "oidc.roleGroups is empty, so that nobody would have a role"),
    ("minimal", {"settings": {"rehearsal": True}}, "settings.rehearsal is true, and oidc.issuer makes"),
    ("evaluation", {"ingress": {"enabled": True}}, "ingress.enabled is true, and without oidc.issuer"),
    (
        "evaluation",
        {"httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}},
        "httpRoute.enabled is true, and without oidc.issuer",
    ),
    ("evaluation", {"oidc": {"roleGroups": ["admin=a"]}}, "Roles are given to groups of an issuer"),
    ("evaluation", {"serve": {"autoscaling": {"enabled": True}}}, "an evaluation has one pod"),
    ("minimal", {"externalSecret": EXTERNAL}, 'migration.mode is "hook", and externalSecret.enabled makes something'),
    (
        "minimal",
        {"migration": {"serviceAccount": {"create": True}}},
        'migration.mode is "hook", and migration.serviceAccount.create',
    ),
    (
        "minimal",
        {"database": {"ca": {"pem": "-----BEGIN CERTIFICATE-----"}}},
        'migration.mode is "hook", and database.ca.pem makes something',
    ),
    ("eks", {"externalSecret": {"store": {"name": ""}}}, "externalSecret.store.name is empty"),
    (
        "minimal",
        {"migration": {"mode": "job"}, "externalSecret": {"enabled": True, "store": {"name": "s"}}},
        "externalSecret.data is empty. Say what is where",
    ),
    ("eks", {"secrets": {"smtpUrl": {"name": "x"}}}, 'smtpUrl is in externalSecret.data, and the Secret "x" is named'),
    ("eks", {"database": {"passwordSecret": {"name": "x"}}}, "databasePassword is in externalSecret.data"),
    (
        "minimal",
        {"serve": {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 2}}},
        "serve.autoscaling.minReplicas is 5, and maxReplicas is 2",
    ),
    (
        "minimal",
        {"serve": {"autoscaling": {"enabled": True, "cpuPercent": None}}},
        'nothing says by what (kind "hpa"). Set cpuPercent or openSockets',
    ),
    (
        "minimal",
        {"serve": {"autoscaling": {"enabled": True}, "resources": {"requests": None}}},
        "serve.resources.requests.cpu is not set",
    ),
    ("minimal", {"serve": {"autoscaling": {**KEDA, "openSockets": 9}}}, "needs serve.autoscaling.prometheusUrl"),
    (
        "minimal",
        {"intake": {"autoscaling": KEDA}, "aws": {"region": "eu-west-1"}},
        "settings.queueUrl is not set: there is no queue to look at",
    ),
    ("minimal", {"intake": {"autoscaling": KEDA}, "settings": QUEUE}, "KEDA has to know the queue's Region"),
    (
        "minimal",
        {"serve": {"podDisruptionBudget": {"minAvailable": 1, "maxUnavailable": "50%"}}},
        "serve.podDisruptionBudget has maxUnavailable (50%) and minAvailable (1)",
    ),
    ("minimal", {"httpRoute": {"enabled": True}}, "httpRoute.parentRefs is empty. Name the Gateway"),
    ("minimal", {"metrics": {"serviceMonitor": {"enabled": True}}}, "/metrics asks for a token. Name a Secret"),
    (
        "eks",
        {"metrics": {"prometheusRule": {"disabled": ["InterlockDwon"]}}},
        'has "InterlockDwon", which is no alert. There are InterlockDown',
    ),
    (
        "minimal",
        {"report": {"extraEnv": [{"name": "INTERLOCK_PORT", "value": "1"}]}},
        "INTERLOCK_PORT is set twice for report",
    ),
]


@pytest.mark.parametrize(("example", "more", "says"), REFUSALS, ids=[says[:50] for _, _, says in REFUSALS])
def test_refused_with_what_to_do(example: str, more: dict[str, Any], says: str) -> None:
    """One thing that is wrong is told by one sentence, and nothing else."""
    told = refused(example, more)
    assert says in told, told
    assert told.count("\n- ") == 1, told


def test_all_at_once() -> None:
    """Without any values everything that is needed is named, by Helm 3 and 4 alike."""
    for major in ("3", "4"):
        told = refused(None, {}, major)
        assert told.count("\n- ") == 3
        for wanted in ("image.repository", "No PostgreSQL", "oidc.issuer is empty"):
            assert wanted in told
