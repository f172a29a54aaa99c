"""Green needs an equal digest, red needs a proof of difference, and all else is inconclusive."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.identity.candidate import Candidate, ImageStore, RunningImage
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.digest import Digest
from platformctl.identity.image import judge_image, match_of
from platformctl.identity.reference import Reference, parse_reference
from platformctl.reason import Reason, Verdict

from .strategies import candidates, closures, pins, running_images
from .world import World, worlds

INDEX, AMD64, CONFIG, OTHER, OTHER_INDEX = (Digest(f"sha256:{digit * 64}") for digit in "12c89")
PINNED: Final = parse_reference(f"ghcr.io/x/y:1@{INDEX}")
CLOSURE: Final = Closure(
    digest=INDEX,
    manifests=(Manifest(AMD64, "application/vnd.oci.image.manifest.v1+json", "linux/amd64"),),
    configs=(ImageConfig(CONFIG, "linux/amd64", ()),),
    source="image.lock.json",
)


def running(image_id: Digest | None, *others: Digest, store: ImageStore = ImageStore.CLASSIC) -> RunningImage:
    """Return a running image: its ID is a candidate, as engines give it, and `others` stand in RepoDigests."""
    own = (Candidate("container inspect", "Image", image_id),) if image_id else ()
    named = tuple(Candidate("image inspect", f"RepoDigests[{i}]", digest, "z") for i, digest in enumerate(others))
    return RunningImage(image_id, store, own + named, "linux/amd64")


@pytest.mark.parametrize(
    ("image", "closure", "reason"),
    [
        # equal digests are equal bytes, wherever they stand and whatever else is known
        (running(CONFIG, INDEX), None, Reason.EXACT),
        (running(CONFIG, OTHER_INDEX, INDEX), None, Reason.EXACT),
        (running(OTHER, INDEX), CLOSURE, Reason.EXACT),
        (running(INDEX, store=ImageStore.CONTAINERD), None, Reason.EXACT),
        (running(INDEX, store=ImageStore.UNKNOWN), None, Reason.EXACT),
        (running(None, INDEX), None, Reason.EXACT),
        # without the closure a difference of digests says nothing
        (running(CONFIG), None, Reason.CLOSURE_UNKNOWN),
        (running(OTHER, OTHER_INDEX), None, Reason.CLOSURE_UNKNOWN),
        (running(None), None, Reason.CLOSURE_UNKNOWN),
        # with it, every digest that the pin means proves the image
        (running(CONFIG, AMD64), CLOSURE, Reason.SAME_MANIFEST),
        (running(AMD64, store=ImageStore.CONTAINERD), CLOSURE, Reason.SAME_MANIFEST),
        (running(CONFIG), CLOSURE, Reason.SAME_CONFIG),
        (running(CONFIG, OTHER_INDEX), CLOSURE, Reason.SAME_CONFIG),
        (running(CONFIG, store=ImageStore.UNKNOWN), CLOSURE, Reason.SAME_CONFIG),
        # only the classic store's image ID is surely the digest of a config, so only it proves a difference
        (running(OTHER), CLOSURE, Reason.IMAGE_DIFFERS),
        (running(OTHER, OTHER_INDEX), CLOSURE, Reason.IMAGE_DIFFERS),
        (running(OTHER, store=ImageStore.CONTAINERD), CLOSURE, Reason.CONTENT_UNKNOWN),
        (running(OTHER, OTHER_INDEX, store=ImageStore.UNKNOWN), CLOSURE, Reason.CONTENT_UNKNOWN),
        (running(None), CLOSURE, Reason.CONTENT_UNKNOWN),
        (running(None, OTHER_INDEX), CLOSURE, Reason.CONTENT_UNKNOWN),
        (running(OTHER), replace(CLOSURE, configs=()), Reason.CONTENT_UNKNOWN),
    ],
)
def test_rules_in_their_order(image: RunningImage, closure: Closure | None, reason: Reason) -> None:
    """The first rule that applies gives the reason."""
    assert judge_image(PINNED, image, closure) is reason


def test_a_tag_is_never_judged() -> None:
    """A tag does not say which image it means, whatever runs."""
    tag = parse_reference("ghcr.io/x/y:1")
    assert judge_image(tag, running(CONFIG, INDEX), None) is Reason.TAG_ONLY
    assert judge_image(tag, running(CONFIG, INDEX), CLOSURE) is Reason.TAG_ONLY


@pytest.mark.parametrize(
    ("digest", "closure", "match"),
    [
        (INDEX, CLOSURE, "pinned-digest"),
        (INDEX, None, "pinned-digest"),
        (AMD64, CLOSURE, "closure-manifest"),
        (CONFIG, CLOSURE, "closure-config"),
        (OTHER, CLOSURE, None),
        (AMD64, None, None),
    ],
)
def test_evidence_says_what_a_candidate_matched(digest: Digest, closure: Closure | None, match: str | None) -> None:
    """A candidate matches the pin itself, a manifest or a config of its closure, or nothing."""
    assert match_of(Candidate("image inspect", "Id", digest), PINNED, closure) == match


Case = tuple[Reference, RunningImage, Closure | None]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a pin, what runs, and what the pin means."""
    pin = draw(pins())
    return pin, draw(running_images()), draw(closures(pin))


@settings(max_examples=300, derandomize=True, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(case: Case, random: Random) -> None:
    """The same candidates in any order, said once or twice, give the same reason."""
    pin, image, closure = case
    shuffled = [*image.candidates, *image.candidates]
    random.shuffle(shuffled)
    assert judge_image(pin, replace(image, candidates=tuple(shuffled)), closure) is judge_image(pin, image, closure)


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(worlds())
def test_the_colour_is_the_truth_or_none(world: World) -> None:
    """Where engines name only what is really there, green means the same image, and red another."""
    verdict = judge_image(world.pin, world.image, world.closure).verdict
    assert verdict in {Verdict.INCONCLUSIVE, Verdict.IN_SYNC if world.is_same else Verdict.DRIFT}


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(worlds())
def test_more_candidates_only_prove_more(world: World) -> None:
    """With half of the names the verdict is the same or inconclusive: what is proven stays so as names are added."""
    for half in (world.image.candidates[::2], world.image.candidates[1::2]):
        poorer = judge_image(world.pin, replace(world.image, candidates=half), world.closure).verdict
        assert poorer in {Verdict.INCONCLUSIVE, judge_image(world.pin, world.image, world.closure).verdict}


@settings(max_examples=300, derandomize=True, deadline=None)
@given(cases(), st.lists(candidates(), min_size=1, max_size=3))
def test_no_candidate_takes_a_green_back(case: Case, more: list[Candidate]) -> None:
    """What is proven in-sync stays so, even where an engine goes on to contradict itself."""
    pin, image, closure = case
    richer = replace(image, candidates=(*image.candidates, *more))
    if judge_image(pin, image, closure).verdict is Verdict.IN_SYNC:
        assert judge_image(pin, richer, closure).verdict is Verdict.IN_SYNC


@settings(max_examples=300, derandomize=True, deadline=None)
@given(cases())
def test_forgetting_the_closure_only_loses_knowledge(case: Case) -> None:
    """Without the closure the verdict is the same or inconclusive, and never drift."""
    pin, image, closure = case
    known, forgotten = judge_image(pin, image, closure).verdict, judge_image(pin, image, None).verdict
    assert forgotten in {known, Verdict.INCONCLUSIVE}
    assert forgotten is not Verdict.DRIFT


@settings(max_examples=300, derandomize=True, deadline=None)
@given(cases())
def test_every_colour_has_its_proof(case: Case) -> None:
    """Green has an equal digest; red has a whole closure and, on a classic store, a config that is none of its."""
    pin, image, closure = case
    digests = {candidate.digest for candidate in image.candidates}
    match judge_image(pin, image, closure).verdict:
        case Verdict.IN_SYNC:
            meant = closure.manifest_digests | closure.config_digests if closure else frozenset()
            assert (digests | {image.image_id}) & (meant | {pin.digest})
        case Verdict.DRIFT:
            assert closure
            assert closure.configs
            assert image.store is ImageStore.CLASSIC
            assert image.image_id not in closure.config_digests | {None}
        case Verdict.INCONCLUSIVE:
            assert pin.digest not in digests
