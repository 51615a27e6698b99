"""What a change would do, as lines for a person: entities by kind, pipelines, warnings; and what must be confirmed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.text import Text

from interlock_cli.output import plain

Data = Mapping[str, Any]
SIGNS = {"REGISTER": "+", "UPDATE": "~", "ARCHIVE": "-"}
DONE = {"REGISTER": "registered", "UPDATE": "updated", "ARCHIVE": "archived"}
STYLES = {"+": "green", "~": "yellow", "-": "red", "!": "yellow"}
MOST_REGISTERED = 20  # named for each kind; a first load registers thousands
MOST_PIPELINES = 20
MOST_NAMES = 8
LONGEST_VALUE = 120  # characters
PART = re.compile(r"-part-\d+$")  # what the plan adds to the name of a wave that is cut


def lines(preview: Data, located: Callable[[Data], str]) -> Iterator[Text]:
    """The whole preview; `located` says a warning with its place."""
    for kind, entries in groupby(preview["entries"], key=lambda entry: entry["kind"]):
        yield Text(kind, style="bold")
        yield from _entries(list(entries))
    yield Text(f"{counts(preview['entries'], SIGNS)}.")
    if preview["pipelines"]:
        yield Text("")
        yield Text("Pipelines whose plan changes", style="bold")
        yield from _pipelines(preview["pipelines"])
    if preview["warnings"]:
        yield Text("")
        yield Text("Warnings", style="bold")
        yield from (_line("!", located(warning)) for warning in preview["warnings"])
    if preview.get("lowered"):
        yield Text("")
        yield Text("Safety scores that get lower", style="bold")
        yield from _lowered(preview["lowered"])


def _lowered(rules: Sequence[Data]) -> Iterator[Text]:
    for each in rules[:MOST_PIPELINES]:
        by = f" (by {each['waiver']})" if each["waiver"] else ""
        yield _line("!", f"{each['service']}: {each['rule']}: {each['missing']}{by}")
    if len(rules) > MOST_PIPELINES:
        yield _line("!", f"and {len(rules) - MOST_PIPELINES} more; -o json has all")


def counts(entries: Iterable[Data], words: Mapping[str, str]) -> str:
    """`3 registered, 1 archived`, of what there is; or with the signs of a preview, `+3 -1`."""
    operations = [entry["operation"] for entry in entries]
    found = [(operations.count(each), word) for each, word in words.items() if each in operations]
    if words is SIGNS:
        names = {"+": "to register", "~": "to update", "-": "to archive"}
        return ", ".join(f"{count} {names[word]}" for count, word in found)
    return ", ".join(f"{count} {word}" for count, word in found)


def _entries(entries: Sequence[Data]) -> Iterator[Text]:
    for operation, sign in SIGNS.items():
        found = [entry for entry in entries if entry["operation"] == operation]
        most = MOST_REGISTERED if operation == "REGISTER" else len(found)
        for entry in found[:most]:
            yield _line(sign, _named(entry))
            if operation == "UPDATE":
                yield from (Text(f"      {plain(_field(each))}") for each in entry["fields"])
        if len(found) > most:
            yield _line(sign, f"and {len(found) - most} more; -o json has all")


def _named(entry: Data) -> str:
    """The name; for an account, which is called by its id, the name that people know it by too."""
    name = (entry["after"] or entry["before"] or {}).get("name")
    return entry["name"] if name in (None, entry["name"]) else f"{entry['name']} ({name})"


def _field(change: Data) -> str:
    """`tier: 2 → 1`; of a long list or mapping, what comes and goes."""
    before, after = change["before"], change["after"]
    whole = f"{change['field']}: {_value(before)} → {_value(after)}"
    if len(whole) <= LONGEST_VALUE or not isinstance(before, list | dict) or not isinstance(after, list | dict):
        return whole
    gone, come = _parts(before), _parts(after)
    moves = [f"- {each}" for each in gone if each not in come] + [f"+ {each}" for each in come if each not in gone]
    return f"{change['field']}: {', '.join(moves)}" if moves else f"{change['field']}: in another order"


def _parts(value: list[Any] | dict[str, Any]) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {_value(inner)}" for key, inner in value.items()]
    return [_value(each) for each in value]


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _pipelines(impacts: Sequence[Data]) -> Iterator[Text]:
    """Those that cannot be made first, all of them; of the others, so many as are read."""
    impossible = [impact for impact in impacts if impact["exceeds"]]
    others = [impact for impact in impacts if not impact["exceeds"]]
    for impact in [*impossible, *others[:MOST_PIPELINES]]:
        yield from _pipeline(impact)
    if (left := len(others) - MOST_PIPELINES) > 0:
        yield _line("~", f"and {left} more; -o json has all")


def _pipeline(impact: Data) -> Iterator[Text]:
    sign = "+" if impact["beforeDigest"] is None else "-" if impact["afterDigest"] is None else "~"
    moved = [f"{each['environment']} ({each['before']} → {each['after']})" for each in impact["moved"]]
    parts = {"gains": impact["added"], "loses": impact["removed"], "moves": moved, "differs in": impact["settings"]}
    facts = [f"{word} {_names(names)}" for word, names in parts.items() if names]
    if _slower(impact):
        facts.append(f"{_time(impact['minutesBefore'])} → {_time(impact['minutesAfter'])} to the last wave")
    yield _line(sign, f"{impact['service']}: {'; '.join(facts)}")
    for each in impact["exceeds"]:
        yield _line("!", f"    {each['limit']}: {each['count']} of {each['most']}. {each['remedy']}")
    if impact["losesNativeRollback"]:
        yield _line("!", "    its stages change: until a revision has passed them, there is none to roll back to")


def _slower(impact: Data) -> bool:
    return bool(impact["beforeDigest"] and impact["afterDigest"] and impact["minutesBefore"] != impact["minutesAfter"])


def _time(minutes: int | None) -> str:
    if minutes is None:
        return "never"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _names(names: Sequence[str]) -> str:
    left = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {left} more" if left > 0 else "")


def _line(sign: str, text: str) -> Text:
    return Text(f"  {sign} {plain(text)}", style=STYLES[sign])


def touched_production(preview: Data, document: Data) -> list[str]:
    """The production stages of the configuration before the change that it touches, in their order.

    A stage, wave or environment of theirs differs, or the plan of a pipeline that there is does so in one of them. A
    stage that the change makes, and the first plan of a new service, touch nothing that runs.
    """
    stages = [stage for stage in document.get("stages") or () if stage.get("production")]
    waves = {wave["name"]: stage["name"] for stage in stages for wave in stage.get("waves") or ()}
    there = {
        environment["name"]: stage["name"]
        for stage in stages
        for wave in stage.get("waves") or ()
        for environment in wave.get("environments") or ()
    }
    known = {"stage": {stage["name"]: stage["name"] for stage in stages}, "wave": waves, "environment": there}
    found = {stage for entry in preview["entries"] for stage in _stages_of(entry, known)}
    for impact in preview["pipelines"]:
        if impact["beforeDigest"] is not None:
            found |= set(_stages_of_plan(impact, known))
    return [stage["name"] for stage in stages if stage["name"] in found]


def _stages_of(entry: Data, known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    if stage := known.get(entry["kind"], {}).get(entry["name"]):
        yield stage
    for state in (entry["before"] or {}, entry["after"] or {}):
        for kind in ("stage", "wave"):
            if entry["kind"] in known and (stage := known[kind].get(state.get(kind, ""))):
                yield stage


def _stages_of_plan(impact: Data, known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The stages of its environments and waves that differ; all of them where the whole plan does."""
    names = [*impact["added"], *impact["removed"], *(each["environment"] for each in impact["moved"])]
    yield from (known["environment"][name] for name in names if name in known["environment"])
    for setting in impact["settings"]:
        kind, _, rest = setting.partition(".")
        name = PART.sub("", rest.rpartition(".")[0])
        if kind in ("waves", "stages") and name:
            yield from (stage for each, stage in known[kind.removesuffix("s")].items() if each == name)
        else:
            yield from known["stage"].values()
