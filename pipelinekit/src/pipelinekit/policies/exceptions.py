"""Exceptions from the company's policies: declared in the team's code, beside what they except."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Iterable

from constructs import IConstruct

from pipelinekit.refusals import PolicyExceptionError

LONGEST_REASON = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyException:
    """A policy that does not hold for the construct at `path` and for all within it, and why."""

    policy: str
    path: str
    reason: str

    def covers(self, policy: str, path: str) -> bool:
        return policy == self.policy and f"{path}/".startswith(f"{self.path}/")


_declared: weakref.WeakKeyDictionary[IConstruct, list[PolicyException]] = weakref.WeakKeyDictionary()
_looked_at: weakref.WeakSet[IConstruct] = weakref.WeakSet()


def policy_exception(construct: IConstruct, policy: str, *, reason: str) -> None:
    """Let a policy not hold for a construct and all within it.

        policy_exception(bucket, "no-public-buckets", reason="the public website, reviewed in SEC-1234")

    `policy` is its name in Interlock. The reason goes to the service with the pipeline, and is shown there. It is
    declared where the construct is made: in the team's stage. Raises PolicyExceptionError without a reason, or when
    the pipeline is made already; a policy that the plan does not have, and an exception that excepts nothing in any
    environment, are refused with the findings.
    """
    path = construct.node.path
    if not (reason or "").strip() or len(reason) > LONGEST_REASON:
        raise PolicyExceptionError(
            f"The exception of {path} from the policy {policy} has the reason {_short(reason)!r}: say in 1 to "
            f"{LONGEST_REASON} characters why it is justified."
        )
    root = construct.node.root
    if root in _looked_at:
        raise PolicyExceptionError(
            f"The exception of {path} from the policy {policy} comes after the pipeline was made, and nothing would be "
            "excepted: declare it in the stage, where the construct is made."
        )
    _declared.setdefault(root, []).append(PolicyException(policy, path, " ".join(reason.split())))


def declared(root: IConstruct) -> tuple[PolicyException, ...]:
    """The exceptions that were declared in an app so far, in order; each once."""
    return tuple(dict.fromkeys(_declared.get(root, ())))


def close(root: IConstruct) -> None:
    """From now on an exception would come too late."""
    _looked_at.add(root)


def excepted(exceptions: Iterable[PolicyException], policy: str, path: str) -> bool:
    """Whether one of them covers the construct at the path."""
    return any(exception.covers(policy, path) for exception in exceptions)


def _short(reason: str) -> str:
    text = reason or ""
    return text if len(text) <= 80 else text[:79] + "…"
