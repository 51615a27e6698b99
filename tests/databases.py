"""Databases of a test's own on the tests' server, each a copy of a template that nobody is connected to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
from sqlalchemy import URL


def administer(url: URL, statement: str) -> None:
    """Run one statement on the server, outside of every transaction and of the databases that tests use."""
    address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute(statement.encode())


@contextmanager
def own_database(url: URL, name: str, template: str) -> Iterator[URL]:
    """A copy of the template, dropped when the block ends."""
    administer(url, f"create database {name} template {template} strategy file_copy")
    try:
        yield url.set(database=name)
    finally:
        administer(url, f"drop database {name} with (force)")
