"""What `make audit` says: of findings, of what is let pass, and of a registry that does not answer."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from typing import Any

import pytest

from scripts import audit
from tests.service import ROOT

IGNORED = '[[ignored]]\nid = "GHSA-1"\nreason = "It is in a test tool alone."\nuntil = 2027-01-31\n'


def _answering(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str = "") -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, stdout, stderr)

    monkeypatch.setattr(subprocess, "run", run)


def test_a_finding_is_let_pass_for_a_reason_and_a_time() -> None:
    """Until its day, and not a day longer; without a reason, not at all."""
    assert audit.ignored_on(date(2027, 1, 31), IGNORED) == {"GHSA-1"}
    assert audit.ignored_on(date(2027, 2, 1), IGNORED) == set()
    with pytest.raises(SystemExit, match="needs `id`, `reason` and `until`"):
        audit.ignored_on(date(2027, 1, 1), '[[ignored]]\nid = "GHSA-1"\nuntil = 2027-01-31\n')
    kept = (ROOT / "requirements" / "audit-ignored.toml").read_text("utf-8")
    assert audit.ignored_on(date(2027, 1, 1), kept) == set()


def test_findings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each vulnerability with its package, of both registries."""
    known = {"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
    _answering(monkeypatch, json.dumps({"dependencies": [known, {"name": "y", "version": "2", "vulns": []}]}))
    assert [each.id for each in audit.python_findings("service")] == ["PYSEC-1", "PYSEC-2"]
    via = [{"url": "https://github.com/advisories/GHSA-1"}, "another"]
    _answering(monkeypatch, json.dumps({"vulnerabilities": {"x": {"via": via}}}))
    assert audit.node_findings() == [audit.Finding("package-lock.json", "x", "GHSA-1")]


def test_a_registry_out_of_reach_is_no_good_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer, an answer without what was asked for, a package that it does not know: said aloud."""
    unknown = json.dumps({"dependencies": [{"name": "x", "skip_reason": "Dependency not found on PyPI"}]})
    for stdout in ("", unknown):
        _answering(monkeypatch, stdout, "ERROR: no route\n")
        with pytest.raises(audit.OutOfReachError, match=r"PyPI, of requirements/service\.txt"):
            audit.python_findings("service")
    said = "npm warn audit 405 of the registry\nnpm error A complete log of this run is elsewhere\n"
    _answering(monkeypatch, '{"message": "405"}', said)
    with pytest.raises(audit.OutOfReachError, match="405 of the registry"):
        audit.node_findings()


def test_the_bills_of_materials_name_what_the_locks_name() -> None:
    """Every pinned version, by its package URL, once."""
    python = list(audit.python_components((ROOT / "requirements" / "service.txt").read_text("utf-8")))
    assert len(python) == len(set(python)) > 30
    assert any(purl.startswith("pkg:pypi/starlette@") for _, _, purl in python)
    node = list(audit.node_components(json.loads((ROOT / "package-lock.json").read_text("utf-8"))))
    assert ("graphql-http", "1.23.1", "pkg:npm/graphql-http@1.23.1") in node
    assert any(purl.startswith("pkg:npm/%40graphql-codegen/") for _, _, purl in node)
    document = audit.sbom(node)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert all(each["purl"] == each["bom-ref"] for each in document["components"])
