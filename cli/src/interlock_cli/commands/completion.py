"""`interlock completion`."""

from __future__ import annotations

import os

import click
from click.shell_completion import get_completion_class

FILES = {
    "bash": "~/.bashrc",
    "zsh": "~/.zshrc",
    "fish": "~/.config/fish/completions/interlock.fish",
}
VARIABLE = "_INTERLOCK_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(list(FILES)), required=False)
def command(shell: str | None) -> None:
    """Print what makes a shell complete commands, options and names.

    In bash, add to ~/.bashrc: eval "$(interlock completion bash)". In zsh, add to ~/.zshrc, behind compinit:
    eval "$(interlock completion zsh)". In fish: interlock completion fish >
    ~/.config/fish/completions/interlock.fish. Without SHELL it is the one that $SHELL names.

    Names of services and environments are the service's, remembered for five minutes; where it does not answer within
    a second, none are completed.
    """
    chosen = shell or os.path.basename(os.environ.get("SHELL", ""))  # noqa: PTH119 - a name, not a place
    if chosen not in FILES:
        raise click.UsageError(f"$SHELL is {chosen!r}, which is not known. Give one of: {', '.join(FILES)}.")
    found = get_completion_class(chosen)
    assert found is not None
    from interlock_cli.main import cli  # noqa: PLC0415 - it imports this

    click.echo(found(cli, {}, "interlock", VARIABLE).source(), nl=False)
