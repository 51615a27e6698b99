"""What `cdk diff` says of a stack, as values.

CDK's own diff is asked because it alone has both: CloudFormation's word, by a change set, on what is replaced, and
CDK's on what that does to permissions. Its library is in no package that users have (`aws-cdk` exports no module), so
its lines are read: their marks – [+], [~], [-], `replace`, `destroy` – are what a person reads them by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

STACK = re.compile(r"^Stack (?P<id>\S+)(?: \((?P<name>[^)]+)\))?(?: \(aws://[^)]*\))?$")
CHANGE = re.compile(
    r"^\[(?P<mark>[-+~←→])\] (?P<type>\S+) (?P<path>\S+)(?: (?P<id>\S+?))??"
    r"(?P<impact> (?:replace|may be replaced|destroy|orphan|import))?(?: \(.*\))?$"
)
OTHER = re.compile(r"^\[[-+~]\] ")
PROPERTY = re.compile(r"^ {1,2}[├└]─ \[[-+~]\] (?P<name>[^\s.]+)")
HEADING = re.compile(r"^(?P<title>Parameters|Conditions|Resources|Outputs|Mappings|Metadata|Other Changes|[A-Z]\w+)$")
SECURITY = re.compile(
    r"^(IAM Statement|IAM Policy|Security Group|SSO Assignments|SSO PermissionSet|SSO \w+).* Changes$"
)
ROW = re.compile(r"^│ (?P<sign>[-+ ]) │ (?P<cells>.*) │$")
SECURITY_TYPES = ("AWS::IAM::", "AWS::EC2::SecurityGroup", "AWS::SSO::", "AWS::KMS::Key", "AWS::Lambda::Permission")
SAME = "There were no differences"
INEXACT = "will base the diff on template differences"
BOOTSTRAP_VERSION = "BootstrapVersion"
"""CDK's own parameter, which every new stack has."""


class Effect(StrEnum):
    """What becomes of a resource, the worst first."""

    REPLACED = "REPLACED"
    DELETED = "DELETED"
    ORPHANED = "ORPHANED"
    MAYBE_REPLACED = "MAYBE_REPLACED"
    CHANGED = "CHANGED"
    ADDED = "ADDED"
    IMPORTED = "IMPORTED"


ORDER = list(Effect)
MARKED = {"+": Effect.ADDED, "-": Effect.DELETED, "~": Effect.CHANGED, "←": Effect.IMPORTED, "→": Effect.ORPHANED}
IMPACTS = {
    "replace": Effect.REPLACED,
    "may be replaced": Effect.MAYBE_REPLACED,
    "destroy": Effect.DELETED,
    "orphan": Effect.ORPHANED,
    "import": Effect.IMPORTED,
}


@dataclass
class Change:
    """One resource. path: its construct's, below the stack's stage; properties: those that differ."""

    effect: Effect
    type: str
    path: str
    properties: list[str] = field(default_factory=list)

    @property
    def security(self) -> bool:
        """Whether its type is about who may do what, or what reaches what."""
        return self.type.startswith(SECURITY_TYPES)


@dataclass
class StackDifference:
    """A stack. permissions: what is granted (+) or taken (-), a sentence each. other: outputs, parameters, conditions.

    exact: whether CloudFormation itself said what is replaced. text: all that CDK said of it.
    """

    id: str
    name: str
    changes: list[Change] = field(default_factory=list)
    permissions: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    exact: bool = True
    text: str = ""

    @property
    def unread(self) -> bool:
        """Whether CDK says something else than that nothing differs, of which no line was understood."""
        return not (self.changes or self.permissions or self.other or SAME in self.text)

    @property
    def differs(self) -> bool:
        """Whether a deployment would change anything; also where it is only known that it is not nothing."""
        return SAME not in self.text

    @property
    def loses(self) -> bool:
        """Whether anything that is there is touched, of which it matters whether it is replaced."""
        return any(change.effect is not Effect.ADDED for change in self.changes)

    @property
    def security(self) -> bool:
        """Whether permissions or security groups change."""
        return bool(self.permissions) or any(change.security for change in self.changes)


def read_differences(said: str) -> list[StackDifference]:
    """The stacks of which `cdk diff --no-color` speaks, in its order."""
    found: list[StackDifference] = []
    exact = True
    reader = _Reader()
    for line in said.splitlines():
        exact = exact and INEXACT not in line
        head = STACK.match(line)
        if head:
            found.append(StackDifference(head["id"], head["name"] or head["id"], exact=exact))
            reader, exact = _Reader(), True
        elif found:
            found[-1].text += f"{line}\n"
            reader.read(line.rstrip(), found[-1])
    for each in found:
        each.changes.sort(key=lambda change: (ORDER.index(change.effect), change.type, change.path))
        each.text = _trimmed(each.text)
    return found


class _Reader:
    """Reads the lines after a stack's heading; knows under which heading a line stands."""

    def __init__(self) -> None:
        self.section = ""
        self.table = ""
        self.cells: list[str] = []

    def read(self, line: str, into: StackDifference) -> None:
        """One line."""
        if SECURITY.match(line):
            self.table = line.removesuffix(" Changes")
        elif row := ROW.match(line):
            self._row(row["sign"], [cell.strip() for cell in row["cells"].split("│")], into)
        elif HEADING.match(line):
            self.section, self.table = line, ""
        elif self.section != "Resources" and OTHER.match(line):
            into.other += [] if BOOTSTRAP_VERSION in line else [line]
        elif found := CHANGE.match(line):
            impact = (found["impact"] or "").strip()
            into.changes.append(Change(IMPACTS.get(impact, MARKED[found["mark"]]), found["type"], found["path"]))
        elif (found := PROPERTY.match(line)) and self.section == "Resources" and into.changes:
            into.changes[-1].properties.append(found["name"])

    def _row(self, sign: str, cells: list[str], into: StackDifference) -> None:
        """A row of a table of permissions; without a sign it is the next line of the one before."""
        if not self.table:
            return
        if sign == " " and into.permissions and len(cells) == len(self.cells):
            sign = into.permissions.pop()[0]
            cells = [" ".join(filter(None, both)) for both in zip(self.cells, cells, strict=True)]
        elif sign == " ":
            return  # the table's head
        self.cells = cells
        into.permissions.append(f"{sign} {self.table}: {', '.join(filter(None, cells))}")


def _trimmed(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith(("✨", "Hold on while"))]
    return "\n".join(lines).strip("\n")


def counted(changes: Sequence[Change]) -> Iterator[str]:
    """`1 replaced`, `2 added`: how many of each effect, the worst first."""
    for effect in Effect:
        number = sum(change.effect is effect for change in changes)
        if number:
            yield f"{number} {effect.value.replace('_', ' ').lower()}"
