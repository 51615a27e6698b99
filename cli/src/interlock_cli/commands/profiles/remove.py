"""`interlock profiles remove`."""

from __future__ import annotations

import click

from interlock_cli.aws import config_file
from interlock_cli.notices import notice


@click.command("remove")
@click.option("--organisation", metavar="NAME", help="Only the block of this organisation; every one, if unsaid.")
def command(organisation: str | None) -> None:
    """Take the block of profiles out of AWS's configuration.

    All else in the file stays as it is, byte for byte. The service is not asked.
    """
    file = config_file.path()
    before = config_file.read(file)
    whose = f" of {organisation}" if organisation else ""
    after = config_file.without_block(before, organisation)
    if before == after:
        notice(f"Nothing to remove: {file} has no block of profiles{whose}.")
        return
    config_file.write(file, before, after)
    notice(f"{file} is without the block of profiles{whose}: what stands around it is as it was.")
