"""Whatever a registry sends, a walk ends, and what is not surely an image is no closure."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.identity.walk import ClosureUnread

from .registry import Build, Packed, bodies, digest_of
from .shelf import Shelf

OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
AMD64: Final = Packed(Build("linux/amd64"))
CHILD: Final = {"digest": AMD64.digest}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", "the body is not JSON"),
        (b"\xff\xfe{", "the body is not JSON"),
        (b"<html>", "the body is not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "the body is not JSON"),
        (b"[" * 100_000, "a body is nested deeper than any real one"),
        (b"[]", "the body is no JSON object"),
        (b'"x"', "the body is no JSON object"),
        ({}, "this is neither an index nor a manifest of schema 2"),
        (
            {"schemaVersion": 1, "fsLayers": [], "history": []},
            "this is neither an index nor a manifest of schema 2",
        ),
        # engines read such a document by its type, and others in the other way
        (
            {"manifests": [CHILD], "config": {"mediaType": OCI_CONFIG, "digest": digest_of(AMD64.build.config)}},
            "this is neither an index nor a manifest of schema 2",
        ),
        ({"manifests": [CHILD], "layers": []}, "this is neither an index nor a manifest of schema 2"),
        ({"manifests": None}, "an index has a list of manifests"),
        ({"manifests": {"digest": AMD64.digest}}, "an index has a list of manifests"),
        ({"manifests": [CHILD, "x"]}, "a child has no digest"),
        ({"manifests": [CHILD, {}]}, "a child has no digest"),
        ({"manifests": [CHILD, {"digest": "sha256:short"}]}, "a child has no digest"),
        ({"config": None}, "the manifest names no config"),
        ({"layers": []}, "the manifest names no config"),
        ({"config": {"mediaType": OCI_CONFIG}}, "the manifest names no config"),
        ({"config": {"mediaType": OCI_CONFIG, "digest": 7}}, "the manifest names no config"),
    ],
)
def test_what_is_no_manifest(body: object, refusal: str) -> None:
    """Junk, manifests of schema 1 and documents that can be read in two ways leave no closure."""
    shelf = Shelf(bodies(AMD64))
    root = shelf.put(body)
    with pytest.raises(ClosureUnread) as refused:
        shelf.walk(root)
    assert str(refused.value) == f"{root}: {refusal}"


CONFIG: Final = json.loads(AMD64.build.config)


@pytest.mark.parametrize(
    "changes",
    [
        {"os": None},
        {"architecture": ""},
        {"rootfs": None},
        {"rootfs": []},
        {"rootfs": {"diff_ids": []}},
        {"rootfs": {"diff_ids": ["x"]}},
        {"config": ["x"]},
    ],
)
def test_what_is_no_config(changes: dict[str, Any]) -> None:
    """A config that does not tell platform and layers cannot be compared, so there is no closure."""
    shelf = Shelf()
    config = shelf.put({**CONFIG, **changes})
    root = shelf.put({"config": {"mediaType": OCI_CONFIG, "digest": config}})
    assert shelf.refusal(root) == "the config tells no platform or no layers"


def test_a_config_that_is_nested_as_deep_as_can_be_read_at_all() -> None:
    """Of two limits of the JSON reader and writer the narrower counts, and neither ends in a crash."""
    for depth in range(900, 1000):
        shelf = Shelf()
        deep = b"[" * depth + b"1" + b"]" * depth
        config = shelf.put(AMD64.build.config.replace(b'"config": {', b'"config": {"X": ' + deep + b", "))
        root = shelf.put({"config": {"mediaType": OCI_CONFIG, "digest": config}})
        try:
            assert shelf.walk(root).config_digests == {config}
        except ClosureUnread as error:
            assert str(error) == f"{root}: a body is nested deeper than any real one"  # noqa: PT017  either is right


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.sampled_from((AMD64.digest, OCI_CONFIG, "x")),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("manifests", "config", "digest", "mediaType", "platform", "annotations", "layers")),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_any_document_is_a_closure_or_none(document: object) -> None:
    """Whatever a registry sends, there is no other end."""
    shelf = Shelf(bodies(AMD64))
    root = shelf.put(document)
    try:
        assert shelf.walk(root).config_digests == {digest_of(AMD64.build.config)}
    except ClosureUnread as error:
        assert str(error)  # noqa: PT017  either is right
