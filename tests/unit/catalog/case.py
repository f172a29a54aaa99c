"""How a catalog is spoilt, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from .files import DIGEST, HOSTS, MODULE, WEB

Cases: TypeAlias = Mapping[str, tuple[Mapping[str, str | bytes], str]]
"""By name: the files that spoil a good catalog, and everything that is said about it."""


def more(text: str) -> dict[str, str]:
    """Return the module with lines added: the first of them is line 6."""
    return {WEB: MODULE + text}


def instead(old: str, new: str) -> dict[str, str]:
    """Return the module with one text replaced."""
    assert old in MODULE
    return {WEB: MODULE.replace(old, new)}


def hosts(entry: str) -> dict[str, str]:
    """Return the inventory with one more host, on line 4."""
    return {"hosts.yaml": f"{HOSTS}  h2: {entry}\n"}


def lock(**changes: object) -> dict[str, str]:
    """Return a lock with some of its keys changed, on one line each."""
    document = {
        "schema": "platformctl/image-lock/v1",
        "image": f"ghcr.io/apps/web@{DIGEST}",
        "digest": DIGEST,
        "manifests": [{"digest": DIGEST, "mediaType": "application/vnd.oci.image.index.v1+json", "platform": None}],
        "configs": [{"digest": DIGEST, "platform": "linux/amd64", "diffIds": [DIGEST], "config": {}}],
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in {**document, **changes}.items())
    return {"modules/web/image.lock.json": f"{{\n{lines}\n}}\n"}
