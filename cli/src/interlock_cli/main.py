"""The group `interlock`: its options, its commands loaded only when they are called, its exit codes.

A command is a module `interlock_cli.commands.<name>`, a hyphen being an underscore, with a click command called
`command`, and a line in
`COMMANDS` with its short help: so `interlock --help` imports no command,
no GraphQL client and no terminal library.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from interlock_cli import __version__, commands
from interlock_cli.connection import DEFAULT_URL, Connection
from interlock_cli.errors import CommandError, Exit

COMMANDS = {
    "apply": "Make the service's configuration what a YAML file says.",
    "deployments": "List deployments, the newest first.",
    "doctor": "Say what is wrong with the service, and what mends it.",
    "environments": "List environments: stage, wave, account and Region.",
    "executions": "List pipeline executions, the newest first.",
    "export": "Print the service's configuration as the file that `apply` reads.",
    "import-organization": "Register the accounts of an AWS organization.",
    "plan": "Show the plan of a repository's pipeline, or pull it to a file.",
    "query": "Send a GraphQL document and print the answer.",
    "rehearse": "Walk a pipeline on a local AWS emulator.",
    "services": "List services: repository, branch and placement.",
    "status": "Show what is deployed where.",
    "watch": "Follow pipelines and deployments live.",
}

EPILOG = (
    "Exit codes: 0 done; 1 failed; 2 called wrongly or a malformed input file; 4 not authenticated; "
    "130 interrupted. Data goes to stdout and notices to stderr."
)


class LazyGroup(click.Group):
    """Imports a command's module when it is called, and ends every failure in a sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the modules under `commands/`, without importing one."""
        names = (module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))
        return sorted(name for name in names if name in COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; None for a name that does not exist."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"interlock_cli.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the table above instead of the modules."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command and exits with a documented code, whatever happens."""
        arguments = list(sys.argv[1:] if args is None else args)
        if not standalone_mode:
            return super().main(arguments, prog_name, complete_var, standalone_mode, **extra)
        extra |= {"complete_var": complete_var, "standalone_mode": False}
        sys.exit(int(self._exit_code(arguments, prog_name, extra)))

    def _exit_code(self, args: list[str], prog_name: str | None, extra: dict[str, Any]) -> int:
        try:
            code = super().main(args, prog_name, **extra)
            sys.stdout.flush()
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("Interrupted.", err=True)
            return Exit.INTERRUPTED
        except CommandError as error:
            click.echo(f"Error: {error}", err=True)
            _show_traceback(args)
            return error.exit_code
        except BrokenPipeError:
            return _reader_left()
        except Exception as error:  # whatever it is, a user is not shown a traceback unasked
            return _unexpected(error, args)
        return code if isinstance(code, int) else Exit.OK


def _show_traceback(args: list[str]) -> None:
    if "--debug" in args:
        click.echo(traceback.format_exc(), err=True)


def _reader_left() -> int:
    """`interlock … | head` needs no message: what Python still flushes at its exit goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.FAILED


def _unexpected(error: Exception, args: list[str]) -> int:
    """A defect of this program: its kind and message, and how to see where."""
    what = " ".join(str(error).split())[:300]
    click.echo(f"Error: the command failed unexpectedly ({type(error).__name__}: {what}).", err=True)
    if "--debug" not in args:
        click.echo("This is a defect: run `interlock --debug …` again and report what it prints.", err=True)
    _show_traceback(args)
    return Exit.FAILED


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--url",
    envvar="INTERLOCK_URL",
    default=DEFAULT_URL,
    show_default=True,
    metavar="ADDRESS",
    help="The service's base address. [env: INTERLOCK_URL]",
)
@click.option(
    "--token",
    envvar="INTERLOCK_TOKEN",
    metavar="TOKEN",
    help="Sent as a bearer token. Prefer the variable: arguments are visible to other users. [env: INTERLOCK_TOKEN]",
)
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.version_option(__version__, prog_name="interlock")
@click.pass_context
def cli(ctx: click.Context, url: str, token: str | None, debug: bool) -> None:
    """Accounts, pipelines and deployments of an Interlock service, from a terminal.

    Ask a command for its own help: interlock status --help.
    """
    ctx.obj = Connection(url=url, token=token or None)
