"""The group `interlock`: its options, its commands by topic, its exit codes.

A command is a module `interlock_cli.commands.<name>` (see `lazy`) and a line in `contents`: so `interlock --help`
imports no command, no GraphQL client and no terminal library.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import click

from interlock_cli import __version__
from interlock_cli.connection import DEFAULT_URL, Connection
from interlock_cli.contents import COMMANDS, Topic
from interlock_cli.contexts import Place, place, read_configuration
from interlock_cli.errors import CommandError, Exit, InputError
from interlock_cli.lazy import LazyGroup
from interlock_cli.naming import CONTEXT
from interlock_cli.plugins import Plugin, plugins
from interlock_cli.terminal import set_manner

EPILOG = (
    "Exit codes: 0 done; 1 failed; 2 called wrongly or a malformed input file; 4 not authenticated; "
    "130 interrupted. A command that runs another program ends with that program's code, or 128 and the number of the "
    "signal that ended it. Data goes to stdout and notices to stderr."
)


HELP = "interlock.help"
WITHOUT_CONFIGURATION = ("completion", "config", "doctor")


class Interlock(LazyGroup):
    """The group itself: its commands by topic, and every failure ends in a sentence and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remembers whether help is asked for, of whichever command: that needs no service."""
        ctx.meta[HELP] = bool({"-h", "--help"} & set(takewhile("--".__ne__, args)))
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours, then those that other distributions bring."""
        return [*super().list_commands(ctx), *_others()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Ours, or that of a plugin; raises CommandError for a plugin that cannot be loaded."""
        if cmd_name in COMMANDS:
            return super().get_command(ctx, cmd_name)
        plugin = _others().get(cmd_name)
        return plugin.load() if plugin else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, a section for each topic that has commands; no plugin is loaded for it."""
        sections = {
            str(topic): [(name, words) for name, (of, words) in COMMANDS.items() if of == topic] for topic in Topic
        }
        sections["Plugins"] = [(name, f"Brought by {plugin.distribution}.") for name, plugin in _others().items()]
        for topic, rows in sections.items():
            if rows:
                with formatter.section(topic):
                    formatter.write_dl(rows)

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


def _others() -> dict[str, Plugin]:
    """The plugins whose names are free."""
    return {name: plugin for name, plugin in plugins().items() if name not in COMMANDS}


def _show_traceback(args: list[str]) -> None:
    if "--debug" in args:
        import traceback  # noqa: PLC0415 - nothing fails, most of the time

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


@click.group(
    cls=Interlock,
    package="interlock_cli.commands",
    listed={name: words for name, (_, words) in COMMANDS.items()},
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--url",
    metavar="ADDRESS",
    help=f"The service's base address. [env: INTERLOCK_URL; default: {DEFAULT_URL}]",
)
@click.option(
    "--context",
    metavar="NAME",
    type=CONTEXT,
    help="The service that the configuration calls so; see `interlock config`. [env: INTERLOCK_CONTEXT]",
)
@click.option(
    "--token",
    envvar="INTERLOCK_TOKEN",
    metavar="TOKEN",
    help="Sent as a bearer token, instead of that of `interlock login`. Prefer the variable: arguments are visible to "
    "other users. [env: INTERLOCK_TOKEN]",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors and questions.")
@click.option("--no-color", is_flag=True, help="Print without colors. [env: NO_COLOR]")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.version_option(__version__, prog_name="interlock")
@click.pass_context
def cli(
    ctx: click.Context,
    url: str | None,
    context: str | None,
    token: str | None,
    quiet: bool,
    no_color: bool,
    debug: bool,
) -> None:
    """Accounts, pipelines and deployments of an Interlock service, from a terminal.

    Begin with `interlock status`: it shows what is deployed where.

    Ask a command for its own help: interlock status --help.
    """
    set_manner(ctx, quiet, False if no_color else None)
    found = _place(ctx, url, context)
    ctx.obj = Connection(found.url, token or None, _login, found.origin, found.context)


def _place(ctx: click.Context, url: str | None, context: str | None) -> Place:
    """The service that is meant; a file that cannot be read must keep nobody from mending it, or from reading help."""
    try:
        return place(url, context, read_configuration)
    except InputError:
        if ctx.invoked_subcommand in WITHOUT_CONFIGURATION or ctx.meta.get(HELP):
            return Place(DEFAULT_URL, "the default")
        raise


def _login(url: str) -> str | None:
    """The token of `interlock login`, whose parts are loaded when a request needs it."""
    from interlock_cli.login.session import token  # noqa: PLC0415

    return token(url)
