"""cfn-lint over synthesized templates, in this process: its rules are read once, which takes longer than a template."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cfnlint.config import ConfigMixIn
from cfnlint.core import get_rules
from cfnlint.rules import RulesCollection
from cfnlint.runner.template.runner import run_template_by_file_path

IGNORED_BY_ID = {
    "E3703": "cfn-lint's schema of a pipeline does not know the Invoke category's inputs",
    "W3005": "CDK writes DependsOn beside a reference that implies it",
}
OF_VPCS = {"W3010": "a VPC's zones are named, because a pipeline's build may not look them up"}


def findings(templates: Sequence[Path], *, vpcs: bool = False) -> str:
    """What cfn-lint says, one finding a line; nothing of the rules that are ignored by id. vpcs: OF_VPCS are, too."""
    ignored = (*IGNORED_BY_ID, *(OF_VPCS if vpcs else ()))
    found = (
        f"{path.name}:{match.linenumber}: {match.rule.id} {match.message}"
        for path in templates
        for match in run_template_by_file_path(str(path), _config(ignored), _rules(ignored), ignore_bad_template=False)
    )
    return "\n".join(found)


@cache
def _config(ignored: tuple[str, ...]) -> ConfigMixIn:
    return ConfigMixIn(["--ignore-checks", *ignored, "--"])


@cache
def _rules(ignored: tuple[str, ...]) -> RulesCollection:
    return get_rules([], list(ignored), [])
