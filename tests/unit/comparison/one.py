"""Cases of a few lines, to be judged by one rule."""

from __future__ import annotations

from typing import Any

from tests.comparison.answer import Store, of_lock
from tests.comparison.case import Case

INDEX, AMD64, ARM64 = (f"sha256:{letter * 64}" for letter in "123")
CONFIG, OTHER_CONFIG, OLD = (f"sha256:{letter * 64}" for letter in "456")
NAME = "ghcr.io/apps/wiki"
TAG = f"{NAME}:latest"

LOCK = {
    "digest": INDEX,
    "manifests": [
        {"digest": INDEX, "platform": None},
        {"digest": AMD64, "platform": "linux/amd64"},
        {"digest": ARM64, "platform": "linux/arm64"},
    ],
    "configs": [
        {"digest": CONFIG, "platform": "linux/amd64"},
        {"digest": OTHER_CONFIG, "platform": "linux/arm64"},
    ],
}


def record(*digests: str, tags: tuple[str, ...] = (TAG,), architecture: str = "amd64") -> dict[str, Any]:
    """Return the record of an image."""
    listed = [f"{NAME}@{each}" for each in digests]
    return {"RepoTags": list(tags), "RepoDigests": listed, "Os": "linux", "Architecture": architecture}


def case(
    image: dict[str, Any] | None,
    *,
    runs: str = CONFIG,
    made_from: str = TAG,
    manifest: str | None = None,
    store: Store = "classic",
    **more: Any,  # noqa: ANN401  the other fields of a case
) -> Case:
    """Return a container in front of an engine: of the pinned image, unless said otherwise."""
    container: dict[str, Any] = {"Image": runs, "Config": {"Image": made_from}}
    if manifest:
        platform = {"os": "linux", "architecture": "amd64"}
        container["ImageManifestDescriptor"] = {"digest": manifest, "platform": platform}
    usual: dict[str, Any] = {"declared": f"{NAME}@{INDEX}", "truth": "in-sync", "answer": of_lock(LOCK, store)}
    return Case(state="", view="", container=container, image=image, store=store, **(usual | more))
