"""Writes what follows from the chart: its README, its values' schema, and the alerts in docs/metrics.md.

`--check` only says whether they are up to date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.chart_schema import schema, settings, telemetry, variable
from scripts.chart_values import CHART, ROOT, Value, described

METRICS = ROOT / "docs" / "metrics.md"
BEGIN, END = "<!-- alerts -->\n", "<!-- end -->"
HEAD = """# Interlock

<!-- Made by scripts/chart_docs.py from values.yaml; edit that, and helm/README.head.md. -->

"""


def readme() -> str:
    """README.md: what is written by hand, and a table of all values for each section."""
    tables = "".join(_section(name, list(each)) for name, each in groupby(described(), lambda value: value.section))
    return f"{HEAD}{(CHART.parent / 'README.head.md').read_text('utf-8')}\n## Values\n{tables}{_settings()}"


def _section(name: str, rows: list[Value]) -> str:
    shown = "".join(map(_row, filter(_told, rows)))
    first = rows[0]
    intro = f"\n{first.says}\n" if isinstance(first.default, dict) and first.default and first.says else ""
    return f"\n### {name}\n{intro}\n| Value | What it is | Default |\n| --- | --- | --- |\n{shown}"


def _row(row: Value) -> str:
    return f"| `{row.path}` | {_cell(row.says)} | {_default(row.default) if _leaf(row) else ''} |\n"


def _told(row: Value) -> bool:
    """What is a value, and what is said of several together; what a whole program is stands above its table."""
    return _leaf(row) or bool(row.says and "." in row.path)


def _leaf(row: Value) -> bool:
    return not (isinstance(row.default, dict) and row.default and any(_inside(row)))


def _inside(row: Value) -> Iterator[Value]:
    return (each for each in described() if each.path.startswith(f"{row.path}."))


def _default(value: Any) -> str:
    text = json.dumps(value)
    return f"`{text}`" if len(text) <= 60 else "see values.yaml"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _settings() -> str:
    rows = [(f"settings.{name}", variable(name), shape["description"]) for name, shape in settings().items()]
    rows += [(f"telemetry.{name}", _telemetry(name), shape["description"]) for name, shape in telemetry().items()]
    table = "".join(f"| `{name}` | `{of}` | {_cell(allowed)} |\n" for name, of, allowed in sorted(rows))
    return (
        "\n### All settings\n\nWhat each means is in docs/operations.md, authentication.md, intake.md and tracing.md."
        " Where a setting is several things by commas, a list is taken as well.\n\n"
        f"| Value | Variable | Allowed |\n| --- | --- | --- |\n{table}"
    )


def _telemetry(name: str) -> str:
    own = name in ("serviceName", "resourceAttributes", "metricExportInterval")
    return variable(name).replace("INTERLOCK_", "OTEL_" if own else "OTEL_EXPORTER_OTLP_")


def metrics_page(text: str) -> str:
    """docs/metrics.md with the rules as a file of Prometheus has them."""
    rules = (CHART / "files" / "alerts.yaml").read_text("utf-8").split("rules:\n")[1]
    shown = "".join(f"    {line}" if line.strip() else line for line in rules.splitlines(keepends=True))
    before, rest = text.split(BEGIN)
    after = rest.split(END, 1)[1]
    return f"{before}{BEGIN}```yaml\ngroups:\n  - name: interlock\n    rules:\n{shown}```\n{END}{after}"


def main() -> int:
    """0, or 1 for a file that `--check` found out of date."""
    wanted = {
        CHART / "values.schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
        CHART / "README.md": readme(),
        METRICS: metrics_page(METRICS.read_text("utf-8")),
    }
    late = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" not in sys.argv[1:]:
        for path in late:
            path.write_text(wanted[path], encoding="utf-8")
        return 0
    for path in late:
        print(f"{path.relative_to(ROOT)} is out of date: run `make chart-docs`.", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
