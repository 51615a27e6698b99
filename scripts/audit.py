"""`make audit`: known vulnerabilities of what the locks name, and an SBOM (CycloneDX 1.6) of each kind in build/.

Ends with 0 where nothing is known; with 1 where something is found that requirements/audit-ignored.toml does not let
pass; with 2 where a registry could not be asked: nothing is known then, which is not the same. The SBOMs are written
from the locks alone, whatever the registries say.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
LOCKS = ("service", "dev", "emulator", "scan", "bench")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^ \\;]+)", re.MULTILINE)


class Finding(NamedTuple):
    """One known vulnerability. where: the lock or tree that has it."""

    where: str
    package: str
    id: str


class OutOfReachError(Exception):
    """A registry did not answer; the message says which, and what it was asked."""


def main() -> int:
    """Writes both SBOMs, asks both registries, and says what they know."""
    write_sboms()
    ignored = ignored_on(datetime.now(UTC).date(), (ROOT / "requirements" / "audit-ignored.toml").read_text("utf-8"))
    status = 0
    for asked in (*(lambda lock=lock: python_findings(lock) for lock in LOCKS), node_findings):
        try:
            found = [each for each in asked() if each.id not in ignored]
        except OutOfReachError as error:
            print(f"out of reach: {error}", file=sys.stderr)
            status = status or 2
            continue
        for each in found:
            print(f"{each.where}: {each.package} has {each.id}", file=sys.stderr)
        status = 1 if found else status
    print("SBOMs: build/sbom-python.json, build/sbom-npm.json")
    return status


def ignored_on(day: date, text: str) -> set[str]:
    """The ids that are let pass on a day. Each must have a reason; SystemExit says which has none."""
    entries = tomllib.loads(text).get("ignored", [])
    for entry in entries:
        if not (entry.get("id") and entry.get("reason") and isinstance(entry.get("until"), date)):
            sys.exit(f"requirements/audit-ignored.toml: {entry} needs `id`, `reason` and `until`, a day.")
    return {entry["id"] for entry in entries if day <= entry["until"]}


def python_findings(lock: str) -> list[Finding]:
    """What PyPI knows of a lock's versions, by pip-audit."""
    path = f"requirements/{lock}.txt"
    command = [".venv-audit/bin/pip-audit", "--disable-pip", "--require-hashes", "--progress-spinner=off"]
    ran = subprocess.run([*command, "--format=json", "-r", path], capture_output=True, text=True, cwd=ROOT, check=False)
    try:
        told = json.loads(ran.stdout)
    except ValueError:
        raise OutOfReachError(f"PyPI, of {path}: {_last_line(ran.stderr)}") from None
    skipped = [each["name"] for each in told["dependencies"] if "skip_reason" in each]
    if skipped:
        raise OutOfReachError(f"PyPI, of {path}: it knows nothing of {', '.join(skipped[:5])} ({len(skipped)} in all)")
    return [
        Finding(path, f"{package['name']} {package['version']}", known["id"])
        for package in told["dependencies"]
        for known in package["vulns"]
    ]


def node_findings() -> list[Finding]:
    """What npm's registry knows of package-lock.json."""
    ran = subprocess.run(["npm", "audit", "--json"], capture_output=True, text=True, cwd=ROOT, check=False)
    try:
        told = json.loads(ran.stdout)
        packages = told["vulnerabilities"]
    except (ValueError, KeyError):
        raise OutOfReachError(f"npm's registry, of package-lock.json: {_last_line(ran.stderr)}") from None
    return [
        Finding("package-lock.json", name, via["url"].rsplit("/", 1)[-1])
        for name, package in packages.items()
        for via in package["via"]
        if isinstance(via, dict)
    ]


def _last_line(text: str) -> str:
    lines = [each for each in text.strip().splitlines() if each.strip() and "A complete log" not in each]
    return lines[-1].strip() if lines else "no answer"


def write_sboms() -> None:
    """One file for Python and one for npm: the same locks make the same bytes."""
    BUILD.mkdir(exist_ok=True)
    locks = "\n".join((ROOT / "requirements" / f"{lock}.txt").read_text("utf-8") for lock in LOCKS)
    tree = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    for kind, components in (("python", python_components(locks)), ("npm", node_components(tree))):
        (BUILD / f"sbom-{kind}.json").write_text(json.dumps(sbom(components), indent=2) + "\n", "utf-8")


def python_components(locks: str) -> Iterator[tuple[str, str, str]]:
    """Name, version and package URL of each version that a lock pins."""
    for found in sorted({(each["name"].lower().replace("_", "-"), each["version"]) for each in PINNED.finditer(locks)}):
        name, version = found
        yield name, version, f"pkg:pypi/{name}@{quote(version)}"


def node_components(lock: Any) -> Iterator[tuple[str, str, str]]:
    """The same of npm's tree; a workspace's own packages are none."""
    found = {
        (each.get("name") or path.rsplit("node_modules/", 1)[1], each["version"])
        for path, each in lock["packages"].items()
        if "node_modules/" in path and "version" in each
    }
    for name, version in sorted(found):
        yield name, version, f"pkg:npm/{quote(name, safe='/')}@{quote(version)}"


def sbom(components: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """CycloneDX 1.6, without a time or a serial number, so that it can be compared."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "interlock", "bom-ref": "interlock"}},
        "components": [
            {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}
            for name, version, purl in components
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
