"""How the differences of environments are printed: what loses something first, and what is the same once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interlock_cli.cdk.comparing import Comparison, general
from interlock_cli.cdk.differences import ORDER, Change, StackDifference, counted
from interlock_cli.output import Grid, plain

MOST_NAMES = 3


def grids(comparisons: Sequence[Comparison]) -> list[Grid]:
    """A summary, then the resources, and the permissions, of those that differ."""
    groups = _groups([each for each in comparisons if each.differs])
    found = [_summary(comparisons, groups)]
    resources = sorted(_resources(groups), key=lambda row: row[0])
    if resources:
        columns = ("EFFECT", "SECURITY", "TYPE", "RESOURCE", "ENVIRONMENTS", "PROPERTIES")
        found.append(Grid(columns, [row[1] for row in resources], "Resources, those that lose something first"))
    permissions = [
        (_general(permission, group), _general(stack.name, group), _names(group))
        for group in groups
        for stack in group[0].stacks
        for permission in (*stack.permissions, *stack.other)
    ]
    if permissions:
        found.append(Grid(("CHANGE", "STACK", "ENVIRONMENTS"), permissions, "Permissions, parameters and outputs"))
    return found


def _groups(comparisons: Sequence[Comparison]) -> list[list[Comparison]]:
    """Those that differ in the same together, in the order of deployment."""
    found: dict[str, list[Comparison]] = {}
    for each in comparisons:
        found.setdefault(each.shape, []).append(each)
    return list(found.values())


def _summary(comparisons: Sequence[Comparison], groups: Sequence[Sequence[Comparison]]) -> Grid:
    rows: list[tuple[str, str]] = [(_names(group, every=True), _told(group[0])) for group in groups]
    rows += [(each.environment.name, f"not compared: {each.problem.message}") for each in comparisons if each.problem]
    same = [each for each in comparisons if not each.differs and not each.problem]
    if same:
        rows.append((_names(same, every=True), "no difference"))
    return Grid(("ENVIRONMENTS", "DIFFERENCE"), rows, "Differences")


def _told(comparison: Comparison) -> str:
    """`1 replaced, 2 added; security changes`: what a deployment would do."""
    changes = [change for stack in comparison.stacks for change in stack.changes]
    parts = [", ".join(counted(changes)) or "no resource changes"]
    if any(stack.security for stack in comparison.stacks):
        parts.append("security changes")
    if any(stack.loses and not stack.exact for stack in comparison.stacks):
        parts.append("what is replaced is judged by the templates: CloudFormation gave no change set")
    unread = [stack.name for stack in comparison.stacks if stack.unread]
    if unread:
        parts.append(f"more in {', '.join(unread)}: --full shows it")
    return "; ".join(parts)


def _resources(groups: Sequence[Sequence[Comparison]]) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    for group in groups:
        for stack in group[0].stacks:
            for change in stack.changes:
                order = (ORDER.index(change.effect), change.type, change.path)
                yield order, _row(change, group)


def _row(change: Change, group: Sequence[Comparison]) -> tuple[object, ...]:
    return (
        change.effect.value.replace("_", " "),
        "yes" if change.security else "",
        change.type,
        _general(change.path, group),
        _names(group),
        ", ".join(dict.fromkeys(change.properties)),
    )


def _general(text: str, group: Sequence[Comparison]) -> str:
    """With stars for what is the environment's own, where it stands for several."""
    return general(text, group[0].environment) if len(group) > 1 else text


def _names(group: Sequence[Comparison], every: bool = False) -> str:
    names = [each.environment.name for each in group]
    if every or len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"


def full(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """CDK's own words, for each stack that differs."""
    for comparison in comparisons:
        for stack in comparison.stacks:
            if stack.differs:
                text = "\n".join(plain(line) for line in stack.text.splitlines())
                yield f"{_title(comparison, stack)}\n{text}\n"


def _title(comparison: Comparison, stack: StackDifference) -> str:
    environment = comparison.environment
    return f"{stack.name} in {environment.name} ({environment.account}, {environment.region})"
