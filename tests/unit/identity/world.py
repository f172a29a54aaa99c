"""A small registry and an engine that tells the truth about it, if seldom all of it."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from platformctl.identity.candidate import Candidate, ImageStore, RunningImage
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference

_PLATFORM = "linux/amd64"


@dataclass(frozen=True, slots=True)
class World:
    """What is pinned, what it means where that is known, what runs, and whether the one is the other."""

    pin: Reference
    closure: Closure | None
    image: RunningImage
    is_same: bool


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return a pin on a manifest or an index, and a container of some manifest under some of its names.

    Several manifests may have one config, as recompressed and mirrored images do, and a manifest may be in several
    indexes, as after a rebuild of the attestation alone.
    """
    configs = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    members = draw(st.lists(st.sets(st.integers(0, len(configs) - 1), min_size=1), max_size=3))
    meanings = [{manifest} for manifest in range(len(configs))] + members
    pinned = draw(st.integers(0, len(meanings) - 1))
    pin = Reference("ghcr.io", "x/y", None, _root(pinned))
    running = draw(st.integers(0, len(configs) - 1))
    names = [
        root
        for root, meaning in enumerate(meanings)
        if running in meaning or (len(meaning) == 1 and configs[min(meaning)] == configs[running])
    ]
    store = draw(st.sampled_from(ImageStore))
    image_id = _config(configs[running]) if store is ImageStore.CLASSIC else _root(draw(st.sampled_from(names)))
    shown = [image_id, *map(_root, draw(st.lists(st.sampled_from(names), max_size=3)))]
    candidates = tuple(Candidate("image inspect", f"RepoDigests[{i}]", digest) for i, digest in enumerate(shown))
    closure = _closure(pin, meanings[pinned], configs)
    return World(
        pin=pin,
        closure=draw(st.sampled_from((closure, closure, None))),
        image=RunningImage(image_id, store, candidates, _PLATFORM),
        is_same=configs[running] in {configs[manifest] for manifest in meanings[pinned]},
    )


def _closure(pin: Reference, meaning: set[int], configs: list[int]) -> Closure:
    assert pin.digest
    return Closure(
        digest=pin.digest,
        manifests=tuple(
            Manifest(_root(m), "application/vnd.oci.image.manifest.v1+json", _PLATFORM) for m in sorted(meaning)
        ),
        configs=tuple(ImageConfig(_config(configs[m]), _PLATFORM, ()) for m in sorted(meaning)),
        source="image.lock.json",
    )


def _root(number: int) -> Digest:
    return Digest(f"sha256:{number:064x}")


def _config(number: int) -> Digest:
    return Digest(f"sha256:{number + 0xC0:064x}")
