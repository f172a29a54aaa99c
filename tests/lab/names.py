"""States of identity in which names say something else than what runs: tags that moved, digests, renamed containers."""

from __future__ import annotations

import dataclasses

from .container import compose, create, start, untag
from .engine import Engine
from .fleet import push
from .image import image, multi_platform
from .registry import Registry
from .service import IMAGE, Service
from .sight import Needs, closure

RESOLVED = Needs("registry", "registry", "registry", "registry", "registry")


def tag_moved(engine: Engine, registry: Registry) -> Service:
    """The tag names a newer image by now, in the registry and on the host; the pin is what was started."""
    name = "np-feeds"
    old = push(registry, "apps/feeds", "1", tag="latest")
    start(engine, old.tagged, name, *compose(name))
    engine.run("pull", "--quiet", push(registry, "apps/feeds", "2", tag="latest").tagged)
    needs = Needs(socket="closure")
    return Service(name, old.pinned, "The container was made from the pinned index.", needs=needs)


def tag_declared(engine: Engine, registry: Registry) -> Service:
    """No digest is declared, and the tag still names what runs."""
    name = "np-paste"
    pushed = push(registry, "apps/paste", "1")
    start(engine, pushed.tagged, name, *compose(name))
    return Service(name, pushed.tagged, "The tag names what runs, which no snapshot shows.", needs=RESOLVED)


def tag_declared_moved(engine: Engine, registry: Registry) -> Service:
    """No digest is declared, and the tag names another image by now: the container's own reference is unchanged."""
    name = "np-forms"
    start(engine, push(registry, "apps/forms", "1", tag="latest").tagged, name, *compose(name))
    new = push(registry, "apps/forms", "2", tag="latest")
    engine.run("pull", "--quiet", new.tagged)
    because = "The tag names another image than the one that runs, which no snapshot shows."
    return Service(name, new.tagged, because, (IMAGE,), needs=RESOLVED)


def bogus_tag(engine: Engine, registry: Registry) -> Service:
    """Created by the right digest beside a tag that never was."""
    name = "np-polls"
    pushed = push(registry, "apps/polls", "1")
    start(engine, f"{pushed.repository}:never@{pushed.digest}", name, *compose(name))
    return Service(name, pushed.pinned, "A digest decides, whatever the tag beside it.")


def tag_beside_digest(engine: Engine, registry: Registry) -> Service:
    """Pinned by tag and digest, while the tag of the pin names another image by now."""
    name = "np-links"
    old = push(registry, "apps/links", "1", tag="stable")
    start(engine, old.tagged, name, *compose(name))
    push(registry, "apps/links", "2", tag="stable")
    because = "A digest decides, whatever the tag beside it."
    return Service(name, f"{old.tagged}@{old.digest}", because)


def two_repositories(engine: Engine, registry: Registry) -> Service:
    """One image under two repositories: created by one name, pinned by the other."""
    name, content = "np-shop", multi_platform({"app/version": "apps/shop 1\n"})
    first, second = (registry.push(f"{place}/shop", content, "1") for place in ("apps", "vendor"))
    for pushed in (first, second):
        engine.run("pull", "--quiet", pushed.tagged)
    start(engine, first.tagged, name, *compose(name))
    return Service(name, second.pinned, "A digest is the same bytes under every name.")


def two_manifests(engine: Engine, registry: Registry) -> Service:
    """One image config under two manifests of two repositories, both pulled by digest; the pin is the other one."""
    name, files = "np-board", {"app/version": "apps/board 1\n"}
    runs = registry.push("apps/board", image(files), "1")
    pinned = registry.push("vendor/board", image(files, compression=1), "1")
    for pushed in (runs, pinned):
        engine.run("pull", "--quiet", pushed.pinned)
    start(engine, runs.pinned, name, *compose(name))
    needs = Needs(containerd="closure", older="registry")
    return Service(name, pinned.pinned, "Both manifests have the config that runs.", needs=needs)


def untagged_twin(engine: Engine, registry: Registry) -> Service:
    """Pulled under two names; the name that the container was made from is gone, the other's digest is listed."""
    name, files = "np-vault", {"app/version": "apps/vault 1\n"}
    pinned = registry.push("apps/vault", image(files), "1")
    other = registry.push("vendor/vault", image(files, compression=1), "1")
    for pushed in (pinned, other):
        engine.run("pull", "--quiet", pushed.tagged)
    start(engine, pinned.tagged, name, *compose(name))
    untag(engine, pinned.tagged)
    because = "The running config belongs to the pinned manifest."
    return Service(name, pinned.pinned, because, needs=Needs(classic="closure"))


def retagged(engine: Engine, registry: Registry) -> Service:
    """Another image carries the pinned image's name on the host: the container was made from that name."""
    name = "np-radio"
    pinned = push(registry, "apps/radio", "1")
    other = push(registry, "vendor/radio", "9")
    engine.run("pull", "--quiet", other.tagged)
    engine.run("tag", other.tagged, pinned.tagged)
    start(engine, pinned.tagged, name, *compose(name))
    because = "The name was given to another image on the host."
    return Service(name, pinned.pinned, because, (IMAGE,), needs=closure(older="registry"))


def renamed(engine: Engine, registry: Registry) -> Service:
    """The container was given the declared name after it was made."""
    name = "np-green"
    pushed = push(registry, "apps/green", "1")
    start(engine, pushed.tagged, "np-green-next", *compose(name))
    engine.run("rename", "np-green-next", name)
    return Service(name, pushed.pinned, "The container of this name runs the pinned index.")


def swapped(engine: Engine, registry: Registry) -> Service:
    """Two containers exchanged their names: the pinned image runs, under the other name."""
    name = "np-blue"
    pinned = push(registry, "apps/blue", "1")
    start(engine, pinned.tagged, name, *compose(name))
    start(engine, push(registry, "apps/blue", "2").tagged, "np-blue-next", *compose("np-blue-next"))
    for old, new in ((name, "aside"), ("np-blue-next", name), ("aside", "np-blue-next")):
        engine.run("rename", old, new)
    because = "The container of this name runs an image that is no part of the pinned index."
    return Service(name, pinned.pinned, because, (IMAGE,), needs=closure(older="registry"))


def created_by_old_id(engine: Engine, registry: Registry) -> Service:
    """Created by the ID of an image whose tag and digest another release had taken over before."""
    name = "np-gauge"
    old = push(registry, "apps/gauge", "1", tag="latest")
    engine.run("pull", "--quiet", old.tagged)
    identifier = engine.run("image", "inspect", "--format={{.Id}}", old.tagged)
    create(engine, old.tagged, "keeps-the-image")
    new = push(registry, "apps/gauge", "2", tag="latest")
    engine.run("pull", "--quiet", new.tagged)
    start(engine, identifier, name, *compose(name))
    because = "What runs is no part of the pinned index."
    return Service(name, new.pinned, because, (IMAGE,), needs=closure(older="registry"))


def child_pinned_and_pulled(engine: Engine, registry: Registry) -> Service:
    """The platform's manifest was pulled by digest after the index by tag; the pin is the manifest."""
    name, content = "np-clock", multi_platform({"app/version": "apps/clock 1\n"})
    pushed = registry.push("apps/clock", content, "1")
    child = dataclasses.replace(pushed, digest=content.children[0].digest)
    start(engine, pushed.tagged, name, *compose(name))
    engine.run("pull", "--quiet", child.pinned)
    return Service(name, child.pinned, "The index was pulled for this manifest.", needs=Needs(older="more"))
