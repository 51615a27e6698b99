"""`-o markdown`: tables as GitHub shows them."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from interlock_cli.main import cli
from interlock_cli.output import Grid, console, emit, escaped
from interlock_cli.terminal import set_manner


def test_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """A title, a head, a line of dashes, and a row each; what is empty is said on stderr alone."""
    grids = [
        Grid(("A", "B"), [("x|y", None), ("two\nlines", 3)], "Of *it*"),
        Grid(("C",), [], "None"),
        Grid(("D",), [("d",)]),
    ]
    emit({}, "markdown", lambda: grids)
    out, err = capsys.readouterr()
    assert out == (
        "**Of \\*it\\***\n\n| A | B |\n| --- | --- |\n| x\\|y | - |\n| two lines | 3 |\n\n| D |\n| --- |\n| d |\n"
    )
    assert err == "None: nothing to show.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prod-eu_west_1", "prod-eu_west_1"),
        ("_x_", r"\_x\_"),
        (r"a\|b", r"a\\\|b"),
        ("<b>`c`[d](e)~", r"\<b>\`c\`\[d](e)\~"),
    ],
)
def test_escaping(text: str, said: str) -> None:
    """Whatever means something to Markdown does not; a name with underscores is left readable."""
    assert escaped(text) == said


def test_quiet() -> None:
    """Errors are said even with --quiet."""
    runner = CliRunner(env={"INTERLOCK_URL": "http://127.0.0.1:9"})
    assert "No service answers" in runner.invoke(cli, ["--quiet", "services"]).stderr


def test_no_color() -> None:
    """`--no-color` turns both off that color: click's own and rich's; unasked, they look for themselves."""
    for color in (False, None):
        with click.Context(cli) as ctx:
            set_manner(ctx, False, color)
            assert ctx.color is color
            assert console().no_color == (color is False)
