"""Documents that nobody should send, each as dear as its kind can be: for tests, and for `python -m bench hostile`."""

from __future__ import annotations


def many(count: int, text: str) -> str:
    """The text so many times, with its number for `{}`."""
    return " ".join(text.format(number) for number in range(count))


def _doubling(count: int) -> str:
    spread = "environments(first: 1) {{ nodes {{ account {{ ...F{0} }} }} }}"
    bodies = (f"a: {spread.format(n + 1)} b: {spread.format(n + 1)}" for n in range(count))
    return "".join(f"fragment F{n} on Account {{ {body} }}" for n, body in enumerate(bodies)) + (
        f"fragment F{count} on Account {{ id }}"
    )


REFUSED: dict[str, tuple[str, str]] = {
    "aliases": ("TOO_LARGE", "{" + many(1_600, "a{}: __typename") + "}"),
    "root fields": ("TOO_LARGE", "{" + many(400, "a{}: accounts(first: 1) {{ totalCount }}") + "}"),
    "root fields of fragments": (
        "TOO_LARGE",
        "{ ...A ...B }" + "".join(f"fragment {x} on Query {{ {many(40, x + '{}: __typename')} }}" for x in "AB"),
    ),
    "a field again and again": ("TOO_LARGE", "{ accounts { " + "nodes { id } " * 400 + "} }"),
    "directives": ("TOO_LARGE", "{ __typename " + "@skip(if: false) " * 700 + "}"),
    "variables": ("TOO_LARGE", f"query ({many(1_200, '$v{}: Int')}) {{ __typename }}"),
    "operations": ("TOO_LARGE", many(900, "query Q{} {{ __typename }}")),
    "fragments": ("TOO_LARGE", "{ __typename }" + many(700, "fragment F{} on Account {{ id }}")),
    "unknown arguments": ("TOO_LARGE", "{ accounts(" + many(1_400, "first{}: 1") + ") { totalCount } }"),
    "unknown members": ("TOO_LARGE", "{ accounts(filter: {" + many(1_400, "name{}: 1") + "}) { totalCount } }"),
    "introspection": ("TOO_LARGE", "{" + many(40, "a{}: __schema {{ types {{ name fields {{ name }} }} }}") + "}"),
    "fragments that double": ("TOO_DEEP", "{ accounts { nodes { ...F0 } } } " + _doubling(30)),
    "fragments beside each other": (
        "TOO_LARGE",
        "{ accounts { nodes {" + many(99, "...F{}") + "} } }" + many(99, "fragment F{} on Account {{ id name }}"),
    ),
    "a chain of fragments": (
        "TOO_LARGE",
        "{ accounts { nodes { ...F0 } } }"
        + "".join(f"fragment F{n} on Account {{ id ...F{n + 1} }}" for n in range(98))
        + "fragment F98 on Account { id }",
    ),
    "ids": ("TOO_LARGE", "{" + many(10, 'a{}: nodes(ids: ["x"' + ' "x"' * 400 + "]) {{ id }}") + "}"),
    "tokens": ("TOO_LARGE", "{" + "a " * 6_000 + "}"),
    "braces": ("TOO_LARGE", "{ a" * 1_600 + "}" * 1_600),
    "lists": ("TOO_LARGE", "{ accounts(first: " + "[" * 2_000 + "]" * 2_000 + ") { totalCount } }"),
    "texts without an end": ("GRAPHQL_PARSE_FAILED", "{ a " + '"\\' * 30_000),
    "block texts without an end": ("TOO_LARGE", '{ a(x: """' + '"""' * 20_000),
    "pages": ("TOO_EXPENSIVE", "{ accounts(first: 500) { nodes { environments(first: 500) { nodes { id } } } } }"),
}
"""With the code that each is refused by."""

ALLOWED: dict[str, str] = {
    "directives": "{ accounts(first: 1) { nodes {" + "id @skip(if: false) " * 45 + "id " * 40 + "} } }",
    "aliases": "{ accounts(first: 1) { nodes {" + many(149, "a{}: id") + "} } }",
    "unknown fields": "{ accounts { nodes {" + many(450, "x{}") + "} } }",
    "unknown arguments": "{ accounts { nodes {" + many(150, "a{0}: id(a: 1 b: 1)") + "} } }",
    "unknown members": "{" + many(45, "a{}: accounts(filter: {{ x: 1 y: 1 z: 1 }}) {{ totalCount }}") + "}",
    "unknown types": "{ __typename } " + many(99, "fragment F{0} on Tipe{0} {{ id }}"),
    "unknown types of variables": "query (" + many(100, "$v{0}: Tipe{0}") + ") { __typename }",
    "unused fragments": "{ __typename }" + many(99, "fragment F{} on Account {{ id }}"),
    "unknown directives": "{ __typename " + many(49, "@d{}") + " }",
    "fragments beside each other": "{ accounts { nodes {" + many(40, "...F{}") + "} } }"
    + many(40, "fragment F{} on Account {{ id name }}"),
    "one fragment again and again": "{ accounts(first: 1) { nodes { " + "...A " * 90
    + "} } } fragment A on Account { id name environments(first: 1) { nodes { id } } }",
    "fragments in fragments": "{ accounts { nodes { " + "... on Account { " * 20 + "id" + "}" * 20 + "} } }",
    "a long text": '{ accounts(filter: {name: "' + "x" * 65_000 + '"}) { totalCount } }',
    "a text of emoji": '{ accounts(filter: {name: "' + "\U0001f600" * 65_000 + '"}) { totalCount } }',
    "a text of escapes": '{ accounts(filter: {name: "' + "\\u00e9" * 10_800 + '"}) { totalCount } }',
    "a text of lines": '{ accounts(filter: {name: """' + "\n x" * 21_000 + '"""}) { totalCount } }',
    "comments": "#\n" * 2_400 + "{ __typename }",
    "commas": "," * 65_000 + "{ __typename }",
    "five hundred ids": "{ nodes(ids: [" + '"x" ' * 500 + "]) { id } }",
    "a circle of types": "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
}  # fmt: skip
"""Within every limit: what is wrong with them is found by validation, or nothing is."""

INTROSPECTION = """{ __schema { queryType { name } mutationType { name } subscriptionType { name } types { kind name
  fields(includeDeprecated: true) { name args { name defaultValue ...T } isDeprecated ...T2 }
  inputFields { name defaultValue } interfaces { name } enumValues(includeDeprecated: true) { name } } } }
fragment T on __InputValue { type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
fragment T2 on __Field { type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }"""
