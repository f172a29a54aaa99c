"""What holds for every image verdict: of engines that tell the truth (world.py), and of those that do not."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from platformctl.identity.candidate import Candidate, RunningImage
from platformctl.identity.image import Closures, judge_image
from platformctl.identity.reference import Reference
from platformctl.reason import Reason, Verdict

from .strategies import candidates, closures, pins, running_images
from .world import World, worlds

KNOWN: Final = settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
GREEN: Final = [Reason.EXACT, Reason.SAME_MANIFEST, Reason.SAME_CONFIG, Reason.EQUAL_CONTENT]
RED: Final = [Reason.IMAGE_DIFFERS, Reason.LAYERS_DIFFER, Reason.SETTINGS_DIFFER]


@settings(KNOWN, max_examples=300)
@given(worlds())
def test_the_colour_is_the_truth_or_none(world: World) -> None:
    """With all or some of the evidence and of the closures, green means the pinned image, and red another."""
    truth = Verdict.IN_SYNC if world.is_same else Verdict.DRIFT
    for image in (world.image, world.poorer):
        for known in (world.closures, world.some_closures, {}):
            assert judge_image(world.pin, image, known).verdict in {Verdict.INCONCLUSIVE, truth}


@settings(KNOWN)
@given(worlds())
def test_forgetting_closures_only_loses_knowledge(world: World) -> None:
    """With fewer closures the verdict is the same or inconclusive."""
    for image in (world.image, world.poorer):
        verdict = judge_image(world.pin, image, world.closures).verdict
        for fewer in (world.some_closures, {}):
            assert judge_image(world.pin, image, fewer).verdict in {verdict, Verdict.INCONCLUSIVE}


@settings(KNOWN)
@given(worlds())
def test_more_candidates_only_prove_more(world: World) -> None:
    """With half of the names the verdict is the same or inconclusive: what is proven stays so as names are added."""
    verdict = judge_image(world.pin, world.image, world.some_closures).verdict
    for half in (world.image.candidates[::2], world.image.candidates[1::2]):
        poorer = judge_image(world.pin, replace(world.image, candidates=half), world.some_closures).verdict
        assert poorer in {Verdict.INCONCLUSIVE, verdict}


@settings(KNOWN)
@given(worlds())
def test_an_engine_that_shows_all_is_judged_when_all_is_known(world: World) -> None:
    """Where every digest has its closure and the container names its manifest, no image stays open."""
    fields = {candidate.field for candidate in world.image.candidates}
    if "ImageManifestDescriptor.digest" in fields:
        assert judge_image(world.pin, world.image, world.closures).verdict is not Verdict.INCONCLUSIVE


@pytest.mark.parametrize("reason", GREEN)
def test_worlds_can_prove_in_sync(reason: Reason) -> None:
    """The laws above speak of every way to be green."""
    assert _found(reason).is_same


@pytest.mark.parametrize("reason", RED)
def test_worlds_can_prove_drift(reason: Reason) -> None:
    """The laws above speak of every way to be red."""
    assert not _found(reason).is_same


def _found(reason: Reason) -> World:
    return find(
        worlds(),
        lambda world: judge_image(world.pin, world.image, world.some_closures) is reason,
        settings=settings(KNOWN, max_examples=20_000, phases=[Phase.generate]),
    )


Case: TypeAlias = tuple[Reference, RunningImage, Closures]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a pin, what runs, and what the pin and some of the names mean."""
    pin, image = draw(pins()), draw(running_images())
    asked = [pin, *(replace(pin, digest=one.digest) for one in image.candidates if draw(st.booleans()))]
    found = [draw(closures(one)) for one in asked]
    return pin, image, {one.digest: one for one in found if one}


@settings(KNOWN)
@given(cases(), st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(case: Case, random: Random) -> None:
    """The same candidates and closures in any order, said once or twice, give the same reason."""
    pin, image, closures = case
    names, entries = [*image.candidates, *image.candidates], list(closures.items())
    random.shuffle(names)
    random.shuffle(entries)
    mixed = replace(image, candidates=tuple(names))
    assert judge_image(pin, mixed, dict(entries)) is judge_image(pin, image, closures)


@settings(KNOWN)
@given(cases(), st.lists(candidates(), min_size=1, max_size=3))
def test_no_candidate_takes_a_green_back(case: Case, more: list[Candidate]) -> None:
    """What is in-sync by the pin's own closure stays so, even where an engine goes on to contradict itself."""
    pin, image, closures = case
    own = {digest: one for digest, one in closures.items() if digest == pin.digest}
    richer = replace(image, candidates=(*image.candidates, *more))
    if judge_image(pin, image, own).verdict is Verdict.IN_SYNC:
        assert judge_image(pin, richer, own).verdict is Verdict.IN_SYNC


@settings(KNOWN)
@given(cases())
def test_without_closures_nothing_is_drift(case: Case) -> None:
    """A difference of digests alone is never one of images."""
    pin, image, closures = case
    verdict = judge_image(pin, image, {}).verdict
    assert verdict in {judge_image(pin, image, closures).verdict, Verdict.INCONCLUSIVE}
    assert verdict is not Verdict.DRIFT


@settings(KNOWN)
@given(cases())
def test_every_reason_has_its_proof(case: Case) -> None:
    """Green has an equal digest, config or content; red has a closure, and what it says is not what runs."""
    pin, image, closures = case
    digests = {candidate.digest for candidate in image.candidates}
    reason = judge_image(pin, image, closures)
    meant = closures.get(pin.digest) if pin.digest else None
    contents = [one.content for one in meant.configs] if meant else []
    if reason is Reason.EXACT:
        assert pin.digest in digests
    elif reason is Reason.CLOSURE_UNKNOWN:
        assert meant is None
    elif reason in {Reason.EQUAL_CONTENT, Reason.LAYERS_DIFFER, Reason.SETTINGS_DIFFER}:
        assert image.content
        assert (image.content.layers in {one.layers for one in contents}) or reason is Reason.LAYERS_DIFFER
        assert image.content not in contents or reason is not Reason.SETTINGS_DIFFER
    elif reason is Reason.IMAGE_DIFFERS:
        assert meant
        assert meant.configs
        assert image.image_id not in meant.config_digests
        assert not digests & meant.manifest_digests
