"""`interlock profiles sync`."""

from __future__ import annotations

import difflib

import click

from interlock_cli.aws import config_file, wanted_profiles
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.notices import notice


@click.command("sync")
@click.option("--dry-run", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option("--all", "everything", is_flag=True, help="Also the environments that you may not enter.")
@click.pass_obj
def command(connection: Connection, dry_run: bool, everything: bool) -> None:
    """Make the block of profiles in AWS's configuration what the service says.

    A profile for every environment that you may enter: all, where that is not known, as without IAM Identity Center or
    a login. Profiles of environments that are no more disappear. The file is replaced by one rename, keeps its mode,
    and is kept as it was in config.before-interlock beside it. It is refused, and left as it is, where a profile of
    the same name stands outside the block.
    """
    with Client(connection) as client:
        wanted = wanted_profiles.wanted(client, everything=everything)
    file = config_file.path()
    before = config_file.read(file)
    config_file.refuse_names_outside(file, before, wanted.organisation.name, wanted.sections)
    static = config_file.credentials_path()
    config_file.refuse_static_credentials(static, config_file.read(static), wanted.sections)
    after = config_file.with_block(before, wanted.organisation.name, wanted.sections)
    if not wanted.known:
        notice("Which environments you may enter is not known: there is a profile for each of them.")
    if before == after:
        notice(f"Nothing to change: {file} has the {_several(wanted.count)}.")
        return
    if dry_run:
        _show(str(file), before, after)
        notice("Nothing was changed: this is a dry run.")
        return
    backup = config_file.write(file, before, after)
    kept = f" What was before is in {backup}." if backup else ""
    notice(f"{file} has {_several(wanted.count)} now.{kept}")


def _show(name: str, before: str, after: str) -> None:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, n=1, lineterm="")
    for line in lines:
        click.echo(line)


def _several(count: int) -> str:
    return "1 profile" if count == 1 else f"{count} profiles"
