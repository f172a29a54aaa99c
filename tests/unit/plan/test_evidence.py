"""A plan shows what it was made from: each name of the image, the engine, the closure, and what could not be had."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from platformctl.catalog.catalog import Catalog
from platformctl.catalog.module import Module
from platformctl.errors import Failure
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.digest import Digest
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.identity.reference import parse_reference
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.plan.make import make_plan
from platformctl.plan.plan import Evidence, ModulePlan, UnmanagedContainer
from platformctl.reason import Reason

from .actual import content, digest
from .one_host import PINNED, REPLICAS, WEB, container, half_gone, judged, look, plan
from .strategies import CIRCUMSTANCES, declared

INDEX, MANIFEST, CONFIG = (digest(kind, 0) for kind in ("index", "manifest", "config"))
ENGINE: Final = (
    Evidence("version", "version", "docker 28.5.2"),
    Evidence("version", "apiVersion", "1.51"),
    Evidence("info", "imageStore", "classic"),
)
LOCK: Final = Closure(
    INDEX,
    (Manifest(MANIFEST, "application/vnd.oci.image.manifest.v1+json", "linux/amd64"),),
    (ImageConfig(digest("config", 1), content(1)), ImageConfig(CONFIG, content(0))),
    "modules/web/image.lock.json",
)
RECORD: Final = {
    "Id": CONFIG,
    "RepoDigests": [f"mirror.example/app@{MANIFEST}", f"mirror.example/app@{digest('x', 0)}"],
}
BARE: Final = container(Config={"Image": "app:1"})


def known(snapshot: Snapshot, knowledge: Knowledge, module: Module = WEB) -> ModulePlan:
    """Return the verdict where more is known than the host says."""
    fleet = FleetObservation((observation(snapshot),))
    return make_plan(Catalog((module,), (), ()), frozenset({module.name}), fleet, CIRCUMSTANCES, knowledge).modules[0]


def test_each_name_of_the_image_says_what_it_matched() -> None:
    """The pin, a manifest or a config below it, or nothing; then the engine, and the closure with its configs."""
    module = known(look(BARE, images=(RECORD,)), NOTHING.with_locks([LOCK]))
    assert module.evidence == (
        Evidence("container inspect", "Image", CONFIG, "closure-config"),
        Evidence("image inspect", "Id", CONFIG, "closure-config"),
        Evidence("image inspect", "RepoDigests[0]", f"mirror.example/app@{MANIFEST}", "closure-manifest"),
        Evidence("image inspect", "RepoDigests[1]", f"mirror.example/app@{digest('x', 0)}", None),
        *ENGINE,
        Evidence("closure", "source", "modules/web/image.lock.json"),
        *(Evidence("closure", "config", one) for one in sorted((CONFIG, digest("config", 1)))),
    )


def test_the_pinned_digest_itself() -> None:
    """It is shown with the name under which the container was made."""
    assert judged(look(container())).evidence == (
        Evidence("container inspect", "Config.Image", PINNED, "pinned-digest"),
        Evidence("container inspect", "Image", CONFIG, None),
        *ENGINE,
    )


def test_a_missing_container_shows_how_many_there_are() -> None:
    """What is listed without a description is there too."""
    module = judged(look(container("other"), undescribed=(half_gone("third"),)))
    assert module.evidence == (Evidence("container list", "length", "2"), *ENGINE)


def test_a_host_that_gave_no_image_records_says_why() -> None:
    """The failure stands beside what the container itself says."""
    lost = replace(look(BARE), images_failure=Failure(Reason.TIMED_OUT, "30 s"))
    assert judged(lost).evidence == (
        Evidence("container inspect", "Image", CONFIG, None),
        Evidence("image inspect", "error", "timed-out: 30 s"),
        *ENGINE,
    )


def test_what_registries_did_not_say() -> None:
    """Why a tag was not resolved, or a closure not read, is part of why nothing is proven."""
    tagged = declared("web", "h1", "web", image="registry.example/app:1")
    own = (Evidence("container inspect", "Image", CONFIG, None), *ENGINE)
    unresolved = NOTHING.without("registry.example/app:1", "not found")
    assert known(look(BARE), unresolved, tagged).evidence == (*own, Evidence("registry", "error", "not found"))
    unread = NOTHING.without(INDEX, "gone")
    assert known(look(BARE), unread).evidence == (*own, Evidence("registry", "error", "gone"))
    assert known(look(BARE), NOTHING.without("registry.example/app:2", "not found"), tagged).evidence == own


def test_a_resolved_tag_is_shown_with_its_digest() -> None:
    """The verdict is about that digest, and a declared digest needs no such line."""
    tagged = declared("web", "h1", "web", image="registry.example/app:1")
    module = known(look(container()), NOTHING.with_tag(tagged.reference, INDEX), tagged)
    assert (str(module.status), str(module.reason)) == ("in-sync", "exact")
    assert module.evidence[-1] == Evidence("registry", "tag", f"registry.example/app:1@{INDEX}")


@pytest.mark.parametrize("beside", [INDEX, MANIFEST])
def test_a_moved_tag_is_shown_and_colours_nothing(beside: Digest) -> None:
    """What a tag means now stands in the evidence where it is another digest than the one declared beside it."""
    tagged = declared("web", "h1", "web", image=f"registry.example/app:1@{beside}")
    now = NOTHING.with_tag(parse_reference("registry.example/app:1"), MANIFEST)
    module, offline = known(look(container()), now, tagged), known(look(container()), NOTHING, tagged)
    moved = beside != MANIFEST
    assert list(map(str, module.flags)) == ["tag-moved"] * moved
    shown = (Evidence("registry", "tag", f"registry.example/app:1@{MANIFEST}"),) * moved
    assert module.evidence == (*offline.evidence, *shown)
    assert (module.status, module.reason) == (offline.status, offline.reason)


def test_evidence_of_replicas_names_the_container() -> None:
    """Of several containers every line says whose it is."""
    module = judged(look(container("a", 1), container("b", 2)), REPLICAS)
    assert [one.container for one in module.evidence] == ["a"] * 5 + ["b"] * 5


def test_another_image_is_described_by_its_names() -> None:
    """At most three of them, sorted, and the ID where it has none."""
    lock = NOTHING.with_locks([replace(LOCK, configs=LOCK.configs[:1], manifests=())])
    names = [f"mirror{number}.example/app@{MANIFEST}" for number in (3, 1, 2, 4)]
    (change,) = known(look(BARE, images=({**RECORD, "RepoDigests": names},)), lock).changes
    assert (change.path, change.desired, change.reason) == ("container.image", PINNED, Reason.IMAGE_DIFFERS)
    assert change.observed == ", ".join(sorted(names)[:3])
    (change,) = known(look(BARE), lock).changes
    assert change.observed == f"image {CONFIG}"


def test_what_is_not_known_has_a_place() -> None:
    """The image, the health, or the whole container."""
    module = declared("web", "h1", "web", image=PINNED, expect={"health": "healthy"})
    unclear = judged(look(BARE), module).not_compared
    assert [entry.path for entry in unclear][:2] == ["container.image", "container.health"]
    assert judged(look(undescribed=(half_gone(""),))).not_compared[0].path == "container"
    assert judged(look(undescribed=(half_gone("web"),))).not_compared[0].path == "container"
    assert judged(look(container(), undescribed=(half_gone("x"),)), REPLICAS).not_compared[0].path == "container"


def test_flags_are_sorted() -> None:
    """Both can be raised at once."""
    module = declared("web", "h1", "web", image=PINNED, platform="linux/arm64")
    other = {"os": "linux", "architecture": "amd64"}
    mirrored = container(Config={"Image": f"mirror.example/app@{INDEX}"}, ImageManifestDescriptor={"platform": other})
    assert [str(flag) for flag in judged(look(mirrored), module).flags] == ["platform-differs", "repository-differs"]


def test_an_unmanaged_container_is_shown_with_its_service() -> None:
    """Its image is what it was made from, or what it goes by; without a description only the name is known."""
    named = container("api", 2)
    nameless = container("job", 3, Config={"Image": "", "Labels": {}}, Image=CONFIG)
    blank = container("old", 4, Config={"Image": "", "Labels": {}}, Image="")
    found = plan(look(container(), named, nameless, blank, undescribed=(half_gone("gone"), half_gone("", 8)))).unmanaged
    assert found == (
        UnmanagedContainer("h1", f"{8:064x}", "", None, None),
        UnmanagedContainer("h1", "api", PINNED, "apps", "web"),
        UnmanagedContainer("h1", "gone", "", None, None),
        UnmanagedContainer("h1", "job", f"image {CONFIG}", None, None),
        UnmanagedContainer("h1", "old", "image of unknown ID", None, None),
    )
