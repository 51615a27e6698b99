"""`interlock safety`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from interlock_cli.client import PAGE, Client, Data
from interlock_cli.connection import Connection
from interlock_cli.naming import SERVICE, refuse_unknown_team, unknown_service
from interlock_cli.output import Grid, emit, format_option


@click.command("safety")
@click.argument("service", required=False, type=SERVICE)
@click.option("--team", metavar="NAME", help="Only the services of this team.")
@format_option
@click.pass_obj
def command(connection: Connection, service: str | None, team: str | None, output: str) -> None:
    """Show how safely services reach production, the worst first.

    Of SERVICE alone, every rule: whether it is met, what is missing, and what to do. What a waiver allows to be
    missing gives no points; `interlock waiver` grants one.
    """
    with Client(connection) as client:
        if service is not None:
            found = _one(client, service)
            emit(found, output, lambda: [_rules(found)])
            return
        every = list(_all(client, team))
        if not every:
            refuse_unknown_team(client, team)
    emit(every, output, lambda: [_table(every)])


def _one(client: Client, name: str) -> Data:
    """A service with its score. Raises CommandError for a name that is not registered."""
    service: Data | None = client.ask("service_safety", service=name)["service"]
    if service is None or service["safety"] is None:
        raise unknown_service(client, name)
    return {"service": service["name"], "safety": service["safety"]}


def _all(client: Client, team: str | None) -> Iterator[Data]:
    after: str | None = None
    while True:
        page: Sequence[Data] = client.ask("safety", team=team, first=PAGE, after=after)["safety"]
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["service"]


def _table(services: Sequence[Data]) -> Grid:
    columns = ("SERVICE", "SCORE", "OF", "WAIVED", "MISSING")
    return Grid(columns, [_row(each["service"], each["safety"]) for each in services], "Safety")


def _row(service: str, safety: Data) -> tuple[object, ...]:
    missing = sorted((point for point in safety["points"] if not point["met"]), key=lambda point: -point["of"])
    return service, safety["score"], safety["of"], safety["waived"], ", ".join(point["rule"] for point in missing)


def _rules(found: Data) -> Grid:
    safety = found["safety"]
    title = f"{found['service']}: {safety['score']} of {safety['of']} points, {safety['waived']} waived"
    points = sorted(safety["points"], key=lambda point: (point["met"], -point["of"]))
    rows = [(each["rule"], _standing(each), f"{each['points']} of {each['of']}", _said(each)) for each in points]
    return Grid(("RULE", "STANDING", "POINTS", "WHAT IT ASKS, AND WHAT IS MISSING"), rows, title)


def _standing(point: Data) -> str:
    waiver = point["waiver"]
    if point["met"]:
        return "met"
    if waiver is None:
        return "missing"
    return f"missing ({waiver['name']} has expired)" if waiver["expired"] else "waived"


def _said(point: Data) -> str:
    if point["met"]:
        return str(point["sentence"])
    said = f"{point['sentence']} Missing: {point['missing']}. {point['remedy']}"
    waiver = point["waiver"]
    if waiver is None or waiver["expired"]:
        return said
    return f"{said} {waiver['name']}, by {waiver['grantedBy']} until {waiver['expiresAt']}: {waiver['reason']}"
