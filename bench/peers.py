"""The programs that a user would run instead, in an environment of their own: build/peers."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Mapping
from typing import Final

from bench.place import BUILD

FOLDER: Final = BUILD / "peers"
PYTHON: Final = FOLDER / "bin" / "python"
REQUIREMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "pyinfra": ("pyinfra>=3",),
    "docker": ("docker>=7.1", "paramiko>=3.5"),
    "ansible": ("ansible>=11",),
}
"""`ansible` and not ansible-core: it carries the collection community.docker."""


def install() -> Mapping[str, str]:
    """Install what is missing, and return the versions that are there. One line for each that cannot be had."""
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True)
    for name, requirements in REQUIREMENTS.items():
        marker = FOLDER / f".{name}"
        if marker.exists():
            continue
        print(f"installing {name} in {FOLDER}", file=sys.stderr)
        done = _pip("install", "--quiet", "--compile", *requirements)
        if done.returncode == 0:
            marker.touch()
        else:
            print(f"{name}: not measured, pip cannot install it: {_last(done.stderr)}", file=sys.stderr)
    return {name: _version(name) for name in REQUIREMENTS if (FOLDER / f".{name}").exists()}


def _version(name: str) -> str:
    shown = _pip("show", name).stdout.splitlines()
    return next((line.removeprefix("Version: ") for line in shown if line.startswith("Version: ")), "unknown")


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PYTHON), "-m", "pip", *arguments], capture_output=True, text=True, check=False)


def _last(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "no reason given")
