"""The one request of a synth: POST $INTERLOCK_URL/graphql with the query of queries/plan.graphql.

There is no second request: no retry, no redirect, no introspection. A synth that cannot be answered at once
says so and ends, because whoever waits for it is a person at a terminal or a build that can be started
again.
"""

from __future__ import annotations

import dataclasses
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial
from http.client import HTTPException
from importlib import resources

from pipelinekit.build_role import VARIABLE, of_build
from pipelinekit.gate.aws import AwsUnavailableError
from pipelinekit.gate.identity import Identity, is_private
from pipelinekit.gate.service import OPENER, said_in
from pipelinekit.plan import CONTRACT
from pipelinekit.refusals import (
    LibraryTooOldError,
    NoEnvironmentsError,
    PlanUnavailableError,
    ServiceRefusedError,
    ServiceUnreachableError,
    UnknownRepositoryError,
)

DEFAULT_URL = "http://127.0.0.1:8400"
"""Where a service that was started from its checkout listens."""
TIMEOUT_SECONDS = 30
"""A plan is one SQL statement; half a minute is a service that is not there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """Where the service is, and what to show it: a token, or who a build is to AWS."""

    url: str = DEFAULT_URL
    token: str | None = dataclasses.field(default=None, repr=False)
    identity: Identity | None = dataclasses.field(default=None, repr=False)

    @staticmethod
    def of(environment: Mapping[str, str]) -> Service:
        """INTERLOCK_URL and INTERLOCK_TOKEN; an empty value is as if it were unset.

        Without a token, a build of CodeBuild says by its role who it is, to INTERLOCK_AUDIENCE, else INTERLOCK_URL.
        """
        url = (environment.get("INTERLOCK_URL") or DEFAULT_URL).rstrip("/")
        token = environment.get("INTERLOCK_TOKEN") or None
        if token or not environment.get(VARIABLE) or not is_private(url):
            return Service(url, token)
        audience = environment.get("INTERLOCK_AUDIENCE") or url
        return Service(url, identity=Identity(audience, partial(of_build, environment)))

    def plan(self, repository: str) -> object:
        """The plan's JSON for a repository (`owner/name`), by exactly one request. Raises
        PlanUnavailableError.
        """
        return plan_in(self._post(repository), repository, self.url)

    def _post(self, repository: str) -> bytes:
        question = {
            "query": plan_query(),
            "operationName": "Plan",
            "variables": {"repository": repository, "contract": CONTRACT},
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "pipelinekit"}
        try:
            bearer = self.token or (self.identity and self.identity.bearer())
            if bearer:
                headers["Authorization"] = f"Bearer {bearer}"
            request = urllib.request.Request(  # noqa: S310 - a file: or ftp: address is refused two lines below
                f"{self.url}/graphql", data=json.dumps(question).encode(), headers=headers, method="POST"
            )
            if request.type not in {"http", "https"}:
                raise ValueError(f"{request.type}: is neither http: nor https:")
            with OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise self._answered(error, repository) from None
        except (OSError, HTTPException, ValueError, AwsUnavailableError) as error:
            raise self._silent(repository, str(getattr(error, "reason", "") or error)) from None

    def _answered(self, error: urllib.error.HTTPError, repository: str) -> PlanUnavailableError:
        if error.code in {401, 403}:
            refusal = self.identity.refusal if self.identity else ""
            because = f" AWS signed no token for this build: {refusal}." if refusal else ""
            return ServiceRefusedError(
                f"The Interlock service at {self.url} does not accept this caller (HTTP {error.code}){said_in(error)}: "
                f"set INTERLOCK_TOKEN to a valid token, as `interlock token` gives it.{because}"
            )
        return self._silent(repository, f"HTTP {error.code}")

    def _silent(self, repository: str, reason: str) -> ServiceUnreachableError:
        return ServiceUnreachableError(
            f"The Interlock service at {self.url} could not be asked for the plan of {repository} ({reason}): "
            "check INTERLOCK_URL, start the service, or set INTERLOCK_PLAN to a pipelinekit-plan.json "
            "to synthesize offline."
        )


def plan_query() -> str:
    """The GraphQL document, as this version of the library ships it."""
    return (resources.files("pipelinekit") / "queries" / "plan.graphql").read_text(encoding="utf-8")


def plan_in(body: bytes, repository: str, url: str) -> object:
    """The plan in a GraphQL answer, or the refusal that the answer stands for."""
    try:
        answer = json.loads(body)
        result = (answer.get("data") or {}).get("plan")
        errors = answer.get("errors")
    except (ValueError, AttributeError):
        raise ServiceUnreachableError(
            f"What answers at {url} is not the Interlock service (its answer is no GraphQL): check INTERLOCK_URL."
        ) from None
    if not isinstance(result, dict):
        raise ServiceRefusedError(
            f"The Interlock service at {url} could not answer for {repository}: {_messages(errors)}."
        )
    if result.get("__typename") == "Plan":
        return {name: value for name, value in result.items() if name != "__typename"}
    raise _refusal(result, repository)


def _refusal(result: Mapping[str, object], repository: str) -> PlanUnavailableError:
    """The refusal of a plan: its kind by the code, its sentence by what the service says and advises."""
    code = str(result.get("code", ""))
    kind, own_words = {
        "NOT_FOUND": (UnknownRepositoryError, f"No service is registered for the repository {repository}"),
        "NO_ENVIRONMENTS": (NoEnvironmentsError, f"The service of {repository} is placed in no environment"),
        "UPGRADE_REQUIRED": (LibraryTooOldError, "The service does not answer in this pipelinekit's contract"),
    }.get(code, (ServiceRefusedError, f"No plan was given for {repository} ({code})"))
    parts = (_said(result, "message") or own_words, _said(result, "remedy"))
    return kind(" ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part))


def _said(result: Mapping[str, object], field: str) -> str:
    return str(result.get(field) or "").strip().rstrip(".")


def _messages(errors: object) -> str:
    if not isinstance(errors, list) or not errors:
        return "it gave neither a plan nor a reason"
    return "; ".join(str(error.get("message", error) if isinstance(error, dict) else error) for error in errors)
