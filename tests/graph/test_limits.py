"""What a hostile document costs, in steps of the interpreter: the same on every machine, and however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from graphql import parse

from graph import asked, limits
from tests.graph.conftest import SCHEMA
from tests.graph.hostile import REFUSED
from tests.service import ROOT

MOST_STEPS = 250_000
"""Calls of functions: 50 ms of one core here make 300,000 (docs/security.md, "What a hostile question costs")."""


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many functions are called in the block."""
    steps = [0]

    def called(_frame: Any, event: str, _argument: Any) -> None:
        steps[0] += event == "call"

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        yield steps
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("what", REFUSED)
async def test_a_hostile_document_is_refused_in_few_steps(what: str) -> None:
    """By the first that looks at it: nothing is validated, planned or asked of the database."""
    code, document = REFUSED[what]
    with _counted() as steps:
        result = await SCHEMA.execute(document, context_value=None)
    assert steps[0] < MOST_STEPS
    assert result.errors
    assert code is None or (result.errors[0].extensions or {}).get("code") == code, result.errors[0]
    assert len(result.errors) == 1


async def test_lists_of_variables_are_bounded() -> None:
    """A thousand ids, in one list or in several; a list of JSON is intake's to bound."""
    document = "query ($a: [ID!]!, $b: [ID!]) { a: nodes(ids: $a) { id } b: nodes(ids: $b) { id } }"
    result = await SCHEMA.execute(document, {"a": ["x"] * 600, "b": ["x"] * 600}, context_value=None)
    assert result.errors is not None
    assert "1,200 values" in result.errors[0].message
    limits.listed(SCHEMA._schema, parse("query ($a: [JSON!]!) { __typename }"), {"a": [1] * 5_000})


def test_the_parameters_of_a_request() -> None:
    """A document by its characters; variables by their values and how deep they nest, looked at without recursion."""
    nested: Any = 1
    for _ in range(100_000):
        nested = [nested]
    for parameters, says in (
        ({"query": "#" * 65_537}, "65,537 characters"),
        ({"query": "", "variables": {"a": nested}}, "64 levels deep"),
        ({"query": "", "variables": {"a": [0] * 250_000}}, "250,000 values"),
        ({"query": "", "variables": {"a": [[0] * 1_000] * 250}}, "250,000 values"),
    ):
        assert says in str(asked.too_large(parameters))
    assert asked.too_large({"query": "#" * 65_536, "variables": {"a": [0] * 249_999}}) is None
    while isinstance(nested, list):  # unmade one by one: the interpreter would unmake it by recursion
        nested = nested.pop()


@pytest.mark.parametrize("kept", sorted((ROOT / "tests" / "client_queries").iterdir()), ids=lambda each: each.stem)
def test_released_clients_are_far_within(kept: Path) -> None:
    """Whatever a client ever asked: its length is a tenth of what is allowed, at most."""
    document = parse(kept.read_text("utf-8"))
    limits.within(document)
    assert len(kept.read_text("utf-8")) < asked.LONGEST_DOCUMENT // 10
