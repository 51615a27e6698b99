"""The JSON that statements write: what `json_build_object` would, whatever stands in a row."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, bindparam, case, cast, func, literal, null, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from graph.planner.joins import MANY
from graph.planner.objects import Json, json_list, json_object, json_or, json_rows
from models.engine import Database
from models.tables import Environment, Region, Service
from tests.graph.conftest import Graph

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
AWKWARD = "quote \" apostrophe ' backslash \\ newline \n tab \t percent %s %% dollar $1 colon :x \u0001 é 漢 🜁"


async def written(database: Database, json_text: Any, **values: Any) -> Any:
    """What an expression writes, read as JSON."""
    statement = select(json_text)
    found = await database.json(statement, database.prepared(statement), values)
    assert found is not None
    return json.loads(found)


async def test_values_are_written_as_json_has_them(database: Database) -> None:
    """Text with its escapes, numbers, booleans, times, lists, documents, NULL, in objects and lists in each other."""
    values = {
        AWKWARD: literal(1),
        "text": cast(bindparam("text"), Text),
        "said": literal(AWKWARD),
        "nothing": null(),
        "null": cast(null(), Text),
        "true": literal(1) == literal(1),
        "whole": func.count(),
        "half": func.avg(literal(0.5)),
        "document": cast(literal({"a": [1, None]}, JSONB), JSONB),
        "time": func.to_timestamp(0),
        "empty": json_object([]),
        "none": json_list([]),
        "list": json_list([literal("a"), null(), json_object([("b", literal(True))])]),
    }
    found = await written(database, json_object(list(values.items())), text=AWKWARD)
    time = found.pop("time")
    assert time.startswith("1970-01-01T00:00:00")
    assert found == {
        AWKWARD: 1,
        "text": AWKWARD,
        "said": AWKWARD,
        "nothing": None,
        "null": None,
        "true": True,
        "whole": 1,
        "half": 0.5,
        "document": {"a": [1, None]},
        "empty": {},
        "none": [],
        "list": ["a", None, {"b": True}],
    }
    assert list(found) == [name for name in values if name != "time"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text("abcé'\"\\%:$ \n", max_size=8), st.text(max_size=20).filter(lambda x: "\0" not in x), max_size=4
    )
)
async def test_any_text_comes_back(database: Database, given: dict[str, str]) -> None:
    """Names are constants of the statement, values are bound: neither can break out of the text around them."""
    given = {
        name.encode("utf-8", "ignore").decode(): each.encode("utf-8", "ignore").decode() for name, each in given.items()
    }
    json_text = json_object([(name, cast(literal(each), Text)) for name, each in given.items()])
    assert await written(database, json_text) == given


async def test_rows_are_listed_in_their_order(database: Database) -> None:
    """In the order that is said, those that are meant; of none, an empty list; what is not there is null."""
    rows = func.generate_series(1, 4).table_valued("n").render_derived()
    one = json_object([("n", rows.c.n)])
    assert await written(database, select(json_rows(one, [rows.c.n.desc()], rows.c.n != 2)).scalar_subquery()) == [
        {"n": 4},
        {"n": 3},
        {"n": 1},
    ]
    assert await written(database, select(json_rows(one)).where(rows.c.n > 9).scalar_subquery()) == []
    nobody = select(one).where(rows.c.n > 9).scalar_subquery()
    assert await written(database, json_list([json_or(nobody), json_or(case((rows.c.n > 9, one)), "[]")])) == [None, []]


def test_only_what_was_written_is_taken_for_json() -> None:
    """A column of text that looks like JSON is text; a table's column that always has a value is written as it is."""
    assert isinstance(json_object([("a", Service.name)]).type, Json)
    sql = str(json_object([("a", Service.name), ("b", Service.team_id), ("c", Environment.kind), ("d", Region.name)]))
    assert "to_json(service.name)" in sql
    assert "coalesce(CAST(to_json(service.name)" not in sql
    assert "coalesce(CAST(to_json(service.team_id)" in sql
    assert '"c":"\' || CAST(environment.kind AS TEXT) || \'"' in sql
    assert "to_json" in str(json_object([("a", type_coerce(Service.name, Text()))]))


async def test_large_pages_and_small_ones_say_the_same(fleet: Graph) -> None:
    """What rows share is written once in a page of many; a relation that is not there is null in both."""
    document = """query ($first: Int!) { environments(first: $first) { nodes { name account { id awsId name }
      region { name timeZone }
      wave { __typename name position stage { name production waves(first: 1) { totalCount } } } } }
      services(first: $first) { nodes { name team { name } environments(first: $first) { nodes {
        name wave { bakeMinutes stage { id name } } account { name } } } } } }"""
    many = await fleet(document, first=MANY)
    assert "OFFSET" in fleet.statements[0]
    assert many == await fleet(document, first=MANY - 1)
    assert "OFFSET" not in fleet.statements[0]
    assert many["services"]["nodes"][0]["team"] is None
    assert len(many["environments"]["nodes"]) == 6


async def test_pages_say_no_more_than_is_asked(fleet: Graph) -> None:
    """Rows are numbered where the page's end is asked for, or where it is read backwards; the rows are the same."""
    names = [each["name"] for each in (await fleet("{ environments { nodes { name } } }"))["environments"]["nodes"]]
    assert "row_number" not in fleet.statements[0]
    for size in (0, 1, 3, 6, 7):
        plain = await fleet(
            f"{{ environments(first: {size}) {{ nodes {{ name }} edges {{ cursor node {{ name }} }} }} }}"
        )
        told = await fleet(f"{{ environments(first: {size}) {{ nodes {{ name }} pageInfo {{ hasNextPage }} }} }}")
        last = await fleet(f"{{ environments(last: {size}) {{ nodes {{ name }} }} }}")
        assert [each["name"] for each in plain["environments"]["nodes"]] == names[:size]
        assert [each["node"]["name"] for each in plain["environments"]["edges"]] == names[:size]
        assert told["environments"] == {
            "nodes": plain["environments"]["nodes"],
            "pageInfo": {"hasNextPage": size < len(names)},
        }
        assert [each["name"] for each in last["environments"]["nodes"]] == names[max(0, len(names) - size) :]
