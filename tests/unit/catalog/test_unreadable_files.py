"""Files of a catalog that are not there, or are no files at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from .files import WEB
from .refusal import refused


def _remove(name: str) -> Callable[[], object]:
    return lambda: Path(name).unlink()


def _link(name: str, target: str) -> Callable[[], object]:
    def link() -> None:
        Path(name).unlink(missing_ok=True)
        Path(name).symlink_to(target)

    return link


def _folder(name: str) -> Callable[[], object]:
    def make() -> None:
        Path(name).unlink(missing_ok=True)
        Path(name).mkdir()

    return make


def _pipe() -> None:
    Path(WEB).unlink()
    os.mkfifo(WEB)


def _no_modules() -> None:
    Path(WEB).unlink()
    Path("modules/web").rmdir()


def _no_modules_folder() -> None:
    _no_modules()
    Path("modules").rmdir()


UNREADABLE: Final[Mapping[str, tuple[Callable[[], object], str]]] = {
    "no module.yaml": (_remove(WEB), f"{WEB}: cannot be read: No such file or directory\n"),
    "no hosts.yaml": (_remove("hosts.yaml"), "hosts.yaml: cannot be read: No such file or directory\n"),
    "empty modules folder": (_no_modules, "modules: there is no module; a catalog has modules/<name>/module.yaml\n"),
    "no modules folder": (
        _no_modules_folder,
        "modules: cannot be read: No such file or directory; a catalog has modules/<name>/module.yaml\n",
    ),
    "folder as module.yaml": (_folder(WEB), f"{WEB}: this is not a regular file\n"),
    "pipe as module.yaml": (_pipe, f"{WEB}: this is not a regular file\n"),
    "device as module.yaml": (_link(WEB, "/dev/zero"), f"{WEB}: this is not a regular file\n"),
    "file that gives an error": (_link(WEB, "/proc/self/mem"), f"{WEB}: cannot be read: Input/output error\n"),
    "dangling link": (_link(WEB, "nowhere"), f"{WEB}: cannot be read: No such file or directory\n"),
    "link to itself": (_link(WEB, "module.yaml"), f"{WEB}: cannot be read: Too many levels of symbolic links\n"),
    "module folder that links to itself": (
        _link("modules/api", "api"),
        "modules/api/module.yaml: cannot be read: Too many levels of symbolic links\n",
    ),
    "module folder that links to a file": (
        _link("modules/api", "../hosts.yaml"),
        "modules/api/module.yaml: cannot be read: Not a directory\n",
    ),
    "folder as lock": (
        _folder("modules/web/image.lock.json"),
        "modules/web/image.lock.json: this is not a regular file\n",
    ),
    "folder as hosts.yaml": (_folder("hosts.yaml"), "hosts.yaml: this is not a regular file\n"),
}


@pytest.mark.parametrize(("spoil", "said"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_files_that_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[], object], said: str
) -> None:
    """A file that is missing or is no file at all is one problem in words, and never hangs the command."""
    assert folder == Path.cwd()
    spoil()
    assert refused(capsys) == said
