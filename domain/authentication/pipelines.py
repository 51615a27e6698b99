"""What a role of AWS may here: a pipeline's gate reports for its own service, and a pipeline's build reads its plan.

pipelinekit names the roles; a test holds its names to these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from domain.authentication.principals import ACCOUNT, Principal, partition_of
from domain.authentication.refusals import NoRole
from domain.configuration.configuration import Configuration
from domain.permissions import Granted, Role, Scope

GATE = "interlock-gate-"
SYNTH = "interlock-synth-"
LONGEST_ROLE = 64
"""Characters of a role's name: IAM's quota."""
ANY = frozenset[str]()
"""Of the accounts whose proofs are taken: whichever the configuration says that pipelines live in."""


def gate_role_name(service: str, region: str) -> str:
    """The role of the function that asks and reports for the service's pipeline in this Region."""
    return _shortened(f"{GATE}{service}-{region}")


def synth_role_name(service: str, region: str) -> str:
    """The role of the build that asks for the service's plan."""
    return _shortened(f"{SYNTH}{service}-{region}")


def _shortened(name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name if len(name) <= LONGEST_ROLE else f"{name[: LONGEST_ROLE - 9]}-{digest}"


def require_pipeline(principal: Principal, configuration: Configuration) -> frozenset[Granted]:
    """What the role is granted. Raises NoRole for one that no pipeline has.

    A gate reports for its one service. Any other role of the account in which pipelines live reads what concerns the
    services that live there, and changes nothing; the build of one service reads of that one alone.
    """
    home = configuration.organisation
    if home is None or principal.account != home.pipeline_account:
        raise _nobody(principal, f"no pipeline lives in the account {principal.account}")
    if principal.partition != partition_of(home.pipeline_region):
        raise _nobody(principal, f"pipelines do not live in {principal.partition}")
    for role, prefix, named in ((Role.PIPELINE, GATE, gate_role_name), (Role.VIEWER, SYNTH, synth_role_name)):
        if principal.role.startswith(prefix):
            own = _of(principal.role, configuration.services, home.pipeline_region, named)
            if len(own) != 1:
                raise _nobody(principal, f"it is a role of no service that lives in {home.pipeline_region}")
            return frozenset({Granted(role, Scope(services=own))})
    services = frozenset(configuration.services)
    if not services:  # a scope that names nothing would hold everywhere
        raise _nobody(principal, "there is no service yet")
    return frozenset({Granted(Role.VIEWER, Scope(services=services))})


def _of(role: str, services: Iterable[str], region: str, named: Callable[[str, str], str]) -> frozenset[str]:
    """The services of which it is the role: more than one where names that were cut are the same."""
    return frozenset(each for each in services if named(each, region) == role)


def _nobody(principal: Principal, why: str) -> NoRole:
    return NoRole(
        f"{principal.actor} has no role here: {why}.",
        remedy="Ask whoever looks after the service: the organisation's pipelineAccount and pipelineRegion say where"
        " pipelines live, and the service must be registered.",
    )


def pipeline_issuers(text: str) -> Mapping[str, str]:
    """The account of each issuer: `111122223333=https://….tokens.sts.global.api.aws`, several by commas.

    Raises ValueError, which says which part is wrong.
    """
    found: dict[str, str] = {}
    for part in text.split(","):
        account, equals, issuer = (each.strip() for each in part.partition("="))
        if not equals or not ACCOUNT.fullmatch(account):
            raise ValueError(f"{part.strip()!r} is not account=issuer")
        if issuer in found or account in found.values():
            raise ValueError(f"{part.strip()!r} is the second of its issuer, or of its account")
        found[issuer] = account
    return found


def proving_accounts(text: str) -> frozenset[str] | None:
    """The accounts whose proofs are taken: ANY for `1`, None for `0`, else those that are named, by commas.

    Raises ValueError for a part that is no account.
    """
    if text in ("0", "1"):
        return ANY if text == "1" else None
    accounts = frozenset(each.strip() for each in text.split(","))
    wrong = next((each for each in sorted(accounts) if not ACCOUNT.fullmatch(each)), None)
    if wrong is not None:
        raise ValueError(f"{wrong!r} is no account")
    return accounts
