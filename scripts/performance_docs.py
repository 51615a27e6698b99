"""Writes docs/performance.md and its picture from what `make bench-peers` has measured."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.peers import report


def main() -> int:
    """0 when both were written, 1 when there is nothing to write them from."""
    try:
        report.main()
    except report.CannotReport as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Written: {report.PAGE.relative_to(report.ROOT)}, {report.PLOT.relative_to(report.ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
