"""`interlock watch`."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import click
import yaml
from rich.text import Text

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.moments import instant
from interlock_cli.naming import SERVICE, service_names, unknown_service
from interlock_cli.output import STYLES, console, format_option, notice, plain
from interlock_cli.sentences import OF_A_SERVICE, sentence, status_of
from interlock_cli.stream import Subscription, follow


@click.command("watch")
@click.argument("service", required=False, type=SERVICE)
@click.option("--after", metavar="CURSOR", help="Begin after this event instead of now; -o json prints cursors.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after N events.")
@format_option
@click.pass_obj
def command(connection: Connection, service: str | None, after: str | None, count: int | None, output: str) -> None:
    """Follow pipelines and deployments live.

    Prints what happens, as it happens, until Ctrl-C: executions, stages, actions, deployments, check
    runs and verdicts, of all services or of SERVICE. A lost connection is made again and goes on where it
    stopped: nothing is missed, nothing is printed twice. With -o json each event is one line of JSON.
    """
    with Client(connection) as client:
        if service is not None and service not in service_names(client):
            raise unknown_service(client, service)
        start = after or _now(client)
    filters = {"types": list(OF_A_SERVICE)} if service else None
    subscription = Subscription("watch", "events", {"filter": filters}, start)
    asyncio.run(_watch(connection, subscription, service, count, output))


def _now(client: Client) -> str | None:
    """The newest event's cursor: a connection lost before the first event still resumes from here."""
    nodes = client.ask("latest_event")["events"]["nodes"]
    return nodes[0]["cursor"] if nodes else None


async def _watch(
    connection: Connection, subscription: Subscription, service: str | None, count: int | None, output: str
) -> None:
    notice(f"Watching {service or 'every service'} at {connection.url}. Ctrl-C ends.")
    printed = 0
    async with aclosing(follow(connection, subscription, notice)) as events:
        async for event in events:
            if service and event["payload"].get("service") != service:
                continue
            _print(event, output)
            printed += 1
            if printed == count:
                return


def _print(event: Data, output: str) -> None:
    if output == "json":
        click.echo(json.dumps(event, ensure_ascii=False))
    elif output == "yaml":
        click.echo(yaml.safe_dump(event, sort_keys=False, allow_unicode=True, explicit_start=True), nl=False)
    else:
        console().print(_line(event), soft_wrap=True)


def _line(event: Data) -> Text:
    """The local time, the type, the sentence."""
    moment = instant(event["time"]).astimezone().strftime("%H:%M:%S")
    said = plain(sentence(event["type"], event["payload"]))
    line = Text.assemble((moment, "dim"), f"  {event['type']:<27}  {said}")
    status = status_of(event["type"], event["payload"])
    if status:
        line.highlight_words([status], STYLES.get(status, ""))
    return line
