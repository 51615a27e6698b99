"""Writes the table of rules into docs/safety-score.md; `--check` only says whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from domain.safety.score_rules import RULES, Rule  # noqa: E402 - found through the path above

PAGE = ROOT / "docs" / "safety-score.md"
BEGIN, END = "<!-- rules -->\n", "<!-- end -->"
HEAD = "| Rule | Points | Kept | It asks | What to do | Source |\n| --- | --- | --- | --- | --- | --- |\n"


def page(text: str) -> str:
    """The page with its table as the rules have it."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}{HEAD}{''.join(map(_row, RULES))}{END}{after}"


def _row(rule: Rule) -> str:
    kept = "yes" if rule.ratchet else "no"
    told = (f"`{rule.rule}`", str(rule.points), kept, rule.rule.sentence, rule.remedy, rule.source)
    return f"| {' | '.join(told)} |\n"


def main() -> int:
    """0, or 1 for a page that `--check` found out of date."""
    there = PAGE.read_text("utf-8")
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(there), encoding="utf-8")
        return 0
    if there == page(there):
        return 0
    print("docs/safety-score.md is out of date: run `python scripts/safety_docs.py`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
