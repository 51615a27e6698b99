"""A company sets an issuer, and its pipelines go on: pipelinekit and a served service, over HTTP, without a secret."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import URL

from domain.action_map import action_map
from domain.configuration import changing
from domain.configuration.kinds import Kind
from domain.words import CheckKind
from models.engine import Database
from models.queries import find
from models.tables import Event, Pipeline
from pipelinekit import client
from pipelinekit.gate import index
from pipelinekit.refusals import ServiceRefusedError
from resolvers.recording import record_envelopes
from tests import stories
from tests.amazon import ACCOUNT, GATE, Amazon, Session
from tests.configuring import apply, register
from tests.fleet import register_fleet
from tests.pipelinekit.doubles import FakeService
from tests.service import answers, environment, forked, free_port

MAP = action_map(deepcopy(stories.MAP))
"""As pipelinekit writes it: every key is there."""
ENTER = {"op": "enter", "executionId": stories.EXECUTION, "stage": "prod-1"}
ORGANISATION = {
    "name": "acme",
    "pipeline_account": ACCOUNT,
    "pipeline_region": stories.REGION,
    "connection_arn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/0f5b706a",
    "event_bus_arn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
}


@pytest.fixture
def amazon() -> Iterator[Amazon]:
    with Amazon().running() as running:
        yield running


@pytest.fixture
def served(amazon: Amazon, database_url: URL) -> Iterator[str]:
    """The address of a service with an issuer of people, which knows the issuer of the pipelines' account."""
    port = free_port()
    settings = {
        "INTERLOCK_PORT": str(port),
        "INTERLOCK_OIDC_ISSUER": f"{amazon.url}/people",
        "INTERLOCK_OIDC_CLIENT_ID": "interlock",
        "INTERLOCK_ROLE_GROUPS": "admin=platform-admins",
        "INTERLOCK_PIPELINE_ISSUERS": f"{ACCOUNT}={amazon.issuer()}",
        "INTERLOCK_PIPELINE_PROOFS": ACCOUNT,
        "AWS_ENDPOINT_URL_STS": amazon.url,
    }
    with forked("serve", environment(database_url, **settings)) as process:
        base = f"http://127.0.0.1:{port}"
        answers(base, process)
        yield base


@pytest.fixture
async def fleet(database: Database) -> Database:
    """Two services, and an execution of payments, whose pipeline nobody has registered."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.SERVICE, name="orders", repository="acme/orders", placement=["*"])
        await apply(session, changing.register(Kind.ORGANISATION, ORGANISATION))
        approval = {"name": "approval", "kind": CheckKind.EXTERNAL, "stage": "prod"}
        await apply(session, changing.register(Kind.CHECK, approval))
        await record_envelopes(session, stories.until_prod().envelopes)
    return database


@pytest.fixture
def run_as(amazon: Amazon, served: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The gate's own code, as Lambda runs it in a role."""

    def run(session: Session, event: dict[str, Any]) -> Any:
        for name, value in session.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", amazon.url)
        monkeypatch.setenv("INTERLOCK_URL", served)
        monkeypatch.setenv("INTERLOCK_AUDIENCE", served)
        monkeypatch.setattr(index, "read_map", lambda: MAP)
        index._identity.cache_clear()
        return index.handler(event, None)

    yield run
    index._identity.cache_clear()


@pytest.mark.parametrize("federated", [True, False])
async def test_a_gate_registers_its_pipeline_and_enters_its_waves(
    amazon: Amazon, fleet: Database, run_as: Any, federated: bool
) -> None:
    """And goes on to the wave's end: by AWS-signed tokens, and where federation is off by proofs. Another service's
    gate may nothing of that.
    """
    if not federated:
        amazon.federated.clear()
    stranger = run_as(amazon.session("interlock-gate-orders-eu-west-1"), ENTER)
    with FakeService(lambda _: (200, {})).running() as cloudformation:
        created = {"RequestType": "Create", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"}
        created |= {"ResourceProperties": {"Pipeline": "payments"}, "ResponseURL": f"{cloudformation.url}/done"}
        said = run_as(amazon.session(), created)
    assert (said["Status"], said["Data"]) == ("SUCCESS", {"Registered": "true"})
    entered = run_as(amazon.session(), ENTER)
    assert (entered.get("decision"), entered.get("reasons")) == ("PROCEED", []), entered
    [check] = run_as(amazon.session(), ENTER | {"op": "start"})["checks"]
    assert (check["name"], check["subject"]) == ("approval", "prod-1")
    reported = {"op": "report", "checkRun": check["id"], "outcome": {"status": "PASSED"}}
    assert run_as(amazon.session(), reported) == {"recorded": True}
    concluded = run_as(amazon.session(), ENTER | {"op": "conclude"})
    assert concluded == {"passed": True, "reasons": [], "checks": []}
    assert run_as(amazon.session(), ENTER | {"op": "plan_rollback", "asked": 0}).keys() != {"refused"}
    forbidden = run_as(amazon.session("interlock-gate-orders-eu-west-1"), ENTER)
    assert "enterWave needs the permission REPORT for payments" in forbidden["refused"]
    assert "refused" in stranger
    assert ("GetCallerIdentity" in amazon.asked) is not federated
    async with fleet.transaction() as session:
        registered = await find(session, Event, type="pipeline.registered")
        assert registered is not None
        assert registered.actor == f"aws:{ACCOUNT}:role/{GATE}"
        assert await find(session, Pipeline, name="payments", plan_digest=MAP["planDigest"])


@pytest.mark.parametrize("federated", [True, False])
async def test_a_build_asks_for_its_plan(amazon: Amazon, fleet: Database, served: str, federated: bool) -> None:
    """In its own role; a role of another account is told that it is nobody, and what to do."""
    if not federated:
        amazon.federated.clear()
    of_build = {"CODEBUILD_BUILD_ID": "b:1", "AWS_ENDPOINT_URL": amazon.url, "INTERLOCK_URL": served}
    synth = amazon.session("interlock-synth-payments-eu-west-1")
    asking = client.Service.of({**of_build, **synth.environment()})
    assert asking.plan("acme/payments")["service"] == "payments"  # type: ignore[index]
    elsewhere = amazon.session("interlock-synth-payments-eu-west-1", "111111111111")
    with pytest.raises(ServiceRefusedError, match=r"HTTP 40[13]\): .*(no pipeline lives|No proofs of the account)"):
        client.Service.of({**of_build, **elsewhere.environment()}).plan("acme/payments")
    with pytest.raises(ServiceRefusedError, match=r"HTTP 401.*Nobody is let in without a bearer token"):
        client.Service.of({"INTERLOCK_URL": served}).plan("acme/payments")
