"""Whoever asks why is told the rule that decided about each container, and the settings that differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from platformctl.catalog.catalog import Catalog
from platformctl.catalog.module import Module
from platformctl.errors import Failure
from platformctl.identity.candidate import ImageStore
from platformctl.identity.closure import Closure, ImageConfig
from platformctl.identity.content import ImageContent
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.observation.engine import Engine
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.plan.decision import Decision, image_decisions
from platformctl.reason import Reason

from .actual import digest
from .one_host import PINNED, REPLICAS, WEB, container, half_gone, look, unreached
from .strategies import declared

INDEX: Final = digest("index", 0)


def content(layer: int, **settings: str) -> ImageContent:
    """Return what an image holds: one layer, and settings as canonical JSON."""
    return ImageContent("linux/amd64", (digest("layer", layer),), "", tuple(sorted(settings.items())))


PIN: Final = Closure(
    INDEX,
    (),
    (
        ImageConfig(digest("config", 0), content(0, Cmd='["a"]', Env='["A=1"]', User='"app"')),
        ImageConfig(digest("config", 1), content(0, Cmd='["b"]', Env='["A=1"]', User='"app"')),
        ImageConfig(digest("config", 2), content(1, WorkingDir='"/x"')),
    ),
    "image.lock.json",
)


def podman(*containers: dict[str, Any], **shown: object) -> Snapshot:
    """Return a look at an engine that shows for sure what the image of its containers holds."""
    record = {
        "Id": digest("id", 0),
        "Os": "linux",
        "Architecture": "amd64",
        "RootFS": {"Layers": [digest("layer", 0)]},
        "Config": {"Cmd": ["b"], "Env": ["A=2"], "User": "app", **shown},
    }
    return replace(look(*containers, images=(record,)), engine=Engine("podman", "5.4.0", "1.41", ImageStore.UNKNOWN))


def bare(name: str = "web", number: int = 1, image: str = "app:1") -> dict[str, Any]:
    """Return a container of which only the image's content tells what it runs."""
    labels = container()["Config"]["Labels"]
    return container(name, number, Image=digest("id", 0), Config={"Image": image, "Labels": labels})


def decisions(snapshot: Snapshot, module: Module = WEB, known: Knowledge | None = None) -> tuple[Decision, ...]:
    """Return the decisions about a module, with the lock of its pin unless something else is known."""
    fleet = FleetObservation((observation(snapshot),))
    catalog = Catalog((module, declared("far", "h1", "far", image="app:1")), (), ())
    return image_decisions(catalog, module, fleet, NOTHING.with_locks([PIN]) if known is None else known)


def test_the_settings_that_differ_are_named() -> None:
    """Those that the image has otherwise than an image of the pin with its layers, or that one of them lacks."""
    assert decisions(podman(bare())) == (Decision("web", Reason.SETTINGS_DIFFER, ("Cmd", "Env")),)
    more = podman(bare(), Labels={"a": "b"}, User="")
    assert decisions(more) == (Decision("web", Reason.SETTINGS_DIFFER, ("Cmd", "Env", "Labels", "User")),)


def test_settings_are_named_only_where_they_decided() -> None:
    """An equal digest is an equal image, whatever else the engine shows of it."""
    assert decisions(podman(bare(image=PINNED))) == (Decision("web", Reason.EXACT),)
    assert decisions(podman(bare()), known=NOTHING) == (Decision("web", Reason.CLOSURE_UNKNOWN),)
    assert decisions(podman(bare(), Env=["A=1"])) == (Decision("web", Reason.CONTENT_UNKNOWN),)


def test_a_resolved_tag_is_decided_by_its_digest() -> None:
    """The digest that the tag was resolved to is compared; without one nothing can be."""
    tagged = declared("web", "h1", "web", image="registry.example/app:1")
    assert decisions(podman(bare()), tagged) == (Decision("web", Reason.TAG_ONLY),)
    known = NOTHING.with_locks([PIN]).with_tag(tagged.reference, INDEX)
    assert decisions(podman(bare()), tagged, known) == (Decision("web", Reason.SETTINGS_DIFFER, ("Cmd", "Env")),)


def test_every_replica_has_a_decision() -> None:
    """They are sorted by name, and what was not described has none."""
    snapshot = podman(bare("web-2", 2), bare("web-1", 1, PINNED), container("other", 3, Config={"Image": "app:1"}))
    assert decisions(snapshot, REPLICAS) == (
        Decision("web-1", Reason.EXACT),
        Decision("web-2", Reason.SETTINGS_DIFFER, ("Cmd", "Env")),
    )
    assert decisions(replace(look(), undescribed=(half_gone("web"),))) == ()


def test_a_host_that_was_not_seen_decides_nothing() -> None:
    """Nothing was decided where nothing was looked at."""
    assert decisions(unreached(Failure(Reason.UNREACHABLE, "no route"))) == ()
    assert decisions(podman(bare()), declared("web", "h2", "web", image=PINNED)) == ()


def test_the_host_of_the_module_is_asked() -> None:
    """A container of the same name on another host is another one."""
    other = replace(look(container()), host="h0")
    fleet = FleetObservation((observation(other), observation(podman(bare()))))
    found = image_decisions(Catalog((WEB,), (), ()), WEB, fleet, NOTHING.with_locks([PIN]))
    assert found == (Decision("web", Reason.SETTINGS_DIFFER, ("Cmd", "Env")),)
