"""`interlock metrics`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from interlock_cli.client import PAGE, Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import RequestRefusedError
from interlock_cli.moments import lasted, local
from interlock_cli.naming import SERVICE, refuse_unknown_service, refuse_unknown_stage, refuse_unknown_team
from interlock_cli.output import Grid, emit, format_option

MEASURES = {
    "changeLeadTime": "change lead time",
    "deploymentFrequency": "deployment frequency",
    "changeFailRate": "change fail rate",
    "failedDeploymentRecoveryTime": "failed deployment recovery time",
    "deploymentReworkRate": "deployment rework rate",
}
"""DORA's, in the order in which dora.dev has them."""
NO_DATA = "no data"
PERCENTILES = ("p50", "p75", "p90", "p95")


@click.command("metrics")
@click.option(
    "--service",
    "services",
    type=SERVICE,
    metavar="NAME",
    multiple=True,
    help="Only this service; several may be given.",
)
@click.option("--team", metavar="NAME", help="Only the services of this team.")
@click.option("--stage", metavar="NAME", help="Deployments to this stage, instead of those to production.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far back.")
@click.option(
    "--by", type=click.Choice(["service", "team", "stage"], case_sensitive=False), help="One line for each of these."
)
@format_option
@click.pass_obj
def command(
    connection: Connection,
    services: tuple[str, ...],
    team: str | None,
    stage: str | None,
    days: int,
    by: str | None,
    output: str,
) -> None:
    """Show how fast and how safely software reaches production: DORA's five measures.

    The value of a time is its median; the percentiles stand beside it. What nothing was measured of is "no data",
    which is not zero.
    """
    wanted = {"services": list(services), "team": team, "stage": stage}
    filters: dict[str, Any] = {key: value for key, value in wanted.items() if value}
    filters |= {"productionOnly": False} if stage else {}
    with Client(connection) as client:
        now = client.now()
        window = {"from": (now - timedelta(days=days)).isoformat(), "to": now.isoformat(), "filter": filters or None}
        try:
            found = _groups(client, window, by.upper()) if by else client.ask("dora", **window)["dora"]
        except RequestRefusedError:
            for name in services:
                refuse_unknown_service(client, name)
            refuse_unknown_team(client, team)
            refuse_unknown_stage(client, stage)
            raise
    emit(found, output, lambda: [_grouped(found, str(by)) if by else _total(found)])


def _groups(client: Client, window: dict[str, Any], by: str) -> Data:
    """The window and all its groups, page after page: the last name is where the next begins."""
    groups: list[Data] = []
    after: str | None = None
    while True:
        page: Data = client.ask("dora_groups", **window, by=by, first=PAGE, after=after)["dora"]
        groups += page["groups"]
        if len(page["groups"]) < PAGE:
            return {**page, "groups": groups}
        after = page["groups"][-1]["name"]


def _title(found: Data) -> str:
    return f"Delivery from {local(found['from'])} to {local(found['to'])}"


def _total(found: Data) -> Grid:
    columns = ("MEASURE", "VALUE", "P50", "P75", "P90", "P95", "OF", "NOTE")
    rows = [(name, *_measure(key, found["total"][key])) for key, name in MEASURES.items()]
    return Grid(columns, rows, _title(found))


def _measure(key: str, measure: Data) -> tuple[object, ...]:
    distribution = measure.get("distribution") or measure.get("intervals")
    # What lies between two deployments is a time, though the frequency itself is none.
    percentiles = [lasted(distribution[name]) if distribution else None for name in PERCENTILES]
    return said(measure), *percentiles, measure["sampleSize"], _note(key, measure)


def said(measure: Data) -> str:
    """The value in its unit, as `2h 05m`, `4.2 %` or `3.1 a day`; `no data` for none."""
    value = measure["value"]
    if value is None:
        return NO_DATA
    if measure["unit"] == "SECONDS":
        return lasted(value)
    return f"{value * 100:.1f} %" if measure["unit"] == "SHARE" else f"{value:.2f} a day"


def _note(key: str, measure: Data) -> str:
    if key == "deploymentFrequency":
        back = f", {measure['rollbackCount']} of them back" if measure["rollbackCount"] else ""
        return f"{measure['count']} deployments{back}; percentiles are of the time between two"
    if measure.get("unknownCount"):
        return f"{measure['unknownCount']} could not be measured"
    return f"{measure['count']} of {measure['sampleSize']}" if "count" in measure and measure["sampleSize"] else ""


def _grouped(found: Data, by: str) -> Grid:
    columns = (by.upper(), *(name.upper() for name in MEASURES.values()), "DEPLOYMENTS")
    rows = [
        (
            group["name"] or "(none)",
            *(said(group["metrics"][key]) for key in MEASURES),
            group["metrics"]["deploymentFrequency"]["count"],
        )
        for group in found["groups"]
    ]
    return Grid(columns, rows, _title(found))
