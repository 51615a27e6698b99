"""A pipeline whose structure has changed between two rehearsals: the last good assembly is deployed again."""

from pathlib import Path

import pytest

from interlock_cli.connection import Connection
from interlock_cli.rehearsal.assembly import read_assembly
from interlock_cli.rehearsal.clock import SPEED, clock_for
from interlock_cli.rehearsal.emulator import Emulator
from interlock_cli.rehearsal.exposure import REDEPLOY
from interlock_cli.rehearsal.fault_options import faults_of
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.rehearse import Request, rehearse
from interlock_cli.rehearsal.report import Report
from interlock_cli.rehearsal.synthesis import synthesize

from .conftest import PAYMENTS
from .rehearsing import WATCHED, given, revision_in
from .snapshots import PROD, VIRGINIA
from .test_with_service import asked, empty, interlock, settings

__all__ = ["empty", "settings"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.database, pytest.mark.timeout(600)]

GOOD, BAD = "aaaaaaa", "bbbbbbb"
ORGANISATION = """
organisation:
  name: acme
  pipelineAccount: "999999999999"
  pipelineRegion: eu-west-1
  connectionArn: arn:aws:codeconnections:eu-west-1:999999999999:connection/6f1d6a0e-7f5b-4c3a-9b1e-2f0c8d4e5a61
  eventBusArn: arn:aws:events:eu-west-1:888888888888:event-bus/interlock
accounts:
  - {awsId: "999999999999", name: acme-pipelines}
  - {awsId: "888888888888", name: acme-hub}
  - {awsId: "111111111111", name: acme-alpha}
  - {awsId: "555555555555", name: acme-prod}
teams:
  - {name: payments, email: payments@example.com}
stages:
  - name: alpha
    production: false
    waves:
      - name: alpha-1
        environments:
          - {name: alpha-eu-west-1, account: "111111111111", region: eu-west-1}
  - name: prod
    production: true
    waves:
      - name: prod-1
        bakeMinutes: 60
        minimumDataPoints: 0
        environments:
          - {name: prod-us-east-1, account: "555555555555", region: us-east-1}
services:
  - {name: payments, repository: acme/payments, team: payments, branch: main, placement: ["*"]}
checks:
  - name: smoke
    kind: LAMBDA
    when: AFTER
    mode: BLOCKING
    stage: prod
    timeoutMinutes: 15
    configuration: {functionName: "{service}-{environment}-handler"}
"""
ADDED = """          - {name: alpha-us-east-1, account: "111111111111", region: us-east-1}
"""
"""An environment of alpha-1."""


def applied(url: str, folder: Path, organisation: str) -> None:
    """The organisation is this."""
    file = folder / "organisation.yaml"
    file.write_text(organisation)
    done = interlock(url, "apply", str(file), "--yes")
    assert done.returncode == 0, done.stderr


def rehearsed(url: str, own: Emulator, folder: Path, commit: str, *faults: str) -> Report:
    """The app as it is synthesized now, with the real service."""
    connection, (chosen, seed) = Connection(url), faults_of(given(*faults))
    synthesize(PAYMENTS, folder, connection, print)
    request = Request((PAYMENTS,), connection, chosen, seed, (commit,))
    with clock_for(connection, SPEED, None, real_time=False) as clock:
        return rehearse(request, [read_assembly(folder)], own, clock, print)


def test_after_another_structure_the_last_good_assembly_is_deployed_again(
    empty: str, own: Emulator, tmp_path: Path
) -> None:
    """An environment was added meanwhile, so CodePipeline cannot return the stage: the machine does, and it is told."""
    applied(empty, tmp_path, ORGANISATION)
    (good,) = rehearsed(empty, own, tmp_path / "good", GOOD).outcomes
    assert good.status == "SUCCEEDED"
    applied(empty, tmp_path, ORGANISATION.replace("  - name: prod\n", f"{ADDED}  - name: prod\n"))
    report = rehearsed(empty, own, tmp_path / "bad", BAD, "--failing-check", "smoke")
    (bad,) = report.outcomes
    assert (bad.status, bad.stages[-1].name) == ("FAILED", "prod-1"), "no rollback of CodePipeline's"
    (started,) = report.played[0].started
    assert started.sentence.startswith("prod-1: REDEPLOY"), started.sentence
    assert started.target == good.execution
    (exposed,) = [each for each in report.played[0].exposures if each.environment == WATCHED]
    assert (exposed.revision, exposed.means) == (BAD, REDEPLOY)
    assert revision_in(own, WATCHED, Place(PROD, VIRGINIA)) == GOOD
    wanted = "status revision execution { kind version rollbackTarget }"
    query = f'{{ deployments(first: 3, filter: {{environment: "{WATCHED}"}}) {{ nodes {{ {wanted} }} }} }}'
    returned, was, before = asked(empty, query)["deployments"]["nodes"]
    assert (returned["revision"], returned["status"]) == (GOOD, "SUCCEEDED")
    assert returned["execution"] | {"version": None} == {
        "kind": "ROLLBACK",
        "version": None,
        "rollbackTarget": good.execution,
    }
    assert [(each["revision"], each["execution"]["version"]) for each in (was, before)] == [(BAD, 2), (GOOD, 1)]
