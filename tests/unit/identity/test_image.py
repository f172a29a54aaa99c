"""Green needs an equal digest or equal content, red needs a proof of difference, and all else is inconclusive."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from platformctl.identity.candidate import Candidate, ImageStore, RunningImage
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest
from platformctl.identity.image import Closures, judge_image, match_of
from platformctl.identity.reference import parse_reference
from platformctl.reason import Reason

INDEX, AMD64, CONFIG, OTHER, OTHER_INDEX = (Digest(f"sha256:{digit * 64}") for digit in "12c89")
LAYER, OTHER_LAYER = (Digest(f"sha256:{digit * 64}") for digit in "ab")
PINNED: Final = parse_reference(f"ghcr.io/x/y:1@{INDEX}")
CONTENT: Final = ImageContent(
    "linux/amd64", (LAYER,), "2026-01-02T03:04:05Z", (("Env", '["A=1"]'), ("StopSignal", '"SIGINT"'))
)
ARM64: Final = replace(CONTENT, platform="linux/arm64/v8", layers=(OTHER_LAYER,))


def closure(digest: Digest, *configs: tuple[Digest, ImageContent]) -> Closure:
    """Return a closure with one manifest besides the root, which no other closure has."""
    manifest = Manifest(Digest(f"sha256:{digest[7:39] * 2}"), "application/vnd.oci.image.manifest.v1+json", "x")
    return Closure(digest, (manifest,), tuple(ImageConfig(one, content) for one, content in configs), "image.lock.json")


LOCK: Final = replace(
    closure(INDEX, (CONFIG, CONTENT)),
    manifests=(Manifest(AMD64, "application/vnd.oci.image.manifest.v1+json", "linux/amd64"),),
)
WIDE: Final = closure(INDEX, (CONFIG, CONTENT), (OTHER, ARM64))


def known(*closures: Closure) -> Closures:
    """Return closures by digest."""
    return {one.digest: one for one in closures}


def running(image_id: Digest | None, *others: Digest, store: ImageStore = ImageStore.CLASSIC) -> RunningImage:
    """Return a running image: its ID is a candidate, as engines give it, and `others` stand in RepoDigests."""
    own = (Candidate("container inspect", "Image", image_id),) if image_id else ()
    named = tuple(Candidate("image inspect", f"RepoDigests[{i}]", digest, "z") for i, digest in enumerate(others))
    return RunningImage(image_id, store, own + named, "linux/amd64", None, content_is_certain=False)


@pytest.mark.parametrize(
    ("image", "closures", "reason"),
    [
        # equal digests are equal bytes, wherever they stand and whatever else is known
        (running(CONFIG, INDEX), known(), Reason.EXACT),
        (running(CONFIG, OTHER_INDEX, INDEX), known(), Reason.EXACT),
        (running(OTHER, INDEX), known(LOCK), Reason.EXACT),
        (running(INDEX, store=ImageStore.CONTAINERD), known(), Reason.EXACT),
        (running(INDEX, store=ImageStore.UNKNOWN), known(), Reason.EXACT),
        (running(None, INDEX), known(), Reason.EXACT),
        # without the closure of the pin a difference of digests says nothing
        (running(CONFIG), known(), Reason.CLOSURE_UNKNOWN),
        (running(OTHER, OTHER_INDEX), known(closure(OTHER_INDEX, (OTHER, CONTENT))), Reason.CLOSURE_UNKNOWN),
        (running(None), known(), Reason.CLOSURE_UNKNOWN),
        # with it, every digest that the pin means proves the image
        (running(CONFIG, AMD64), known(LOCK), Reason.SAME_MANIFEST),
        (running(AMD64, store=ImageStore.CONTAINERD), known(LOCK), Reason.SAME_MANIFEST),
        (running(CONFIG), known(LOCK), Reason.SAME_CONFIG),
        (running(CONFIG, OTHER_INDEX), known(LOCK), Reason.SAME_CONFIG),
        (running(CONFIG, store=ImageStore.UNKNOWN), known(LOCK), Reason.SAME_CONFIG),
        # only the classic store's image ID is surely the digest of a config, so only it proves a difference
        (running(OTHER), known(LOCK), Reason.IMAGE_DIFFERS),
        (running(OTHER, OTHER_INDEX), known(LOCK), Reason.IMAGE_DIFFERS),
        (running(OTHER, store=ImageStore.CONTAINERD), known(LOCK), Reason.CONTENT_UNKNOWN),
        (running(OTHER, OTHER_INDEX, store=ImageStore.UNKNOWN), known(LOCK), Reason.CONTENT_UNKNOWN),
        (running(None), known(LOCK), Reason.CONTENT_UNKNOWN),
        (running(None, OTHER_INDEX), known(LOCK), Reason.CONTENT_UNKNOWN),
        (running(OTHER), known(replace(LOCK, configs=())), Reason.CONTENT_UNKNOWN),
    ],
)
def test_rules_of_digests_in_their_order(image: RunningImage, closures: Closures, reason: Reason) -> None:
    """The first rule that applies gives the reason."""
    assert judge_image(PINNED, image, closures) is reason


@pytest.mark.parametrize(
    ("pinned", "meaning", "reason"),
    [
        # a manifest means one config
        (LOCK, [(CONFIG, CONTENT)], Reason.SAME_CONFIG),
        (LOCK, [(OTHER, CONTENT)], Reason.IMAGE_DIFFERS),
        (WIDE, [(CONFIG, CONTENT)], Reason.SAME_CONFIG),
        # of an index one of several runs: all of them are pinned, or none, or nobody knows which
        (WIDE, [(CONFIG, CONTENT), (OTHER, ARM64)], Reason.SAME_CONFIG),
        (LOCK, [(OTHER, CONTENT), (AMD64, ARM64)], Reason.IMAGE_DIFFERS),
        (LOCK, [(CONFIG, CONTENT), (OTHER, ARM64)], Reason.CONTENT_UNKNOWN),
        (WIDE, [(CONFIG, CONTENT), (AMD64, ARM64)], Reason.CONTENT_UNKNOWN),
        # what is not known proves nothing
        (LOCK, [], Reason.CONTENT_UNKNOWN),
        (replace(LOCK, configs=()), [(CONFIG, CONTENT)], Reason.CONTENT_UNKNOWN),
    ],
)
@pytest.mark.parametrize("store", [ImageStore.CONTAINERD, ImageStore.UNKNOWN])
def test_what_a_name_of_the_running_image_means(
    pinned: Closure, meaning: list[tuple[Digest, ImageContent]], reason: Reason, store: ImageStore
) -> None:
    """Where the ID is no config, the closure of a digest that names the image tells which configs can run."""
    image = running(OTHER_INDEX, store=store)
    assert judge_image(PINNED, image, known(pinned, closure(OTHER_INDEX, *meaning))) is reason


def test_one_name_can_decide_what_another_leaves_open() -> None:
    """The index means several configs, the manifest beside it one of them."""
    image = running(OTHER_INDEX, OTHER, store=ImageStore.CONTAINERD)
    index = closure(OTHER_INDEX, (CONFIG, CONTENT), (OTHER, ARM64))
    assert judge_image(PINNED, image, known(LOCK, index)) is Reason.CONTENT_UNKNOWN
    assert judge_image(PINNED, image, known(LOCK, index, closure(OTHER, (CONFIG, CONTENT)))) is Reason.SAME_CONFIG
    assert judge_image(PINNED, image, known(LOCK, index, closure(OTHER, (OTHER, ARM64)))) is Reason.IMAGE_DIFFERS


def test_names_that_contradict_each_other_prove_nothing() -> None:
    """An image has one config, so one of two names that mean different ones is wrong, and nobody knows which."""
    image = running(OTHER_INDEX, OTHER, store=ImageStore.CONTAINERD)
    found = known(LOCK, closure(OTHER_INDEX, (CONFIG, CONTENT)), closure(OTHER, (OTHER, CONTENT)))
    assert judge_image(PINNED, image, found) is Reason.CONTENT_UNKNOWN


SIMPLE: Final = replace(CONTENT, settings=(("Env", '["A=2"]'),))
LATER: Final = replace(CONTENT, created="2026-02-02T03:04:05Z")
SIGNAL: Final = replace(CONTENT, settings=(("Env", '["A=1"]'), ("StopSignal", '"SIGTERM"')))
REBUILT: Final = replace(CONTENT, layers=(OTHER_LAYER,))


def shown(
    content: ImageContent | None, *, certain: bool = True, store: ImageStore = ImageStore.CONTAINERD
) -> RunningImage:
    """Return a running image of which the engine shows the content, and no digest that is known."""
    image = running(OTHER_INDEX, store=store)
    return replace(image, content=content, content_is_certain=certain, platform=content.platform if content else None)


@pytest.mark.parametrize(
    ("pinned", "content", "reason"),
    [
        ([CONTENT], CONTENT, Reason.EQUAL_CONTENT),
        ([CONTENT, ARM64], CONTENT, Reason.EQUAL_CONTENT),
        ([CONTENT, ARM64], ARM64, Reason.EQUAL_CONTENT),
        ([ARM64], replace(ARM64, platform="linux/arm64"), Reason.EQUAL_CONTENT),
        # other layers for the platform, or no image for it
        ([CONTENT], REBUILT, Reason.LAYERS_DIFFER),
        ([CONTENT], replace(CONTENT, layers=(LAYER, LAYER)), Reason.LAYERS_DIFFER),
        ([CONTENT, ARM64], REBUILT, Reason.LAYERS_DIFFER),
        ([CONTENT], replace(CONTENT, platform="linux/arm64"), Reason.IMAGE_DIFFERS),
        ([CONTENT], replace(CONTENT, platform="windows/amd64"), Reason.IMAGE_DIFFERS),
        # equal layers: settings that every engine shows decide, others prove no difference
        ([CONTENT], SIMPLE, Reason.SETTINGS_DIFFER),
        ([CONTENT], replace(CONTENT, settings=()), Reason.SETTINGS_DIFFER),
        ([CONTENT], SIGNAL, Reason.CONTENT_UNKNOWN),
        ([CONTENT], LATER, Reason.CONTENT_UNKNOWN),
        ([CONTENT, SIMPLE], SIMPLE, Reason.EQUAL_CONTENT),
        ([SIMPLE, CONTENT], SIGNAL, Reason.CONTENT_UNKNOWN),
        ([SIMPLE, replace(SIMPLE, created="")], CONTENT, Reason.SETTINGS_DIFFER),
        # of one architecture, a variant may be left out by an engine
        ([replace(CONTENT, platform="linux/amd64/v3")], CONTENT, Reason.CONTENT_UNKNOWN),
        ([replace(CONTENT, platform="linux/amd64/v3")], REBUILT, Reason.LAYERS_DIFFER),
        # an answer without content is none
        ([CONTENT], None, Reason.CONTENT_UNKNOWN),
        ([], CONTENT, Reason.CONTENT_UNKNOWN),
    ],
)
def test_content_that_is_the_containers(
    pinned: list[ImageContent], content: ImageContent | None, reason: Reason
) -> None:
    """Content that is surely the container's is compared with what is pinned for its platform."""
    lock = closure(INDEX, *((Digest(f"sha256:{i:064x}"), one) for i, one in enumerate(pinned)))
    assert judge_image(PINNED, shown(content), known(lock)) is reason


@pytest.mark.parametrize("store", [ImageStore.UNKNOWN, ImageStore.CLASSIC])
def test_equal_content_is_no_proof_where_engines_leave_settings_out(store: ImageStore) -> None:
    """Podman shows no health check, so what looks alike may be two images; a difference is one there too."""
    image = replace(shown(CONTENT, store=store), image_id=None)
    assert judge_image(PINNED, image, known(LOCK)) is Reason.CONTENT_UNKNOWN
    assert judge_image(PINNED, replace(image, content=REBUILT), known(LOCK)) is Reason.LAYERS_DIFFER
    assert judge_image(PINNED, replace(image, content=SIMPLE), known(LOCK)) is Reason.SETTINGS_DIFFER


@pytest.mark.parametrize(
    ("pinned", "content", "reason"),
    [
        # a pin of one platform: the container runs that and has the content, or runs another and is another
        ([CONTENT], REBUILT, Reason.LAYERS_DIFFER),
        ([CONTENT], SIMPLE, Reason.SETTINGS_DIFFER),
        ([ARM64], replace(ARM64, platform="linux/arm64", layers=(LAYER,)), Reason.LAYERS_DIFFER),
        ([CONTENT, LATER], REBUILT, Reason.LAYERS_DIFFER),
        # equal content may be that of the platform that does not run
        ([CONTENT], CONTENT, Reason.CONTENT_UNKNOWN),
        # the record is of another platform than the pin, or the pin has several
        ([CONTENT], ARM64, Reason.CONTENT_UNKNOWN),
        ([CONTENT, ARM64], REBUILT, Reason.CONTENT_UNKNOWN),
        ([], REBUILT, Reason.CONTENT_UNKNOWN),
        # configs for arm may leave the variant out, and then two platforms have one name
        ([replace(CONTENT, platform="linux/arm")], replace(REBUILT, platform="linux/arm"), Reason.CONTENT_UNKNOWN),
        ([replace(CONTENT, platform="linux/arm/v8")], replace(REBUILT, platform="linux/arm"), Reason.CONTENT_UNKNOWN),
        ([replace(CONTENT, platform="linux/arm/v7")], replace(REBUILT, platform="linux/arm/v7"), Reason.LAYERS_DIFFER),
    ],
)
def test_content_that_may_be_another_platforms(
    pinned: list[ImageContent], content: ImageContent, reason: Reason
) -> None:
    """Where the engine does not say which platform of an index runs, only a pin of one platform decides."""
    lock = closure(INDEX, *((Digest(f"sha256:{i:064x}"), one) for i, one in enumerate(pinned)))
    assert judge_image(PINNED, shown(content, certain=False), known(lock)) is reason


def test_equal_content_proves_nothing_where_it_may_be_anothers() -> None:
    """Green needs a record that is certainly the container's own."""
    image = RunningImage(OTHER_INDEX, ImageStore.CONTAINERD, (), CONTENT.platform, CONTENT, content_is_certain=False)
    assert judge_image(PINNED, image, known(LOCK)) is Reason.CONTENT_UNKNOWN


def test_content_that_is_surely_another_platforms() -> None:
    """The engine says that the container runs another platform than the one whose record it shows."""
    image = replace(shown(REBUILT, certain=False), platform="linux/arm64")
    assert judge_image(PINNED, image, known(LOCK)) is Reason.CONTENT_UNKNOWN


def test_a_tag_is_never_judged() -> None:
    """A tag does not say which image it means, whatever runs."""
    tag = parse_reference("ghcr.io/x/y:1")
    assert judge_image(tag, running(CONFIG, INDEX), known()) is Reason.TAG_ONLY
    assert judge_image(tag, running(CONFIG, INDEX), known(LOCK)) is Reason.TAG_ONLY


@pytest.mark.parametrize(
    ("digest", "closures", "match"),
    [
        (INDEX, known(LOCK), "pinned-digest"),
        (INDEX, known(), "pinned-digest"),
        (AMD64, known(LOCK), "closure-manifest"),
        (CONFIG, known(LOCK), "closure-config"),
        (OTHER, known(LOCK), None),
        (AMD64, known(), None),
    ],
)
def test_evidence_says_what_a_candidate_matched(digest: Digest, closures: Closures, match: str | None) -> None:
    """A candidate matches the pin itself, a manifest or a config of its closure, or nothing."""
    assert match_of(Candidate("image inspect", "Id", digest), PINNED, closures) == match


def test_a_candidate_matches_no_tag() -> None:
    """Without a digest there is nothing to match."""
    assert match_of(Candidate("image inspect", "Id", INDEX), parse_reference("ghcr.io/x/y:1"), known(LOCK)) is None
