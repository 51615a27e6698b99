"""Whether an account and Region are bootstrapped for the CDK, and whom that trusts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from interlock_cli.aws.boto import ClientError
from interlock_cli.aws.refusals import code_of
from interlock_cli.aws.targets import Target
from interlock_cli.doctor.finding import Finding

QUALIFIER = "hnb659fds"
VERSION = f"/cdk-bootstrap/{QUALIFIER}/version"
STACK = "CDKToolkit"
OLDEST = 6
"""What aws-cdk-lib's DefaultStackSynthesizer asks for (MIN_BOOTSTRAP_STACK_VERSION)."""


def version(session: Any) -> int | None:
    """The version of the bootstrap; None where there is none. Raises ClientError for every other refusal."""
    try:
        return int(session.client("ssm").get_parameter(Name=VERSION)["Parameter"]["Value"])
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
    outputs = {each["OutputKey"]: each["OutputValue"] for each in (_stack(session) or {}).get("Outputs", ())}
    return int(outputs["BootstrapVersion"]) if "BootstrapVersion" in outputs else None


def trusted(session: Any, target: Target) -> set[str]:
    """The accounts that the bootstrap lets deploy: the stack's parameter, else the deployment role's own policy."""
    stack = _stack(session)
    for each in (stack or {}).get("Parameters", ()):
        if each["ParameterKey"] == "TrustedAccounts":
            return set(re.findall(r"\d{12}", each["ParameterValue"]))
    role = f"cdk-{QUALIFIER}-deploy-role-{target.account}-{target.region}"
    try:
        policy = session.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        return set()
    text = unquote(policy) if isinstance(policy, str) else json.dumps(policy)
    return set(re.findall(r"\d{12}", text))


def mend(target: Target) -> str:
    """What bootstraps it, or does so anew, and lets the pipelines' account deploy there."""
    by_hand = " --write --reason 'CDK bootstrap'" if target.production else ""
    return f"Run `interlock bootstrap {target.environment}{by_hand}`."


def findings(session: Any, target: Target, trust: bool) -> Iterator[Finding]:
    """What is wrong with the bootstrap. Raises ClientError where AWS does not say."""
    where = f"{target.account} ({target.account_name}) in {target.region}"
    found = version(session)
    if found is None:
        yield Finding("bootstrap", f"The account {where} is not bootstrapped for the CDK.", mend(target))
    elif found < OLDEST:
        problem = f"The bootstrap of {where} has version {found}; the CDK needs {OLDEST} or newer."
        yield Finding("bootstrap", problem, mend(target))
    elif trust and target.account != _trustee(target) and _trustee(target) not in trusted(session, target):
        problem = f"The bootstrap of {where} does not trust the pipelines' account {_trustee(target)}."
        yield Finding("trust", problem, mend(target))


def _trustee(target: Target) -> str:
    return target.organisation.pipeline_account


def _stack(session: Any) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = session.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if code_of(error) != "ValidationError":  # CloudFormation's word for a stack that is not there
            raise
        return None
    return found
