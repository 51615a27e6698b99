"""`company.yaml` as a `Company`: right, or refused in sentences before any construct exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from infrastructure.company import SECRETS, Company, Data, Members, Network, Reach, SignIn
from infrastructure.reading import Reading

ACCOUNT = (r"\d{12}", "twelve digits, as text: '012345678901'")
REGION = (r"[a-z]{2}(-[a-z]+)+-\d", "a Region, as eu-west-1")
DOMAIN = (r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", "a domain name in small letters")
UNIT = (r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}", "an organizational unit, as ou-ab12-1a2b3c4d, or a root")
ROLE_ARN = (r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", "the ARN of an IAM role")
CLIENT = (r"[!-~]{1,256}", "1 to 256 characters without spaces")
SECRET = (r"[A-Za-z0-9/_+=.@-]{1,256}", "the name of a secret in Secrets Manager, and not the secret itself")
IMAGE = (r"\d+\.\d+\.\d+[\w.-]*|sha256:[0-9a-f]{64}", "a version, as 0.6.0, or a digest: sha256: and 64 digits")
COLLECTOR = "public.ecr.aws/aws-observability/aws-otel-collector:v0.48.0"
SETTING = (r"INTERLOCK_[A-Z_]+", "a setting of the service, as INTERLOCK_RATE_LIMIT")
ISSUERS = (r"\d{12}=https://[^,=\s]+(,\d{12}=https://[^,=\s]+)*", "account=https://…, several by commas")
_GROUP = r"(viewer|developer|operator|admin)=[^,=\s][^,=]*"
GROUPS = (f"{_GROUP}(,{_GROUP})*", "role=group, several by commas, as admin=platform-admins,developer=*")
OWN = re.compile(
    r"INTERLOCK_(DATABASE_\w+|HOST|PORT|PUBLIC_URL|QUEUE_URL|(READER|STARTER|CLEANER)_ROLE|OIDC_\w+|ROLE_GROUPS"
    r"|ARCHIVE\w*|CLOUDWATCH_NAMESPACE|KEEP_EVENTS_DAYS|PIPELINE_(ISSUERS|PROOFS)|TRUSTED_PROXIES)"
)
"""Settings that this app gives by itself."""
HIDDEN = re.compile(r"\w*(KEY|SECRET|PASSWORD|TOKEN|SMTP_URL)")
"""Settings that are secrets: in a template everybody would read them."""


class CompanyError(Exception):
    """The file cannot be used: one sentence for each thing that is wrong in it."""


def load(path: Path, environment: str | None = None) -> Company:
    """The company of a file. environment: what the file says under its name goes before what it says for all.

    Raises CompanyError.
    """
    reading = Reading(_chosen(_parsed(path), environment, path))
    company = _company(reading, path.parent)
    reading.finish()
    wrong = reading.wrong or list(_contradictions(company))
    if wrong:
        raise CompanyError("\n".join(f"{path.name}: {line}" for line in wrong))
    return company


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        given = yaml.safe_load(path.read_text())
    except OSError as error:
        remedy = "infrastructure/company.yaml is one to begin with."
        raise CompanyError(f"{path} cannot be read: {error.strerror}. {remedy}") from None
    except yaml.YAMLError as error:
        raise CompanyError(f"{path} is no YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(given, Mapping):
        raise CompanyError(f"{path.name} is {type(given).__name__}. Allowed: keys with values.")
    return given


def _chosen(given: Mapping[str, Any], environment: str | None, path: Path) -> Mapping[str, Any]:
    common = {key: value for key, value in given.items() if key != "environments"}
    environments = given.get("environments") or {}
    if environment is None or not environments:
        return common
    if not isinstance(environments, Mapping) or not isinstance(environments.get(environment), Mapping):
        known = ", ".join(sorted(map(str, environments))) or "none"
        remedy = f"Say below `environments` what its account, Region and address are; there: {known}."
        raise CompanyError(f"{path.name} says nothing of the environment {environment}. {remedy}")
    return _over(common, environments[environment])


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(below)
    for key, value in above.items():
        under = laid.get(key)
        laid[key] = _over(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return laid


def _company(reading: Reading, folder: Path) -> Company:
    zone = reading.part("hostedZone")
    company = Company(
        organization=reading.text("organization", r"o-[a-z0-9]{10,32}", "an organization's id, as o-a1b2c3d4e5"),
        repository=reading.text("repository", r"[\w.-]+/[\w.-]+", "owner/name, as acme/interlock"),
        account=reading.text("account", *ACCOUNT),
        region=reading.text("region", *REGION),
        pipeline_account=reading.text("pipelineAccount", *ACCOUNT),
        domain=reading.text("domain", *DOMAIN),
        zone_id=zone.text("id", r"Z[A-Z0-9]{4,31}", "the id of a hosted zone, as Z0123456789ABCDEFGHIJ"),
        zone_name=zone.text("name", *DOMAIN),
        image=reading.text("image", *IMAGE),
        alarms_to=reading.text("alarmsTo", r"[^@\s]+@[^@\s]+\.[^@\s]+", "an address of mail"),
        database_certificates=_certificates(reading, folder),
        pipeline_issuers=reading.maybe("pipelineIssuers", *ISSUERS),
        sign_in=_sign_in(reading.part("signIn")),
        network=_network(reading.part("network")),
        reach=_reach(reading.part("reach")),
        data=_data(reading.part("data")),
        members=_members(reading.part("members")),
        settings=reading.mapping("settings", *SETTING),
        secrets=_secrets(reading.part("secrets")),
        collector=reading.text(
            "collector", r"[a-z0-9./-]+:[\w.-]+(@sha256:[0-9a-f]{64})?", "an image's name", COLLECTOR
        ),
    )
    zone.finish()
    return company


def _certificates(reading: Reading, folder: Path) -> str:
    """The text of the file that is named, beside the company's own."""
    key, remedy = (
        "databaseCertificates",
        "a file of certificates in PEM beside this one; docs/install.md says where RDS has it",
    )
    name = reading.text(key, r"[\w.-]+\.pem", remedy)
    file = folder / name
    text = file.read_text() if name and file.is_file() else ""
    if name and "-----BEGIN CERTIFICATE-----" not in text:
        reading.refuse(key, name, remedy)
    return text


def _sign_in(reading: Reading) -> SignIn:
    part = SignIn(
        issuer=reading.text("issuer", r"https://[^\s?#]+", "the issuer as it calls itself: https://, and no ? or #"),
        client_id=reading.text("clientId", *CLIENT),
        browser_client_id=reading.maybe("browserClientId", *CLIENT),
        role_groups=reading.text("roleGroups", *GROUPS),
    )
    reading.finish()
    return part


def _secrets(reading: Reading) -> dict[str, str]:
    found = {setting: reading.unseen(setting, *SECRET) for setting in SECRETS}
    reading.finish()
    return {setting: name for setting, name in found.items() if name}


def _network(reading: Reading) -> Network:
    zones = reading.texts("zones", r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "an Availability Zone, as eu-west-1a")
    part = Network(
        cidr=reading.network("cidr", 16, 19, "10.80.0.0/16"),
        zones=zones,
        nat_gateways=int(reading.number("natGateways", 1, 3, max(len(zones), 1))),
    )
    reading.finish()
    return part


def _reach(reading: Reading) -> Reach:
    part = Reach(
        internet=reading.yes("internet", default=False),
        service_from=reading.networks("serviceFrom"),
        api_from=reading.networks("apiFrom", ()),
        administrators=reading.texts("administrators", *ROLE_ARN, default=()),
    )
    reading.finish()
    return part


def _data(reading: Reading) -> Data:
    part = Data(
        least_capacity=reading.number("leastCapacity", 0.5, 128, 0.5, 0.5),
        most_capacity=reading.number("mostCapacity", 1, 256, 8, 0.5),
        readers=int(reading.number("readers", 0, 5, 1)),
        backup_days=int(reading.number("backupDays", 1, 35, 35)),
        copy_to=reading.maybe("copyTo", *REGION),
        archive_lock_days=int(reading.number("archiveLockDays", 0, 36_500, 0)),
        keep_events_days=int(reading.number("keepEventsDays", 0, 36_500, 0)),
    )
    reading.finish()
    return part


def _members(reading: Reading) -> Members:
    part = Members(
        units=reading.texts("units", *UNIT),
        test_units=reading.texts("testUnits", *UNIT, default=()),
        regions=reading.texts("regions", *REGION),
        federation=reading.yes("federation", default=True),
    )
    reading.finish()
    return part


def _contradictions(company: Company) -> Iterator[str]:
    """What is right by itself, and not together."""
    if company.account == company.pipeline_account:
        yield "account and pipelineAccount are the same. Give pipelines an account of their own: it is their boundary."
    if not company.domain.endswith(f".{company.zone_name}") and company.domain != company.zone_name:
        yield f"domain is {company.domain!r}, which is not in the hosted zone {company.zone_name!r}."
    if company.pipeline_issuers and not company.members.federation:
        yield "pipelineIssuers is given, and members.federation is false. Leave one of them out."
    yield from _contradictions_of_network(company)
    yield from _contradictions_of_data(company)
    yield from _contradictions_of_settings(company)


def _contradictions_of_network(company: Company) -> Iterator[str]:
    network = company.network
    for zone in network.zones:
        if zone[:-1] != company.region:
            yield f"network.zones has {zone!r}, which is not in the Region {company.region}."
    if not 2 <= len(network.zones) <= 3:
        yield f"network.zones has {len(network.zones)}. Allowed: two or three; the database needs two at least."
    if network.nat_gateways > len(network.zones):
        yield f"network.natGateways is {network.nat_gateways}. Allowed: one for each zone at most."


def _contradictions_of_settings(company: Company) -> Iterator[str]:
    for name in company.settings:
        if OWN.fullmatch(name):
            yield f"settings.{name} is given by this app. Leave it out."
        elif HIDDEN.fullmatch(name):
            yield f"settings.{name} is a secret, and many read templates. Name it below `secrets`, where it can be."


def _contradictions_of_data(company: Company) -> Iterator[str]:
    data = company.data
    if data.most_capacity < data.least_capacity:
        yield f"data.mostCapacity is {data.most_capacity:g}, less than data.leastCapacity, {data.least_capacity:g}."
    if data.copy_to == company.region:
        yield f"data.copyTo is {data.copy_to!r}, the installation's own Region. Allowed: another one, or leave it out."
    if 0 < data.keep_events_days < 90:
        yield f"data.keepEventsDays is {data.keep_events_days}. Allowed: 90 or more, or 0, which keeps all."
