"""The built image, run as a strict cluster runs it, by crun: nothing of it can be written, no capability, its own user.

The network is the machine's, as by `docker run --network host`. Programs have the image's own entry point, environment
and user, from its configuration.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

WITHOUT_CGROUPS = "umount -R /sys/fs/cgroup; mount -t tmpfs none /sys/fs/cgroup; exec crun --cgroup-manager=disabled"
"""crun refuses a machine with both versions of cgroups, even where it uses none: it is shown neither."""
CAPABILITIES = ("bounding", "effective", "inheritable", "permitted", "ambient")
NAMESPACES = ("pid", "mount", "ipc", "uts")
ENDS_WITHIN = 60


class Container:
    """One program of the image; `said` is what it wrote to standard output and error."""

    def __init__(self, bundle: Path) -> None:
        self.name = f"interlock-test-{uuid4().hex}"
        command = _crun("run", "--bundle", str(bundle), self.name)
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._lines: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        """All so far."""
        return b"".join(self._lines).decode()

    @property
    def returncode(self) -> int | None:
        """What it ended with, if it was looked at."""
        return self._process.returncode

    def poll(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.poll()

    def terminate(self) -> None:
        """SIGTERM for its first process."""
        subprocess.run(_crun("kill", self.name, "TERM"), check=True)

    def ended(self) -> int:
        """What it ends with."""
        code = self._process.wait(ENDS_WITHIN)
        self._reader.join()
        return code

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Another process in it, as a health check is."""
        return subprocess.run(_crun("exec", self.name, *command), capture_output=True, text=True, check=False)

    def remove(self) -> None:
        """Ends it, whatever it does."""
        subprocess.run(_crun("delete", "--force", self.name), check=False, capture_output=True)
        self._process.wait(ENDS_WITHIN)
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            self._lines.extend(lines)


class Image:
    """root: its files, mounted. config: what its configuration says."""

    def __init__(self, root: Path, config: Mapping[str, Any], folder: Path) -> None:
        self.root = root
        self.config = config
        self._folder = folder

    @contextmanager
    def running(self, *arguments: str, data: Path | None = None, **env: str) -> Iterator[Container]:
        """A program of it: none is what the image runs if nothing is said. data: a folder for INTERLOCK_DATA."""
        bundle = self._folder / uuid4().hex
        bundle.mkdir()
        specification = self._specification(arguments or tuple(self.config["Cmd"]), data, env)
        (bundle / "config.json").write_text(json.dumps(specification))
        container = Container(bundle)
        try:
            yield container
        finally:
            container.remove()

    def ran(self, *arguments: str, **env: str) -> tuple[int, str]:
        """What a program ended with, and what it said."""
        with self.running(*arguments, **env) as container:
            return container.ended(), container.said

    def _specification(self, arguments: Sequence[str], data: Path | None, env: Mapping[str, str]) -> dict[str, Any]:
        uid, gid = map(int, self.config["User"].split(":"))
        return {
            "ociVersion": "1.0.2",
            "root": {"path": str(self.root), "readonly": True},
            "process": {
                "user": {"uid": uid, "gid": gid},
                "args": [*self.config["Entrypoint"], *arguments],
                "env": [*self.config["Env"], *(f"{name}={value}" for name, value in env.items())],
                "cwd": self.config["WorkingDir"],
                "capabilities": {each: [] for each in CAPABILITIES},
                "noNewPrivileges": True,
            },
            "mounts": _mounts(data),
            "linux": {"namespaces": [{"type": each} for each in NAMESPACES]},
        }


def _mounts(data: Path | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"destination": "/proc", "type": "proc", "source": "proc"}]
    for folder, mode in (("/dev", "755"), ("/dev/shm", "1777"), ("/tmp", "1777")):
        options = ["nosuid", f"mode={mode}", "size=65536k"]
        found.append({"destination": folder, "type": "tmpfs", "source": "tmpfs", "options": options})
    if data is not None:
        options = ["bind", "rw", "nosuid", "nodev"]
        found.append({"destination": "/var/lib/interlock", "type": "bind", "source": str(data), "options": options})
    return found


def _crun(*arguments: str) -> list[str]:
    return ["unshare", "--mount", "sh", "-c", f'{WITHOUT_CGROUPS} "$@"', "crun", *arguments]


def owned(folder: Path, config: Mapping[str, Any]) -> Path:
    """A folder that the image's user may write."""
    uid, gid = map(int, config["User"].split(":"))
    os.chown(folder, uid, gid)
    return folder


SIGTERM_WITHOUT_GRACE = 128 + signal.SIGTERM
"""What a program that was stopped in the middle of something ends with."""
