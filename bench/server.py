"""A PostgreSQL of a measurement's own, which leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from models import embedded, migrate, regions


@contextmanager
def running(options: Sequence[str] = ()) -> Iterator[str]:
    """Its address, with the schema and AWS's Regions in it. options: of the server, as `name=value`."""
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL drops root's rights and must still reach its own folder
        with embedded.running(Path(folder), options=options) as url:
            migrate.upgrade(url)
            regions.register_known(url)
            yield url
