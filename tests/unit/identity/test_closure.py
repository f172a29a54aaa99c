"""A closure knows the digests that a pinned digest means."""

from __future__ import annotations

from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest

INDEX, AMD64, ARM64 = (Digest(f"sha256:{digit * 64}") for digit in "123")
CONFIG_AMD64, CONFIG_ARM64, LAYER = (Digest(f"sha256:{digit * 64}") for digit in "abc")
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


def test_manifests_are_the_root_and_all_below() -> None:
    """The pinned index counts although it is not listed again; configs and layers are no manifests."""
    closure = Closure(
        digest=INDEX,
        manifests=(Manifest(AMD64, MANIFEST_TYPE, "linux/amd64"), Manifest(ARM64, MANIFEST_TYPE, "linux/arm64")),
        configs=(
            ImageConfig(CONFIG_AMD64, ImageContent("linux/amd64", (LAYER,), "", ())),
            ImageConfig(CONFIG_ARM64, ImageContent("linux/arm64", (LAYER,), "", ())),
        ),
        source="image.lock.json",
    )
    assert closure.manifest_digests == {INDEX, AMD64, ARM64}
    assert closure.config_digests == {CONFIG_AMD64, CONFIG_ARM64}
    assert [config.platform for config in closure.configs] == ["linux/amd64", "linux/arm64"]


def test_a_closure_without_configs_still_has_its_root() -> None:
    """The digest itself is one of its meanings even where nothing else is known."""
    closure = Closure(INDEX, (), (), "image.lock.json")
    assert closure.manifest_digests == {INDEX}
    assert closure.config_digests == frozenset()
