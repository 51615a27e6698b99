"""`interlock profiles list`."""

from __future__ import annotations

import click

from interlock_cli.aws import config_file, profiles, wanted_profiles
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.notices import notice
from interlock_cli.output import Grid, emit, format_option


@click.command("list")
@format_option
@click.pass_obj
def command(connection: Connection, output: str) -> None:
    """List the environments that you may enter, and their profiles.

    SYNCED says whether AWS's configuration has the profile as the service would write it.
    """
    with Client(connection) as client:
        wanted = wanted_profiles.wanted(client)
    file = config_file.path()
    there = (config_file.block(config_file.read(file), wanted.organisation.name) or "").replace("\r\n", "\n")
    synced = {each.name: "\n".join(["", *each.lines, ""]) in there for each in wanted.sections}
    found = [
        {
            "environment": each.environment,
            "profile": each.profile,
            "account": each.account,
            "region": each.region,
            "stage": each.stage,
            "role": profiles.role_of(each, wanted.assigned),
            "synced": synced[each.profile],
        }
        for each in wanted.targets
    ]
    columns = ("ENVIRONMENT", "PROFILE", "ACCOUNT", "REGION", "STAGE", "ROLE", "SYNCED")
    rows = [(*list(each.values())[:-1], "yes" if each["synced"] else "no") for each in found]
    emit(found, output, lambda: [Grid(columns, rows, "Profiles")])
    if any(not each["synced"] for each in found):
        notice("`interlock profiles sync` writes those that are not.")
