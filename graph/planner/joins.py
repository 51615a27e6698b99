"""The to-one relations that rows are joined with, outermost first.

Where rows are many, what they refer to is written once for each row of the topology and not once for each of them: 300
environments share 24 waves. The topology has few rows, and grows with the company and not with its deployments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Select

from models.base import Base
from models.tables import Account, Region, Stage, Team, Wave

TOPOLOGY: frozenset[type[Base]] = frozenset({Account, Region, Stage, Team, Wave})
MANY = 100
"""Rows of a page from which on they are many: below, more of the topology would be written than is asked for."""

Alias: TypeAlias = Any
"""A mapped class under an alias (`sqlalchemy.orm.aliased`): its attributes are the columns and relations."""


@dataclass
class Joins:
    """many: whether the rows are so many that they share what they refer to."""

    many: bool = False
    targets: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, *target: Any) -> None:
        """target: a relation, or what is joined and on which condition."""
        self.targets.append(target)

    def of(self, statement: Select[Any]) -> Select[Any]:
        """The statement with them."""
        for target in self.targets:
            statement = statement.outerjoin(*target)
        return statement
