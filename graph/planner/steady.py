"""Whether a statement's answer is the same for as long as the rows are: it asks for no time, no person and no chance.

Known are the functions that may be called in one; whatever is not known here makes an answer one that is not kept. The
snapshot's own functions are among them: answers are kept while PostgreSQL's snapshot is the same.
"""

from __future__ import annotations

import re

FUNCTIONS = frozenset(
    (
        *("array_agg", "coalesce", "concat", "convert_to", "count", "decode", "encode", "greatest"),
        *("int4send", "int8send", "json_agg", "json_build_array", "json_build_object", "left", "max", "md5", "min"),
        *("pg_current_snapshot", "pg_snapshot_xmin", "row_number", "string_agg", "substr", "to_json", "translate"),
    )
)
"""Immutable, or stable by the session's settings, which are the same for all connections of a pool."""
WORDS = frozenset(
    (
        *("all", "and", "any", "as", "by", "case", "cast", "distinct", "else", "exists", "filter", "from", "in"),
        *("join", "lateral", "materialized", "not", "on", "or", "over", "select", "then", "union", "values"),
        *("when", "where"),
    )
)
"""SQL's own, before a parenthesis."""
UNCALLED = re.compile(
    r"\b(current_(timestamp|date|time|user|role|catalog|schema)|localtime(stamp)?|session_user|system_user|user"
    r"|tablesample)\b",
    re.IGNORECASE,
)
"""What is asked for without a parenthesis: times and persons; and rows that chance chooses."""
_CALLED = re.compile(r"([\w$\"]+)\s*\(")
_CONSTANT = re.compile(r"'[^']*'")


def steady(statement: str) -> bool:
    """statement: SQL as it is sent, with parameters in the place of values."""
    said = _CONSTANT.sub("''", statement)
    return not unknown(said) and UNCALLED.search(said) is None


def unknown(statement: str) -> set[str]:
    """What is called in it, and not known to stay the same."""
    return {each.lower() for each in _CALLED.findall(statement)} - FUNCTIONS - WORDS
