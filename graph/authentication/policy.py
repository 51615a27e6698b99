"""What the settings say about people and pipelines: whose tokens are taken, and what groups are here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from domain.authentication.claims import Expected
from domain.authentication.groups import RoleGroups, role_groups
from domain.authentication.pipelines import pipeline_issuers, proving_accounts
from models.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Policy:
    """The people of one issuer. groups_claim: which claim names the groups that `roles` are given to.

    browser: whose ID tokens a login in the browser gives; None where no client is named for it.
    """

    expected: Expected
    groups_claim: str
    roles: RoleGroups
    browser: Expected | None = None


@dataclass(frozen=True, slots=True)
class PipelinePolicy:
    """How pipelines are known. issuers: each one's account. audience: this service's address, which theirs must name.

    proofs: the accounts that may prove who they are by GetCallerIdentity, none named for any; None where nobody may.
    sts: where AWS STS is asked instead of at its own addresses.
    """

    issuers: Mapping[str, str]
    audience: str
    proofs: frozenset[str] | None
    sts: str | None


def pipeline_policy(settings: Settings) -> PipelinePolicy:
    """What was looked at by `policy`."""
    return PipelinePolicy(
        pipeline_issuers(settings.pipeline_issuers) if settings.pipeline_issuers else {},
        settings.base_url,
        proving_accounts(settings.pipeline_proofs),
        settings.aws_endpoint_url_sts,
    )


def policy(settings: Settings) -> Policy | None:
    """None without an issuer. Raises SettingsError, one line for each setting that is missing or cannot be meant."""
    issuer, audience = settings.oidc_issuer, settings.oidc_audience or settings.oidc_client_id
    wrong = list(_wrong(settings))
    if wrong:
        raise SettingsError("\n".join(wrong))
    if issuer is None:
        return None
    assert audience is not None, "it is one of the settings that were just looked at"
    client = None if settings.oidc_audience else settings.oidc_client_id
    assert settings.role_groups is not None, "likewise"
    expected = Expected(issuer, audience, client)
    own = settings.oidc_browser_client_id or settings.oidc_client_id
    browser = Expected(issuer, own, own) if own else None
    return Policy(expected, settings.oidc_groups_claim, role_groups(settings.role_groups), browser)


def _wrong(settings: Settings) -> list[str]:
    if settings.oidc_issuer is None:
        narrowing = {
            "INTERLOCK_ROLE_GROUPS": settings.role_groups is not None,
            "INTERLOCK_PIPELINE_ISSUERS": settings.pipeline_issuers is not None,
            "INTERLOCK_OIDC_CLIENT_SECRET": settings.oidc_client_secret is not None,
            "INTERLOCK_OIDC_BROWSER_CLIENT_ID": settings.oidc_browser_client_id is not None,
            "INTERLOCK_PIPELINE_PROOFS": settings.pipeline_proofs != "0",
        }
        said = "is set, and INTERLOCK_OIDC_ISSUER is not: nobody is told apart. Set both."
        return [f"{name} {said}" for name, given in narrowing.items() if given]
    wrong = list(_wrong_of_pipelines(settings))
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and not loopback(parts.hostname or ""):
        wrong.append(
            f"INTERLOCK_OIDC_ISSUER is {settings.oidc_issuer!r}: whoever is between could forge its keys. Allowed:"
            " https://, or http:// on this machine."
        )
    if not (settings.oidc_client_id or settings.oidc_audience):
        wrong.append(
            "INTERLOCK_OIDC_ISSUER is set, and neither INTERLOCK_OIDC_CLIENT_ID nor INTERLOCK_OIDC_AUDIENCE is: a token"
            " for any other program of the issuer would do here. Set the one that tokens are for."
        )
    if not settings.role_groups:
        wrong.append(
            "INTERLOCK_OIDC_ISSUER is set, and INTERLOCK_ROLE_GROUPS is not: nobody would have a role. Set it, as"
            " admin=platform-admins,operator=sre,developer=*."
        )
    return wrong


def _wrong_of_pipelines(settings: Settings) -> Iterator[str]:
    """Addresses of which somebody else could answer."""
    asked = {"INTERLOCK_PIPELINE_ISSUERS": [*pipeline_policy(settings).issuers]}
    if settings.pipeline_proofs != "0" and settings.aws_endpoint_url_sts:
        asked["AWS_ENDPOINT_URL_STS"] = [settings.aws_endpoint_url_sts]
    for name, addresses in asked.items():
        for each in addresses:
            parts = urlsplit(each)
            if parts.scheme != "https" and not loopback(parts.hostname or ""):
                yield (
                    f"{name} names {each!r}: whoever is between could say that they are any pipeline. Allowed: https://,"
                    " or http:// on this machine."
                )


def loopback(host: str) -> bool:
    """Whether it is this machine; a name that only begins like its address is not."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
