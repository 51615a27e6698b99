"""A read's selection, compiled to one SQL statement whose JSON PostgreSQL builds.

selection.py   what was asked: the operation's fields, with fragments, directives and arguments resolved
mapping.py     how a type is kept: its table; the fields that need code, and the columns they need
compile.py     the statement: objects, relations, and polymorphic subjects
paging.py      connections: keyset paging, page information, counts
joins.py       the to-one relations that rows are joined with, and what many rows share
objects.py     JSON objects and lists of any length, as text that SQL joins
plans.py       statements, remembered by what they depend on
steady.py      whether a statement's answer is the same for as long as the rows are
questions.py   a plan with what is bound to it: asked, and asked again
execute.py     the field that is being resolved: its question is asked, and its bytes are passed on
together.py    rows that derived objects lead to, read for all of them at once
completing.py  how they are filled in: by code alone, or by loading what all rows of the answer need at once
"""

from graph.planner.execute import answered, connection, key_of, keyed, node, nodes, one, row, rows
from graph.planner.mapping import NotPlannable, computed, connected, listed, loaded, mapped, same_row, shows, subject
from graph.planner.together import Together

__all__ = [
    "NotPlannable",
    "Together",
    "answered",
    "computed",
    "connected",
    "connection",
    "key_of",
    "keyed",
    "listed",
    "loaded",
    "mapped",
    "node",
    "nodes",
    "one",
    "row",
    "rows",
    "same_row",
    "shows",
    "subject",
]
