"""What a query may cost is known before it is validated."""

from __future__ import annotations

import time

import pytest

from tests.graph.conftest import SCHEMA, Graph

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


async def test_a_list_without_pages_counts_as_what_it_may_have(graph: Graph) -> None:
    """A series of days has 92 points at most: a hundred of them, of a hundred groups each, are too many."""
    series = " ".join(f"s{number}: series {{ value }}" for number in range(100))
    document = f"{{ dora {{ groups(by: SERVICE, first: 100) {{ metrics {{ changeFailRate {{ {series} }} }} }} }} }}"
    result = await graph.result(document)
    assert result.errors[0].extensions["code"] == "TOO_EXPENSIVE"
    assert not graph.statements


MANY = "{ dora { " + " ".join(f"t{number}: total {{ ...F }}" for number in range(20)) + " } }"


@pytest.mark.parametrize(
    "document",
    [
        "{ " + " ".join(f"d{number}: dora {{ total {{ changeFailRate {{ value }} }} }}" for number in range(20)) + " }",
        MANY + "fragment F on DoraMetrics { "
        + " ".join(f"m{number}: changeLeadTime {{ value }}" for number in range(100)) + " }",
        MANY + "fragment F on DoraMetrics { changeFailRate { "
        + " ".join(f"p{number}: sample(first: 1) {{ totalCount }}" for number in range(100)) + " } }",
        "{ services(first: 500) { nodes { "
        + " ".join(f"r{number}: revisions(first: 1) {{ revision }}" for number in range(4)) + " } } }",
    ],
)  # fmt: skip
async def test_what_a_field_looks_at_counts(graph: Graph, document: str) -> None:
    """However little they return: twenty years are not read, nor is a year gone over two thousand times."""
    result = await graph.result(document)
    assert result.errors[0].extensions["code"] == "TOO_EXPENSIVE"
    assert not graph.statements


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


SERVICES = "{ nodes { services(first: 500) { nodes { name } } } }"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (f"{{ a: environments(first: -500) {SERVICES} b: environments(first: 500) {SERVICES} }}", "TOO_EXPENSIVE"),
        (f"{{ a: environments(first: 0) {SERVICES} b: environments(last: 500) {SERVICES} }}", "TOO_EXPENSIVE"),
        (f"query ($n: Int = 500) {{ environments(first: $n) {SERVICES} }}", "TOO_EXPENSIVE"),
        (f"{{ environments(first: {'9' * 4999}) {SERVICES} }}", "TOO_EXPENSIVE"),
    ],
)
async def test_no_page_is_free(graph: Graph, document: str, code: str) -> None:
    """A negative or an empty page pays for no other; a page size that is not given is its variable's default."""
    assert (await graph.result(document)).errors[0].extensions["code"] == code


async def test_a_default_page_size_is_not_the_largest(graph: Graph) -> None:
    """A small default, or a page size that is null, is what it says."""
    document = "query ($n: Int = 3) { accounts(first: $n) { nodes { environments(first: $n) { nodes { id } } } } }"
    assert not (await graph.result(document)).errors
    document = "query ($n: Int) { accounts(first: $n) { nodes { environments(first: null) { nodes { id } } } } }"
    assert not (await graph.result(document, n=None)).errors


async def test_each_id_of_a_list_counts(graph: Graph) -> None:
    """`nodes` returns an object for each id, and what hangs below each."""
    document = "query ($i: [ID!]!) { nodes(ids: $i) { ... on Account { environments(first: 500) { totalCount } } } }"
    result = await graph.result(document, i=["QWNjb3VudDox"] * 500)
    assert result.errors[0].extensions["code"] == "TOO_EXPENSIVE"


async def test_a_fragment_that_is_known_is_as_deep_as_before(graph: Graph) -> None:
    """Fragments that are spread innermost first are counted without walking, and still too deep together."""
    spreads = " ".join(f"...F{n}" for n in range(24, -1, -1))
    below = "".join(
        f"fragment F{n} on Account {{ environments(first: 1) {{ nodes {{ account {{ ...F{n + 1} }} }} }} }} "
        for n in range(24)
    )
    result = await graph.result(
        f"{{ accounts(first: 1) {{ nodes {{ {spreads} }} }} }} {below} fragment F24 on Account {{ id }}"
    )
    assert result.errors[0].extensions["code"] == "TOO_DEEP"


async def test_several_operations_want_a_name(graph: Graph) -> None:
    """The specification: without `operationName` nothing is run; with it, that one."""
    document = """query A { accounts { totalCount } }
      mutation B { registerStage(input: {name: "a", position: 1}) { errors { code } } }"""
    result = await graph.result(document)
    assert result.errors[0].extensions["code"] == "OPERATION_NAME_MISSING"
    assert not graph.statements
    named = await SCHEMA.execute(document, context_value=graph.context, operation_name="A")
    assert not named.errors
