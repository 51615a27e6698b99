"""`interlock checks`."""

from __future__ import annotations

import click

from interlock_cli.client import Client, Data, typed_error
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.moments import lasted
from interlock_cli.naming import SERVICE, unknown_service
from interlock_cli.output import Grid, emit, format_option

ORDERS = {"flaky": "FLAKIEST", "slow": "SLOWEST", "failing": "FAILING"}


@click.command("checks")
@click.argument("service", type=SERVICE, required=False)
@click.option(
    "--order",
    type=click.Choice(list(ORDERS), case_sensitive=False),
    default="flaky",
    show_default=True,
    help="Which are the worst.",
)
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far back runs count.")
@click.option(
    "--limit", type=click.IntRange(1, 100), metavar="N", default=20, show_default=True, help="No more than so many."
)
@format_option
@click.pass_obj
def command(connection: Connection, service: str | None, order: str, days: int, limit: int, output: str) -> None:
    """List checks and how they do, the worst first.

    FLAKY is the share of runs that contradict another of the same revision in the same place. Of SERVICE: every check
    that its plan asks for, with the runs of all services that share it.
    """
    with Client(connection) as client:
        found = _of_service(client, service, days) if service else _worst(client, order, days, limit)
    ranked = sorted(found, key=lambda each: _rank(each["statistics"], order))[:limit]
    columns = ("CHECK", "KIND", "WHEN", "MODE", "OF", "RUNS", "PASSED", "FAILED", "ERRORED", "FLAKY", "MEDIAN", "P95")
    title = f"Checks{f' of {service}' if service else ''}, last {days} days"
    emit(ranked, output, lambda: [Grid(columns, [_row(each) for each in ranked], title)])


def _worst(client: Client, order: str, days: int, limit: int) -> list[Data]:
    """Ranked by the service; of the checks of one service, by this."""
    answer = client.ask("check_statistics", order=ORDERS[order], days=days, first=limit)["checkStatistics"]
    return [{**each["check"], "statistics": each["statistics"]} for each in answer]


def _of_service(client: Client, name: str, days: int) -> list[Data]:
    """Those that its plan asks for. Raises CommandError for a service that is not there, or has no plan."""
    found = list(client.pages("services", "services", 1, filter={"name": name}))
    if not found or found[0]["name"] != name:
        raise unknown_service(client, name)
    plan = client.ask("plan", repository=found[0]["repository"])["plan"]
    if plan["__typename"] != "Plan":
        raise CommandError(typed_error(plan))
    asked = {check["name"] for stage in plan["stages"] for wave in stage["waves"] for check in wave["checks"]}
    return [each for each in client.pages("checks", "checks", days=days) if each["name"] in asked]


def _rank(statistics: Data, order: str) -> tuple[bool, float]:
    """The worst first, and what did not run last."""
    failing = statistics["failed"] / statistics["runs"] if statistics["runs"] else None
    value = {"flaky": statistics["flakeRate"], "slow": statistics["medianSeconds"], "failing": failing}[order]
    return value is None, -(value or 0.0)


def _row(check: Data) -> tuple[object, ...]:
    counted = check["statistics"]
    flaky = counted["flakeRate"]
    return (
        check["name"],
        check["kind"],
        check["when"],
        check["mode"],
        _owner(check),
        *(counted[name] for name in ("runs", "passed", "failed", "errored")),
        None if flaky is None else f"{flaky * 100:.1f} %",
        _seconds(counted["medianSeconds"]),
        _seconds(counted["p95Seconds"]),
    )


def _seconds(value: float | None) -> str | None:
    return None if value is None else lasted(value)


def _owner(check: Data) -> str:
    """What requires it: a stage or a wave, and of which services."""
    where = next((f"{kind} {check[kind]['name']}" for kind in ("wave", "stage") if check[kind]), "every wave")
    whose = next((f"{kind} {check[kind]['name']}" for kind in ("service", "team") if check[kind]), "")
    whose = whose or ", ".join(check["services"])
    return f"{where} for {whose}" if whose else where
