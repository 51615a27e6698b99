"""Rehearsals as tests run them: the whole of it but for the command line, against the stand-in of the service."""

import json
import shutil
from pathlib import Path
from typing import Any

import click

from interlock_cli.connection import Connection
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import MAP, Assembly, read_assembly
from interlock_cli.rehearsal.clock import SPEED, clock_for
from interlock_cli.rehearsal.emulator import Emulator
from interlock_cli.rehearsal.fault_options import Wanted, faults_of, options
from interlock_cli.rehearsal.outcomes import Outcome
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.rehearse import Request, rehearse
from interlock_cli.rehearsal.report import Report
from interlock_cli.rehearsal.revisions import REVISION

from .conftest import PAYMENTS
from .service import FakeService
from .snapshots import PROD, VIRGINIA

WATCHED = "prod-us-east-1"
NAMESPACE = "Payments"


def rehearsed(assembly: Assembly, fake: FakeService, started: Emulator, *faults: str, **wanted: Any) -> Report:
    """One rehearsal. faults: as a person gives them on the command line."""
    chosen, seed = faults_of(given(*faults))
    connection = Connection(fake.url)
    request = Request((PAYMENTS,), connection, chosen, seed, **wanted)
    with clock_for(connection, SPEED, None, real_time=False) as clock:
        return rehearse(request, [assembly], started, clock, print)


def given(*arguments: str) -> Wanted:
    """The faults of a command line."""

    @click.command()
    @options
    def command(**wanted: Any) -> Wanted:
        return Wanted(**wanted)

    parsed: Wanted = command(arguments, standalone_mode=False)
    return parsed


def only(report: Report) -> Outcome:
    """The outcome of the one execution that there was."""
    (outcome,) = report.outcomes
    return outcome


def revision_in(started: Emulator, environment: str, place: Place) -> str:
    """Which commit the environment's stack names."""
    accounts = Accounts(started.endpoint)
    resource = accounts.cloudformation(place).describe_stack_resource(
        StackName=f"{environment}-Payments", LogicalResourceId=REVISION
    )
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    return str(accounts.ssm(place).get_parameter(Name=name)["Parameter"]["Value"])


def watched(assembly: Assembly, folder: Path) -> Assembly:
    """The assembly with a map that declares metrics and an alarm of production, where the gate reads it too."""
    shutil.copytree(assembly.folder, folder)
    before = (folder / MAP).read_text()
    declared = json.loads(before)
    metrics = {
        kind: [{"namespace": NAMESPACE, "name": name, "dimensions": {"Service": "payments"}, "stat": stat}]
        for kind, name, stat in (
            ("REQUESTS", "Count", "Sum"),
            ("FAULTS", "Faults", "Sum"),
            ("LATENCY", "Latency", "Average"),
        )
    }
    alarm = {"name": f"payments-{WATCHED}-errors", "role": "HIGH_SEVERITY"}
    declared["signals"] = {WATCHED: {"alarms": [alarm], "metrics": metrics, "oneBox": None}}
    role = f"arn:aws:iam::{PROD}:role/interlock-checks"
    declared["places"] = {**declared["places"], WATCHED: {"account": PROD, "region": VIRGINIA, "role": role}}
    for file in folder.glob("*.json"):
        if file.read_text() == before:
            file.write_text(json.dumps(declared))
    return read_assembly(folder)
