"""docs/install.md and docs/cost.md say what there is: stacks, alarms, sums."""

from __future__ import annotations

import re

import pytest

from tests.infrastructure import companies
from tests.infrastructure.templates import STACKS, of_type

INSTALL = (companies.ROOT / "docs" / "install.md").read_text()
COST = (companies.ROOT / "docs" / "cost.md").read_text()


def test_every_stack_has_its_words_and_every_name_its_stack() -> None:
    """No stack is left out, and none is named that there is not."""
    named = set(re.findall(r"\bInterlock[A-Z]\w+", INSTALL))
    assert named == set(STACKS)


def test_every_command_of_cdk_names_a_stack_or_an_account() -> None:
    """What is typed is there to be deployed."""
    deployed = re.findall(r"^\$ cdk deploy (.*)$", INSTALL, re.MULTILINE)
    assert len(deployed) >= 5
    for words in deployed:
        assert re.search(r"--all|Interlock\w+|pipeline-\w+", words), words


@pytest.mark.parametrize("stack", [stack for stack in STACKS if of_type(stack, "AWS::CloudWatch::Alarm")])
def test_every_alarm_is_in_the_table(stack: str) -> None:
    """As many as its stack has."""
    (row,) = [line for line in INSTALL.splitlines() if line.startswith("|") and f"`{stack}`" in line]
    listed = row.split("|")[-2].replace(" or ", ", ")
    assert len(listed.split(",")) == len(of_type(stack, "AWS::CloudWatch::Alarm")), row


def test_the_costs_add_up() -> None:
    """The last line is the sum of those above."""
    rows = re.findall(r"^\| (.+?) \|.*\| \**(\d+)\** \|$", COST, re.MULTILINE)
    assert rows[-1][0] == "**In all**"
    assert sum(int(cost) for _, cost in rows[:-1]) == int(rows[-1][1])
