"""A bare repository with many base branches, each with a catalog of its own, in which a merge touches five modules.

Two of the modules are green, one has drifted, of one nothing can be proven, and the host of one is not there. Modules
are called after their branch, since the store keeps what it knows of a module by its name.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests.e2e.catalog import RECORDINGS

GREEN: Final = ("web", "api")
OTHERS: Final = {"old": "drift", "dim": "inconclusive", "far": "inconclusive"}
"""The modules that nothing may be run for, and what is decided about them."""

_STATES: Final = {"web": "meerkat", "api": "meerkat", "old": "drifted", "dim": "meerkat"}
_WHO: Final = "Ada <ada@git.example> 1795430000 +0000"


@dataclass(frozen=True, slots=True)
class Merged:
    """A branch and the commit that was merged to it."""

    branch: str
    commit: str

    @property
    def expected(self) -> dict[str, str]:
        """What is to be decided about each module."""
        decided = {**dict.fromkeys(GREEN, "triggered"), **OTHERS}
        return {f"{self.branch}-{part}": decision for part, decision in decided.items()}

    @property
    def green(self) -> tuple[str, ...]:
        """The modules that have one smoke each."""
        return tuple(f"{self.branch}-{part}" for part in GREEN)


@dataclass(frozen=True, slots=True)
class Branches:
    """The repository, and the server whose pages the probes ask for."""

    folder: Path
    probed: str

    def make(self, names: Iterable[str]) -> None:
        """Make branches that declare nothing yet."""
        if not (self.folder / "HEAD").exists():
            subprocess.run(["git", "init", "--quiet", "--bare", self.folder], check=True)
        self._commit({name: {"hosts.yaml": _yaml(_inventory())} for name in names}, again=False)

    def merge(self, names: Iterable[str], note: str = "") -> list[Merged]:
        """Merge something to each branch that touches all of its modules."""
        wanted = list(names)
        self._commit({name: self._files(name, note) for name in wanted}, again=True)
        heads = self._git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads")
        found = dict(line.split() for line in heads.decode().splitlines())
        return [Merged(name, found[name]) for name in wanted]

    def _files(self, branch: str, note: str) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for part in (*GREEN, *OTHERS):
            files.update(self._module(branch, part, note))
        return files

    def _module(self, branch: str, part: str, note: str) -> dict[str, bytes]:
        recorded = RECORDINGS / _STATES.get(part, "meerkat")
        (place,) = (recorded / "modules").iterdir()
        name, folder = f"{branch}-{part}", f"modules/{branch}-{part}"
        probe = {"http": {"url": f"{self.probed}/{name}"}}
        declared = yaml.safe_load((place / "module.yaml").read_text())
        declared.update(name=name, host=part, smoke={"probes": [probe]})
        if part == "dim":
            declared["expect"] = {"health": "healthy"}  # which the container has no check for
        files = {
            f"{folder}/module.yaml": _yaml(declared) + f"# {note}\n".encode(),
            f"{folder}/image.lock.json": (place / "image.lock.json").read_bytes(),
        }
        if part in _STATES:
            for document in ("host.json", "containers.json", "images.json"):
                files[f"snapshots/{part}/{document}"] = (recorded / document).read_bytes()
        return files

    def _commit(self, trees: Mapping[str, Mapping[str, bytes]], *, again: bool) -> None:
        stream = b"".join(_commit(branch, files, again=again) for branch, files in trees.items())
        subprocess.run(["git", "fast-import", "--quiet"], input=stream, cwd=self.folder, check=True)

    def _git(self, *arguments: str) -> bytes:
        return subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True).stdout


def _inventory() -> dict[str, Any]:
    hosts = {part: {"transport": "snapshot", "path": f"snapshots/{part}"} for part in (*GREEN, *OTHERS)}
    return {"schema": "platformctl/inventory/v1", "hosts": hosts}


def _yaml(document: object) -> bytes:
    return yaml.safe_dump(document).encode()


def _commit(branch: str, files: Mapping[str, bytes], *, again: bool) -> bytes:
    before = f"from refs/heads/{branch}^0\n".encode() if again else b""
    head = f"commit refs/heads/{branch}\ncommitter {_WHO}\n".encode()
    changed = b"".join(f"M 644 inline {path}\n".encode() + _data(content) for path, content in files.items())
    return head + _data(json.dumps(sorted(files)).encode()) + before + changed + b"\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
