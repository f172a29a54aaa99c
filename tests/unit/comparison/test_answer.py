"""What the registry and an engine would answer follows from the lock, or from what the lab did."""

from __future__ import annotations

from tests.comparison.answer import OTHER, of_lock, of_truth

from .one import AMD64, ARM64, CONFIG, INDEX, LOCK, OLD, OTHER_CONFIG


def test_an_engine_names_what_it_pulls() -> None:
    """A classic store and Podman by the config of the platform, a containerd store by what was pulled."""
    names = [of_lock(LOCK, store).identifier("linux/amd64") for store in ("classic", "podman", "containerd")]
    assert names == [CONFIG, CONFIG, INDEX]
    assert of_lock(LOCK, "classic").identifier("linux/arm64") == OTHER_CONFIG


def test_an_image_of_one_platform_is_pulled_for_every_platform() -> None:
    """A single manifest has no other to choose."""
    single = {"digest": ARM64, "manifests": [LOCK["manifests"][2]], "configs": [LOCK["configs"][1]]}
    answer = of_lock(single, "classic")
    assert (answer.identifier("linux/amd64"), answer.manifest("linux/amd64")) == (OTHER_CONFIG, ARM64)


def test_what_is_known_of_a_digest() -> None:
    """The pin leads to a manifest for each of its platforms, a manifest to itself, any other digest nowhere."""
    answer = of_lock(LOCK, "classic")
    asked = [(INDEX, "linux/amd64"), (INDEX, "linux/s390x"), (AMD64, ""), (OLD, "linux/amd64")]
    assert [answer.child(*each) for each in asked] == [AMD64, None, AMD64, None]
    assert [answer.knows(digest) for digest in (INDEX, ARM64, OLD)] == [True, True, False]


def test_a_tag_means_what_the_lab_did() -> None:
    """Where the tag names what runs, the answers are what runs; else they are nothing that is recorded."""
    container = {"Image": INDEX, "ImageManifestDescriptor": {"digest": AMD64}}
    same, other = (of_truth(container, (INDEX,), same=each) for each in (True, False))
    asked = [(each.digest, each.identifier("linux/amd64"), each.manifest("linux/amd64")) for each in (same, other)]
    assert asked == [(INDEX, INDEX, AMD64), (OTHER, OTHER, OTHER)]
