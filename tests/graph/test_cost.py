"""What a query may cost is known before it is validated."""

from __future__ import annotations

import time

import pytest

from tests.graph.conftest import Graph

NESTED = "{ accounts(first: 500) { nodes { environments(first: 500) { nodes { deployments { totalCount } } } } } }"


async def test_page_sizes_are_multiplied(graph: Graph) -> None:
    """Three levels of pages ask for their product, and say so."""
    result = await graph.result(NESTED)
    assert result.errors[0].extensions["code"] == "TOO_EXPENSIVE"
    assert "may ask for" in result.errors[0].message
    assert not graph.statements


async def test_a_variable_s_page_size_counts(graph: Graph) -> None:
    """The page size of a variable is the given one."""
    document = "query ($n: Int) { accounts(first: $n) { nodes { environments(first: $n) { nodes { id } } } } }"
    assert not (await graph.result(document, n=3)).errors
    assert (await graph.result(document, n=500)).errors[0].extensions["code"] == "TOO_EXPENSIVE"


async def test_fragments_that_double_are_counted_once(graph: Graph) -> None:
    """Twenty-four fragments that each spread the next one twice are 2^24 fields, and counted without walking them."""
    fragments = "".join(
        f"fragment F{n} on Account {{ a: environments(first: 1) {{ nodes {{ account {{ ...F{n + 1} }} }} }}"
        f" b: environments(first: 1) {{ nodes {{ account {{ ...F{n + 1} }} }} }} }} "
        for n in range(24)
    )
    document = "{ accounts { nodes { ...F0 } } } " + fragments + "fragment F24 on Account { id }"
    began = time.process_time()
    result = await graph.result(document)
    assert result.errors[0].extensions["code"] in ("TOO_EXPENSIVE", "TOO_DEEP")
    assert time.process_time() - began < 5, "walking 2^24 fields takes minutes"


@pytest.mark.parametrize(
    "document", ["{ ...A } fragment A on Query { ...A }", "{ ...Ghost }", "{ nothing { at all } }"]
)
async def test_what_validation_refuses_does_not_stop_the_count(graph: Graph, document: str) -> None:
    """Cycles, unknown fragments and unknown fields are left to validation's clear words."""
    result = await graph.result(document)
    assert result.errors
    assert all("extensions" not in (error.extensions or {}) for error in result.errors)
