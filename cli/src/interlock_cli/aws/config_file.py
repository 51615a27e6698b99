"""A marked block of ours in a person's `~/.aws/config`; all around it stays as it is, byte for byte.

The file is not parsed and written again, which would take comments, order and spelling with it: the block is cut out
of the text between its two markers, or put at its end.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from interlock_cli.errors import InputError
from interlock_cli.files import write_private

_BEGIN = "# >>> interlock profiles of {} >>> written by `interlock profiles sync`: what is edited here is lost"
_END = "# <<< interlock profiles of {} <<<"
_OWN_BREAK = " (and the line break before this line)"
_MARKER = re.compile(r"# (>>>|<<<) interlock profiles of (\S+) (?:>>>|<<<)")
_HEADER = re.compile(r"\s*\[(.+)\]")  # as configparser finds them, which the AWS CLI and boto3 read the file with
_KINDS = ("profile", "sso-session")


@dataclass(frozen=True)
class Section:
    """One section of AWS's configuration. kind: `profile` or `sso-session`."""

    kind: str
    name: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """As they stand in the file. Raises ValueError for what would be more than one line."""
        found = [f"[{self.kind} {self.name}]", *(f"{key} = {value}" for key, value in self.settings.items())]
        if any(re.search(r"[\r\n\0]", line) for line in found):
            raise ValueError(f"the {self.kind} {self.name!r} holds a line break")
        return found


@dataclass(frozen=True)
class Found:
    """A block of an organisation: text[start:end], which begins with the marker at `marker`, or with the line break
    before it, if that is ours. line: of the marker, from 1."""

    organisation: str
    start: int
    marker: int
    end: int
    line: int


def path() -> Path:
    """Where AWS's configuration is: AWS_CONFIG_FILE, else ~/.aws/config."""
    return Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()


def credentials_path() -> Path:
    """Where static credentials are: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials."""
    return Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()


def read(file: Path) -> str:
    """The file's text with its own line breaks; empty where there is no file. Raises InputError for what is no text."""
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file} is not UTF-8 (byte {error.start}), and is left as it is.", "Save it as UTF-8, and try again."
        ) from error
    except OSError as error:
        raise InputError(
            f"{file} cannot be read ({error.strerror or error}), and is left as it is.",
            "Make it a file that you may read and write; AWS_CONFIG_FILE names another one.",
        ) from error


def write(file: Path, before: str, after: str) -> Path | None:
    """Puts the text there by one rename, with the file's mode, and keeps what was as a file beside it, whose path is
    returned (None where there was none). Raises CommandError, and then nothing is changed."""
    if read(file) != before:
        raise InputError(f"{file} has been changed meanwhile, and is left as it is.", "Try again.")
    real = file.resolve()
    if not real.exists():
        write_private(real, after)
        return None
    mode = real.stat().st_mode & 0o777
    backup = real.with_name(f"{real.name}.before-interlock")
    write_private(backup, before, mode)
    write_private(real, after, mode)
    return backup


def with_block(text: str, organisation: str, sections: Sequence[Section]) -> str:
    """The text with exactly these sections as the organisation's block: where it is, else at the end.

    Raises InputError for markers that do not belong together.
    """
    there = next((each for each in blocks(text) if each.organisation == organisation), None)
    broken = _line_break(text[there.marker :] if there else text)
    if there:
        before, own_break, after = text[: there.start], text[there.start : there.marker], text[there.end :]
    else:
        before, own_break, after = text, _break_to_add(text, broken), ""
    lines = [_BEGIN.format(organisation) + (_OWN_BREAK if own_break else "")]
    for each in sections:
        lines += [*each.lines, ""]
    lines.append(_END.format(organisation))
    return before + own_break + "".join(line + broken for line in lines) + after


def without_block(text: str, organisation: str | None = None) -> str:
    """The text without the block of this organisation; of every one, if unsaid. Raises as `with_block`.

    A line break that is ours stays where something has been written below: it would become part of the line above.
    """
    for each in reversed(blocks(text)):
        if organisation in (None, each.organisation):
            after = text[each.end :]
            text = text[: each.marker if after else each.start] + after
    return text


def block(text: str, organisation: str) -> str | None:
    """The organisation's block; None where there is none. Raises as `with_block`."""
    return next((text[each.start : each.end] for each in blocks(text) if each.organisation == organisation), None)


def blocks(text: str) -> list[Found]:
    """Every block of ours, from the top. Raises InputError for one that does not end, or ends without beginning."""
    found: list[Found] = []
    begun: Found | None = None
    for number, start, line in _lines(text):
        marker = _MARKER.match(line)
        if marker is None:
            continue
        arrow, organisation = marker.groups()
        if (arrow == ">>>") != (begun is None) or (begun and begun.organisation != organisation):
            raise _mismatched(number, line)
        if begun is None:
            before = _break_before(text, start) if line.rstrip("\r\n").endswith(_OWN_BREAK) else 0
            begun = Found(organisation, start - before, start, start, number)
        else:
            found.append(replace(begun, end=start + len(line)))
            begun = None
    if begun is not None:
        raise _mismatched(begun.line, _BEGIN.format(begun.organisation))
    twice = [each for each in found if [other.organisation for other in found].count(each.organisation) > 1]
    if twice:
        raise _mismatched(twice[1].line, _BEGIN.format(twice[1].organisation))
    return found


def sections_of(text: str, organisation: str) -> dict[str, int]:
    """The profiles and sessions that stand outside the organisation's block, as `profile beta`, each with its line."""
    inside = [(each.start, each.end) for each in blocks(text) if each.organisation == organisation]
    found: dict[str, int] = {}
    for number, start, line in _lines(text):
        if any(begin <= start < end for begin, end in inside):
            continue
        for name in _names(line):
            found.setdefault(name, number)
    return found


def refuse_names_outside(file: Path, text: str, organisation: str, sections: Iterable[Section]) -> None:
    """Raises InputError where one of our names stands outside the organisation's block.

    Another organisation's block is outside as well: `acme-eu` and `prod` there make the same name as `acme` and
    `eu-prod` here, and a file with one name twice is read by nothing.
    """
    there = sections_of(text, organisation)
    for each in sections:
        line = there.get(f"{each.kind} {each.name}")
        if line:
            raise InputError(
                f"{file}, line {line}: a {each.kind} called {each.name!r} stands there already. Nothing was changed.",
                "Rename or remove it, and try again.",
            )


def refuse_static_credentials(file: Path, text: str, sections: Iterable[Section]) -> None:
    """The same for the file of static credentials, which has profiles by their bare names and would win."""
    names = {each.name for each in sections if each.kind == "profile"}
    for number, _, line in _lines(text):
        header = _HEADER.match(line)
        name = header[1].strip() if header else None
        if name in names:
            raise InputError(
                f"{file}, line {number}: static credentials are kept as {name!r}, and would be used instead.",
                "Rename or remove them, and try again.",
            )


def _names(line: str) -> Iterator[str]:
    """What a section's line is called, as AWS's readers take it: `[profile "beta"]` too."""
    header = _HEADER.match(line)
    if header is None:
        return
    try:
        parts = shlex.split(header[1])
    except ValueError:
        return
    if len(parts) == 2 and parts[0] in _KINDS:
        yield " ".join(parts)


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Each line with its number and its place; only line feeds end one, as nothing else is certain to."""
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        whole = text[start : start + len(line) + 1]
        yield number, start, whole
        start += len(line) + 1


def _line_break(text: str) -> str:
    """What the file's first line ends with."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _break_to_add(text: str, broken: str) -> str:
    """What ends the last line of a text that does not end it itself; such that it can be told from what was there."""
    if not text or text.endswith("\n"):
        return ""
    return "\r\n" if text.endswith("\r") else broken


def _break_before(text: str, start: int) -> int:
    """How long the line break is that ends just there."""
    return 2 if text[:start].endswith("\r\n") else 1 if text[:start].endswith("\n") else 0


def _mismatched(number: int, line: str) -> InputError:
    return InputError(
        f"Line {number} of AWS's configuration is a marker without its other half: {line.strip()[:60]!r}.",
        "Remove what is left of that block by hand, and try again; nothing was changed.",
    )
