"""The GraphQL documents of this version are those that were kept for good."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipelinekit

PACKAGE = Path(pipelinekit.__file__).parent
KEPT = Path(__file__).parents[1] / "client_queries"
SHIPPED = {
    "plan": PACKAGE / "queries" / "plan.graphql",
    **{
        f"gate-{path.stem.replace('_', '-')}": path for path in sorted((PACKAGE / "gate" / "queries").glob("*.graphql"))
    },
}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_document_is_kept(name: str) -> None:
    """A released library's document stays under tests/client_queries for good: a changed one is a new version's."""
    kept = KEPT / f"pipelinekit-{pipelinekit.__version__}-{name}.graphql"
    assert kept.read_text() == SHIPPED[name].read_text()


def test_the_version_is_the_distributions() -> None:
    """pyproject.toml and the package agree on the version."""
    project = (PACKAGE.parents[1] / "pyproject.toml").read_text()
    assert f'version = "{pipelinekit.__version__}"' in project
