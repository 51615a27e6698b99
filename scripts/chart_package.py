"""Packages the chart into build/charts/: signed where a key is named, and pushed where a registry is.

    CHART_KEY           the name of the key, as `gpg --list-secret-keys` has it
    CHART_KEYRING       the keyring that has it: `gpg --export-secret-keys NAME > secring.gpg`
    CHART_PASSPHRASE    a file with the key's passphrase; without it Helm asks
    CHART_REGISTRY      where it is pushed: oci://registry.example.com/charts
    CHART_REGISTRY_HTTP 1: that registry is asked without TLS, as one on this machine

Exit code 0, or that of the program that failed.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.helm_program import program

ROOT = Path(__file__).parents[1]
CHART = ROOT / "helm" / "interlock"
PACKAGES = ROOT / "build" / "charts"


class Unusable(Exception):
    """What is set does not go together; the message says what to do."""


def main() -> int:
    """Lints, packages, signs and pushes, as far as is said."""
    try:
        signing = _signing()
        package = _packaged(signing)
        _pushed(package)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


def _signing() -> list[str]:
    key, keyring = os.environ.get("CHART_KEY"), os.environ.get("CHART_KEYRING")
    if not key and not keyring:
        print("==> not signed: set CHART_KEY to the name of a key, and CHART_KEYRING to the keyring that has it")
        return []
    if not key or not keyring or not Path(keyring).is_file():
        raise Unusable(
            f"CHART_KEY is {key!r} and CHART_KEYRING is {keyring!r}. Both are needed: a key's name, and a keyring that"
            " has it, which gpg --export-secret-keys NAME > secring.gpg writes."
        )
    passphrase = os.environ.get("CHART_PASSPHRASE")
    return ["--sign", "--key", key, "--keyring", keyring, *(["--passphrase-file", passphrase] if passphrase else [])]


def _packaged(signing: list[str]) -> Path:
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for old in PACKAGES.glob("interlock-*.tgz*"):
        old.unlink()
    for example in sorted((CHART / "ci").glob("*-values.yaml")):
        _helm("lint", "--strict", "--quiet", str(CHART), "--values", str(example))
    _helm("package", str(CHART), "--destination", str(PACKAGES), *signing)
    return next(PACKAGES.glob("interlock-*.tgz"))


def _pushed(package: Path) -> None:
    registry = os.environ.get("CHART_REGISTRY")
    if not registry:
        print("==> not pushed: set CHART_REGISTRY to where charts are, as oci://registry.example.com/charts")
        return
    if not registry.startswith("oci://"):
        raise Unusable(f"CHART_REGISTRY is {registry!r}. It is an address that begins with oci://.")
    plain = ["--plain-http"] if os.environ.get("CHART_REGISTRY_HTTP") == "1" else []
    _helm("push", str(package), registry, *plain)


def _helm(*arguments: str) -> None:
    """Runs Helm, and prints first how it could be run by hand."""
    print("==>", shlex.join(["helm", *arguments]), flush=True)
    subprocess.run([program("helm", "4"), *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
