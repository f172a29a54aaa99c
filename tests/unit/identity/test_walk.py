"""A closure has every index, every platform's manifest and every config below a digest, or there is none."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.identity.closure import Manifest
from platformctl.identity.digest import Digest
from platformctl.identity.walk import MAX_MANIFESTS, ClosureUnread, verified

from .registry import Build, Index, Packed, bodies, closure, configs, digest_of, written
from .shelf import Shelf
from .world import nodes

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
SCHEMA2: Final = "application/vnd.docker.distribution.manifest.v2+json"
AMD64: Final = Packed(Build("linux/amd64"))
ARM64: Final = Packed(Build("linux/arm64/v8", layers=1))


def test_a_manifest() -> None:
    """The root is its only manifest, and the config says for which platform it is."""
    found = closure(AMD64)
    assert (found.digest, found.source) == (AMD64.digest, "registry")
    assert found.manifests == (Manifest(AMD64.digest, OCI_MANIFEST, "linux/amd64"),)
    assert [(one.digest, one.platform) for one in found.configs] == [(digest_of(AMD64.build.config), "linux/amd64")]
    assert found.configs[0].content.layers == tuple(AMD64.build.diff_ids)
    assert found.configs[0].content.created == "2026-01-01T03:04:05.12Z"
    assert dict(found.configs[0].content.settings)["Env"] == '["PATH=/bin","MODE=0"]'


def test_an_index() -> None:
    """The root comes first, the rest by digest; manifests are asked for as such, and configs as blobs."""
    index = Index((ARM64, AMD64), attestation=1)
    shelf = Shelf(bodies(index))
    found = shelf.walk(index.digest)
    rest = sorted([(AMD64.digest, "linux/amd64"), (ARM64.digest, "linux/arm64/v8")])
    assert [(one.digest, one.platform) for one in found.manifests] == [(index.digest, None), *rest]
    assert [one.digest for one in found.configs] == sorted(digest_of(one) for one in configs(index))
    blobs = {digest_of(AMD64.build.config), digest_of(ARM64.build.config)}
    manifests = {index.digest, AMD64.digest, ARM64.digest}
    assert set(shelf.asked) == {*((one, True) for one in manifests), *((one, False) for one in blobs)}


def test_the_order_in_an_index_does_not_matter() -> None:
    """Two indexes with the same images mean the same."""
    one, other = closure(Index((AMD64, ARM64))), closure(Index((ARM64, AMD64)))
    assert one.configs == other.configs
    assert one.manifests[1:] == other.manifests[1:]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_nested_indexes(depth: int) -> None:
    """Three indexes may lie above a manifest, and all of them are among its names."""
    node: Packed | Index = AMD64
    names = {AMD64.digest}
    for number in range(depth):
        node = Index((node,), attestation=number)
        names.add(node.digest)
    assert closure(node).manifest_digests == names
    assert closure(node).config_digests == {digest_of(AMD64.build.config)}


def test_four_nested_indexes_are_too_many() -> None:
    """Nobody nests so deep; whoever does wants to keep us busy."""
    node = Index((Index((Index((Index((AMD64,)),)),)),))
    assert Shelf(bodies(node)).refusal(node.digest) == "indexes are nested more than 3 deep"


@pytest.mark.parametrize(
    "child",
    [
        {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
        {"platform": {"os": "unknown", "architecture": "unknown"}},
    ],
)
def test_an_attestation_is_not_even_asked_for(child: dict[str, Any]) -> None:
    """What describes an image is no image, and registries drop it sooner."""
    shelf = Shelf(bodies(AMD64))
    absent = {"digest": f"sha256:{'e' * 64}", **child}
    root = shelf.put({"manifests": [absent, {"digest": AMD64.digest}]})
    assert shelf.walk(root).manifest_digests == {root, AMD64.digest}


@pytest.mark.parametrize(
    "child",
    [
        {"annotations": {"vnd.docker.reference.type": "other"}},
        {"annotations": ["vnd.docker.reference.type"]},
        {"platform": {"os": "linux", "architecture": "unknown"}},
        {"platform": "unknown/unknown"},
    ],
)
def test_what_is_not_surely_an_attestation_counts(child: dict[str, Any]) -> None:
    """A child that is left out by mistake would make a red of the image that it is."""
    shelf = Shelf(bodies(AMD64))
    root = shelf.put({"manifests": [{"digest": f"sha256:{'e' * 64}", **child}, {"digest": AMD64.digest}]})
    assert shelf.refusal(root) == "not found"


def test_nothing_but_attestations_is_no_image() -> None:
    """A closure without a config would prove that everything differs."""
    shelf = Shelf()
    attested = {"digest": f"sha256:{'e' * 64}", "platform": {"os": "unknown", "architecture": "unknown"}}
    for children in ([], [attested]):
        assert shelf.refusal(shelf.put({"manifests": children})) == "none of its manifests is an image"


def test_a_child_that_is_listed_twice_is_read_once() -> None:
    """However often a digest stands there, it is one image."""
    inner = Index((AMD64, ARM64))
    shelf = Shelf(bodies(inner))
    root = shelf.put({"manifests": [{"digest": inner.digest}, {"digest": AMD64.digest}, {"digest": inner.digest}] * 9})
    found = shelf.walk(root)
    assert found.manifest_digests == {root, inner.digest, AMD64.digest, ARM64.digest}
    assert len(found.manifests) == 4
    assert len(shelf.asked) == len(set(shelf.asked)) == 6


def test_manifests_can_share_a_config() -> None:
    """An image that was packed twice is one image."""
    index = Index((AMD64, Packed(AMD64.build, 1)))
    assert len(closure(index).manifests) == 3
    assert len(closure(index).configs) == 1


@pytest.mark.parametrize("wide", [MAX_MANIFESTS, MAX_MANIFESTS * 50])
def test_an_index_of_too_many_manifests_is_not_read(wide: int) -> None:
    """A registry cannot keep us asking for ever: the index itself counts too."""
    shelf = Shelf(bodies(AMD64))
    children = [shelf.put(written({**json.loads(AMD64.body), "x": number})) for number in range(wide)]
    root = shelf.put({"manifests": [{"digest": digest} for digest in children]})
    assert shelf.refusal(root) == "there are more than 200 manifests"
    assert len([1 for _, manifest in shelf.asked if manifest]) == MAX_MANIFESTS


def test_the_widest_index_that_is_read() -> None:
    """With the index there may be 200 manifests."""
    shelf = Shelf(bodies(AMD64))
    children = [shelf.put(written({**json.loads(AMD64.body), "x": number})) for number in range(MAX_MANIFESTS - 1)]
    assert len(shelf.walk(shelf.put({"manifests": [{"digest": digest} for digest in children]})).manifests) == 200


def test_a_child_that_cannot_be_read_leaves_no_closure() -> None:
    """Registries drop manifests without a tag; without one of them nobody knows what the index means."""
    index = Index((AMD64, ARM64))
    for lost in bodies(index):
        shelf = Shelf({digest: body for digest, body in bodies(index).items() if digest != lost})
        assert shelf.refusal(index.digest) == "not found"


def test_a_body_that_is_another_one_leaves_no_closure() -> None:
    """A registry, a mirror or a file of ours may lie; the digest does not."""
    index = Index((AMD64, ARM64))
    for forged in bodies(index):
        shelf = Shelf(bodies(index), {forged: written({"manifests": []})})
        assert shelf.refusal(index.digest) == "the body that came is another one"


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_bodies_are_verified_by_their_own_algorithm(algorithm: str) -> None:
    """A digest names the algorithm that it was made with."""
    right = Digest(f"{algorithm}:{hashlib.new(algorithm, b'body').hexdigest()}")
    assert verified(right, b"body") == b"body"
    with pytest.raises(ClosureUnread, match=f"^{right}: the body that came is another one$"):
        verified(right, b"body\n")


@pytest.mark.parametrize(
    ("media_types", "shown"),
    [
        ({}, (OCI_INDEX, OCI_MANIFEST)),
        ({"index": "", "manifest": None}, (OCI_INDEX, OCI_MANIFEST)),
        ({"index": LIST, "manifest": SCHEMA2}, (LIST, SCHEMA2)),
        ({"index": OCI_INDEX, "manifest": SCHEMA2}, (OCI_INDEX, SCHEMA2)),
    ],
)
def test_media_types(media_types: dict[str, str], shown: tuple[str, str]) -> None:
    """OCI documents need not name their type; both families are read."""
    shelf = Shelf(bodies(AMD64))
    named = {"mediaType": media_types["manifest"]} if "manifest" in media_types else {}
    manifest = shelf.put({**json.loads(AMD64.body), **named})
    outer = {"mediaType": media_types["index"]} if "index" in media_types else {}
    found = shelf.walk(shelf.put({**outer, "manifests": [{"digest": manifest}]}))
    assert tuple(one.media_type for one in found.manifests) == shown


@pytest.mark.parametrize(
    "media_type",
    [
        OCI_CONFIG,
        "application/vnd.docker.container.image.v1+json",
        "application/octet-stream",
        "application/json",
        "text/html",
        "",
        None,
    ],
)
def test_types_of_configs(media_type: str | None) -> None:
    """Engines run images whose config has an old type or none, so these are images."""
    shelf = Shelf(bodies(AMD64))
    config = {"mediaType": media_type, "digest": digest_of(AMD64.build.config)}
    assert shelf.walk(shelf.put({"config": config})).config_digests == {digest_of(AMD64.build.config)}


@pytest.mark.parametrize(
    "media_type", ["application/vnd.oci.empty.v1+json", "application/vnd.in-toto+json", ["x"], {"x": 1}, 7]
)
def test_an_artifact_beside_the_image_is_left_out(media_type: object) -> None:
    """A signature or a chart is nothing that a container runs; its config is not asked for."""
    shelf = Shelf(bodies(AMD64))
    artifact = shelf.put({"config": {"mediaType": media_type, "digest": f"sha256:{'e' * 64}"}, "layers": []})
    root = shelf.put({"manifests": [{"digest": artifact}, {"digest": AMD64.digest}, {"digest": artifact}]})
    assert shelf.walk(root).manifest_digests == {root, AMD64.digest}
    assert shelf.refusal(artifact) == "none of its manifests is an image"


@pytest.mark.parametrize("settings", [None, {}, "absent"])
def test_a_config_without_settings(settings: object) -> None:
    """An image need not say how it is run."""
    shelf = Shelf()
    document = json.loads(AMD64.build.config) | {"config": settings}
    config = shelf.put({key: value for key, value in document.items() if value != "absent"})
    found = shelf.walk(shelf.put({"config": {"mediaType": OCI_CONFIG, "digest": config}}))
    assert found.configs[0].content.settings == ()


@settings(max_examples=50, derandomize=True, deadline=None)
@given(nodes(), st.data())
def test_a_closure_is_what_is_there(registry: list[Packed | Index], data: st.DataObject) -> None:
    """Of any image and any index, the closure has exactly the configs that are below it."""
    node = data.draw(st.sampled_from(registry))
    assert closure(node).config_digests == {digest_of(config) for config in configs(node)}
    assert closure(node).manifest_digests | closure(node).config_digests == bodies(node).keys()
