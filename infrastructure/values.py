"""The values of the chart in helm/interlock: where everything is, and nothing that is secret."""

from __future__ import annotations

import re
from typing import Any

from infrastructure.company import Company
from infrastructure.member.names import CLEANER, READER, STARTER

MOUNTED = "/run/secrets/interlock"
"""Where pods find what Secrets Manager has: the add-on renews the files, and the service reads the password anew."""
CLASSES = {"serve": "interlock-serve", "report": "interlock-report", "others": "interlock"}
"""Names of the SecretProviderClasses: what a program mounts, and what the others do."""
AUTHORITIES = "interlock-database-authorities"
COLLECTOR_PORT = 4318
ARCHIVE_PREFIX = "events"


def values(
    company: Company,
    *,
    repository: str,
    database: str,
    queue_url: str,
    archive: str,
    key_arn: str,
    proxies: list[str],
    accounts: dict[str, str],
) -> dict[str, Any]:
    """What differs from the chart's own. accounts: program -> service account, `migrate` among them."""
    by_digest = company.image.startswith("sha256:")
    programs = {
        program: {
            "serviceAccount": {"create": True, "name": name},
            "extraEnv": [_variable(setting) for setting in company.secrets_of(program)],
            **_mounts(program),
        }
        for program, name in accounts.items()
        if program != "migrate"
    }
    return {
        "fullnameOverride": "interlock",
        "image": {"repository": repository, "digest" if by_digest else "tag": company.image},
        "publicUrl": company.url,
        "oidc": {
            "issuer": company.sign_in.issuer,
            "clientId": company.sign_in.client_id,
            "roleGroups": company.sign_in.role_groups.split(","),
        },
        "database": {
            "url": database,
            "tls": "verify-full",
            "ca": {"configMap": {"name": AUTHORITIES, "key": "ca.pem"}},
        },
        "settings": _settings(company, queue_url, archive, key_arn, proxies),
        "telemetry": {"tracesEndpoint": f"http://interlock-collector:{COLLECTOR_PORT}/v1/traces"},
        "aws": {"region": company.region},
        "podDefaults": {"extraEnv": [_variable("INTERLOCK_DATABASE_PASSWORD")]},
        "networkPolicy": {"egress": {"ports": [443, 5432, COLLECTOR_PORT]}},
        "migration": {"serviceAccount": {"create": False, "name": accounts["migrate"]}, **_mounts("migrate")},
        **programs,
    }


def _settings(company: Company, queue_url: str, archive: str, key_arn: str, proxies: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "queueUrl": queue_url,
        "intakeAccounts": "any",
        "readerRole": READER,
        "starterRole": STARTER,
        "cleanerRole": CLEANER,
        "archive": f"s3://{archive}/{ARCHIVE_PREFIX}",
        "archiveKmsKey": key_arn,
        "cloudwatchNamespace": "Interlock",
        "trustedProxies": ",".join(proxies),
    }
    if company.data.keep_events_days:
        given["keepEventsDays"] = company.data.keep_events_days
    if company.pipeline_issuers:
        given["pipelineIssuers"] = company.pipeline_issuers
    if not company.members.federation:
        given["pipelineProofs"] = company.pipeline_account
    if company.sign_in.browser_client_id:
        given["oidcBrowserClientId"] = company.sign_in.browser_client_id
    return given | {_camel_case(name): value for name, value in company.settings.items()}


def file_of(setting: str) -> str:
    """What a secret's file is called: database-password of INTERLOCK_DATABASE_PASSWORD."""
    return setting.removeprefix("INTERLOCK_").lower().replace("_", "-")


def _variable(setting: str) -> dict[str, str]:
    return {"name": f"{setting}_FILE", "value": f"{MOUNTED}/{file_of(setting)}"}


def _mounts(program: str) -> dict[str, Any]:
    """The secrets of a program, as a volume of the CSI driver, and where it is."""
    attributes = {"secretProviderClass": CLASSES.get(program, CLASSES["others"])}
    volume = {
        "name": "secrets",
        "csi": {"driver": "secrets-store.csi.k8s.io", "readOnly": True, "volumeAttributes": attributes},
    }
    mount = {"name": "secrets", "mountPath": MOUNTED, "readOnly": True}
    return {"extraVolumes": [volume], "extraVolumeMounts": [mount]}


def _camel_case(setting: str) -> str:
    """INTERLOCK_RATE_LIMIT as the chart says it: rateLimit."""
    words = setting.removeprefix("INTERLOCK_").lower()
    return re.sub(r"_([a-z])", lambda found: found.group(1).upper(), words)
