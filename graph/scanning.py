"""A look at a document's tokens before it is parsed: the parser makes a dozen objects of each, and this makes none.

It may count too little where a document cannot be parsed anyway, and never too much: what it lets pass is counted
again, in its structure, by `graph/limits.py`.
"""

from __future__ import annotations

import re
from typing import NoReturn

from graphql import GraphQLError

MOST_TOKENS = 2_500
"""The longest document of a released client has 538, and reading 2,500 takes 20 ms."""
MOST: dict[str, int] = {
    "tokens": MOST_TOKENS,
    "fields": 500,
    "aliases": 150,
    "directives": 50,
    "fragments": 100,
    "operations": 20,
    "variables": 100,
    "arguments of one field": 50,
    "values of one list or object": 500,
    "values of all lists": 1_000,
}
"""What can be counted without a tree, and how many of it a document may have."""
# Every branch is possessive, and a text without its end ends with the line or the document: nothing is tried twice.
_TOKEN = re.compile(
    r"(?:[\s,\ufeff]|#[^\n\r]*+)*+("
    r'"""(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:""")?|"(?:[^"\\\n\r]++|\\.)*+"?|\.\.\.'
    r"|[_A-Za-z][_0-9A-Za-z]*+|-?[0-9][0-9.eE+-]*+|.)"
)
_ONE, _ALL = "values of one list or object", "values of all lists"


def within(text: str) -> None:
    """Raises a GraphQLError with the code TOO_LARGE at the first token that is one too many of something."""
    scan = _Scan()
    for match in _TOKEN.finditer(text):
        scan.take(match[1])


class _Scan:
    """What was counted so far. open: the brackets that are not closed, each with how many are in it."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(MOST, 0)
        self._open: list[tuple[str, list[int]]] = [("", [0])]
        self._in_values = 0
        self._before = ""

    def take(self, word: str) -> None:
        """The next token. Raises a GraphQLError."""
        self._add("tokens")
        if word in "{[(":
            self._opened(word)
        elif word in "}])":
            self._closed()
        elif word == "@":
            self._add("directives")
        elif self._in_values:
            self._value(word)
        else:
            self._selection(word)
        self._before = word

    def _opened(self, word: str) -> None:
        bracket, inside = self._open[-1]
        if bracket == "[":
            self._inside(inside, _ONE, _ALL)
        elif bracket == "" and word == "{" and self._before in ("", "}"):
            self._add("operations")
        self._open.append((word, [0]))
        self._in_values += word != "{"

    def _closed(self) -> None:
        if len(self._open) > 1:
            self._in_values -= self._open.pop()[0] != "{"

    def _value(self, word: str) -> None:
        """An argument's name and its value, or a variable where it is declared."""
        bracket, inside = self._open[-1]
        if bracket == "[":
            if self._before != "$":
                self._inside(inside, _ONE, _ALL)
        elif word == ":":
            if len(self._open) == 2 and bracket == "(":
                self._add("variables")
            else:
                self._inside(inside, "arguments of one field" if bracket == "(" else _ONE)

    def _selection(self, word: str) -> None:
        """What stands before a colon is an alias; behind `...`, `on` and `@` is no field."""
        if len(self._open) == 1:
            if self._before in ("", "}"):
                self._add("fragments" if word == "fragment" else "operations")
        elif word == ":":
            self._add("aliases")
        elif self._before not in ("...", "on", "@", ":") and (word[0].isalpha() or word[0] == "_"):
            self._add("fields")

    def _inside(self, inside: list[int], what: str, every: str | None = None) -> None:
        inside[0] += 1
        if inside[0] > MOST[what]:
            _refuse(what)
        if every is not None:
            self._add(every)

    def _add(self, what: str) -> None:
        self._counts[what] += 1
        if self._counts[what] > MOST[what]:
            _refuse(what)


def _refuse(what: str) -> NoReturn:
    message = f"This document has more than {MOST[what]:,} {what}, which is all that is allowed."
    remedy = "Ask in several requests, and give values as variables."
    raise GraphQLError(f"{message} {remedy}", extensions={"code": "TOO_LARGE"})
