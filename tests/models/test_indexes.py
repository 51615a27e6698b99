"""Every index is there for something: a foreign key, or a statement that it names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest
from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from models import tables
from models.base import Base
from tests.service import ROOT

ALL = [each for table in Base.metadata.sorted_tables for each in sorted(table.indexes, key=lambda each: str(each.name))]
CLASSES = {str(mapper.local_table.name): mapper.class_.__name__ for mapper in Base.registry.mappers}
UNFOUND = {"pipeline.latest_execution_id": "executions stay, and nobody asks whose latest one is"}
"""Foreign keys that are followed from their own end alone."""


def of_a_foreign_key(index: Index) -> bool:
    """Whether it is what `columns.refers` makes, or an association's column."""
    (column, *more) = index.columns
    return bool(column.foreign_keys) and not more and not index.unique and _of_all_rows(index)


def _of_all_rows(index: Index) -> bool:
    return index.dialect_options["postgresql"].get("where") is None


@cache
def source(path: str) -> tuple[str, frozenset[str]]:
    """A file's text, and the names that are defined in it."""
    text = (ROOT / path).read_text("utf-8")
    return text, frozenset(_names(ast.parse(text)))


def _names(module: ast.Module) -> Iterator[str]:
    for each in module.body:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield each.name
        elif isinstance(each, ast.Assign):
            yield from (target.id for target in each.targets if isinstance(target, ast.Name))
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id


@pytest.mark.parametrize("index", [each for each in ALL if not of_a_foreign_key(each)], ids=lambda each: each.name)
def test_an_index_says_what_it_serves(index: Index) -> None:
    """`columns.index(serves="path::name")`: the statement is there, in a file that speaks of the table."""
    path, _, name = index.info["serves"].partition("::")
    text, names = source(path)
    assert name in names, f"{path} defines no {name}"
    assert index.table is not None
    table = index.table.name
    assert CLASSES[table] in text or table in text, f"{path} does not speak of {table}"


def test_a_foreign_key_is_found_by_an_index() -> None:
    """Its column is the first of an index of all rows, or of a constraint; else the whole table would be read."""
    unfound = [
        f"{table.name}.{name}"
        for table in Base.metadata.sorted_tables
        for name in _foreign(table)
        if name not in _first(table)
    ]
    assert unfound == list(UNFOUND)


def _foreign(table: Table) -> list[str]:
    keys = (each for each in table.constraints if isinstance(each, ForeignKeyConstraint))
    return [each.column_keys[0] for each in keys]


def _first(table: Table) -> set[str]:
    """The columns by which rows are found."""
    indexes = (each for each in table.indexes if _of_all_rows(each))
    unique = (each for each in table.constraints if isinstance(each, (PrimaryKeyConstraint, UniqueConstraint)))
    return {next(iter(each.columns)).name for each in (*indexes, *unique) if len(each.columns)}


def test_every_table_is_looked_at() -> None:
    """`models.tables` imports all of them."""
    assert CLASSES[tables.PipelineExecution.__tablename__] == "PipelineExecution"
    assert len(ALL) > 100
