"""A small catalog on disk, and the command line that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

DIGEST: Final = f"sha256:{'a1' * 32}"
MODULE: Final = f"""\
schema: platformctl/module/v1
name: web
host: h1
container: web
image: ghcr.io/apps/web@{DIGEST}
"""
HOSTS: Final = """\
schema: platformctl/inventory/v1
hosts:
  h1: {transport: snapshot, path: snapshots/h1}
"""
WEB: Final = "modules/web/module.yaml"
CATALOG: Final[Mapping[str, str]] = {WEB: MODULE, "hosts.yaml": HOSTS}


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files by their path from a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
