"""States of identity in which content decides: other manifests of the same image, and other images that look alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .container import compose, create, start, untag
from .engine import Engine
from .fleet import push
from .image import DOCKER, Image, Index, image, index, multi_platform
from .registry import Pushed, Registry
from .service import IMAGE, Service
from .sight import Needs, closure

SAME = "Both manifests have the config that runs."
CREATED = (("state", "created"),)
# Where no engine but a classic one shows the difference, the closure of the running digest does.
REGISTRY = closure(containerd="registry", older="registry", podman="registry", socket="registry")


def reserialised(engine: Engine, registry: Registry) -> Service:
    """The same config and layers in the other family of media types."""
    name, files = "np-ledger", {"app/version": "apps/ledger 1\n"}
    pinned = _started(engine, registry, name, image(files), image(files, family=DOCKER))
    return Service(name, pinned.pinned, SAME, needs=closure(older="registry"))


def relabelled(engine: Engine, registry: Registry) -> Service:
    """Equal layers, another config: the pinned image has one label more."""
    service = _reconfigured(engine, registry, "np-labels", {"Labels": {"org.opencontainers.image.revision": "2"}})
    return dataclasses.replace(service, needs=closure())


def resignalled(engine: Engine, registry: Registry) -> Service:
    """Equal layers, another config: the pinned image is stopped by another signal."""
    return _reconfigured(engine, registry, "np-signal", {"StopSignal": "SIGINT"})


def signalled(engine: Engine, registry: Registry) -> Service:
    """The reverse: the image that runs is stopped by a signal of its own, and the pinned one has none."""
    return _reconfigured(engine, registry, "np-signalled", {}, {"StopSignal": "SIGINT"})


def health_checked(engine: Engine, registry: Registry) -> Service:
    """The image that runs has a health check, which the config of an OCI image may have and Podman does not show."""
    check = {"Healthcheck": {"Test": ["CMD", "/bin/true"], "Interval": 1_000_000_000}}
    return _reconfigured(engine, registry, "np-checked", {}, check)


def rebuilt(engine: Engine, registry: Registry) -> Service:
    """Equal layers and an equal runtime config, built at another time: nothing but the config's digest tells."""
    name, files = "np-rebuilt", {"app/version": "apps/rebuilt 1\n"}
    pinned = _started(engine, registry, name, image(files), image(files, created="2026-02-02T03:04:05Z"))
    because = "The pinned image was built at another time than the one that runs."
    return Service(name, pinned.pinned, because, (IMAGE,), needs=REGISTRY)


def other_platform_pinned(engine: Engine, registry: Registry) -> Service:
    """Pinned to the manifest of another platform: layers and runtime config are equal, the architecture is not."""
    name, content = "np-arm", multi_platform({"app/version": "apps/arm 1\n"})
    pushed = registry.push("apps/arm", content, "1")
    start(engine, pushed.tagged, name, *compose(name))
    pinned = dataclasses.replace(pushed, digest=content.children[1].digest)
    because = "Another platform's manifest is pinned than the one that runs."
    return Service(name, pinned.pinned, because, (IMAGE,), needs=closure(older="more"))


def other_platform_differs(engine: Engine, registry: Registry) -> Service:
    """Made for another platform, and the pinned index differs there only; a record may show this machine's platform."""
    name, files = "np-edge", {"app/version": "apps/edge 1\n"}
    pinned_child = image({"app/version": "apps/edge 2\n"}, platform="linux/arm64")
    pinned = index(image(files), pinned_child)
    because = "For its platform another image is pinned than the one that the container was made from."
    other = _emulated(engine, registry, name, multi_platform(files), pinned)
    return Service(
        name, other.pinned, because, (IMAGE,), expect=CREATED, needs=closure(containerd="registry", older="more")
    )


def other_platform_agrees(engine: Engine, registry: Registry) -> Service:
    """The reverse: the pinned index is equal for the container's platform only, and differs for this machine's."""
    name, files = "np-gate", {"app/version": "apps/gate 1\n"}
    pulled = multi_platform(files)
    pinned = index(image({"app/version": "apps/gate 2\n"}), pulled.children[1])
    because = "The pinned index holds the manifest that the container was made from."
    other = _emulated(engine, registry, name, pulled, pinned)
    return Service(name, other.pinned, because, expect=CREATED, needs=closure(older="more"))


def shared_manifest(engine: Engine, registry: Registry) -> Service:
    """Two indexes share the manifest that runs: pulled by one, pinned to the other."""
    name, files = "np-shared", {"app/version": "apps/shared 1\n"}
    amd64, arm64 = (image(files, platform=platform) for platform in ("linux/amd64", "linux/arm64"))
    pulled = registry.push("apps/shared", index(amd64), "slim")
    pinned = registry.push("apps/shared", index(amd64, arm64), "full")
    start(engine, pulled.tagged, name, *compose(name))
    because = "The pinned index holds the manifest that runs."
    return Service(name, pinned.pinned, because, needs=closure(older="registry"))


def nested(engine: Engine, registry: Registry) -> Service:
    """Pulled and pinned by an index of indexes."""
    return _nested(engine, registry, "np-nested", 0, Needs())


def nested_inner(engine: Engine, registry: Registry) -> Service:
    """Pulled by an index of indexes, pinned to the inner one."""
    return _nested(engine, registry, "np-inner", 1, closure(older="registry"))


def nested_leaf(engine: Engine, registry: Registry) -> Service:
    """Pulled by an index of indexes, pinned to the platform's manifest."""
    return _nested(engine, registry, "np-leaf", 2, Needs(classic="closure", older="more"))


def unpacked_before(engine: Engine, registry: Registry) -> Service:
    """Pulled when equal layers were unpacked already: containerd fetches no blob and shows an empty RootFS."""
    name, files = "np-twice", {"app/version": "apps/twice 1\n"}
    engine.run("pull", "--quiet", registry.push("apps/twice", image(files), "1").tagged)
    pinned = _started(engine, registry, name, image(files, compression=1), image(files))
    return Service(name, pinned.pinned, SAME, needs=Needs(containerd="registry", older="registry"))


def unpacked_before_other(engine: Engine, registry: Registry) -> Service:
    """The same, and pinned to another image: an empty RootFS is no difference, here it hides one."""
    name, files = "np-thrice", {"app/version": "apps/thrice 1\n"}
    engine.run("pull", "--quiet", registry.push("apps/thrice", image(files), "1").tagged)
    pinned = _started(engine, registry, name, image(files, compression=1), image({"app/version": "apps/thrice 2\n"}))
    # Docker 26.1 shows the layers that it found, 28.5 none.
    shown = engine.name.startswith("docker-26.1")
    needs = closure(containerd="registry", older="closure" if shown else "registry")
    because = "Another release is pinned than the one that runs."
    return Service(name, pinned.pinned, because, (IMAGE,), needs=needs)


def repulled_pinned_old(engine: Engine, registry: Registry) -> Service:
    """Untagged while it runs, then pulled again under the same tag with other compression; the pin is the first."""
    name = "np-again"
    old, _ = _repulled(engine, registry, name, "1", 1)
    return Service(name, old.pinned, SAME, needs=Needs(classic="closure"))


def repulled_pinned_new(engine: Engine, registry: Registry) -> Service:
    """The same, and the pin is the second."""
    name = "np-anew"
    _, new = _repulled(engine, registry, name, "1", 1)
    needs = Needs(containerd="closure", older="registry")
    return Service(name, new.pinned, SAME, needs=needs)


def replaced_pinned_old(engine: Engine, registry: Registry) -> Service:
    """Untagged while it runs, then the tag was pulled again with another image; the pin is what runs."""
    name = "np-kept"
    old, _ = _repulled(engine, registry, name, "2", 9)
    needs = Needs(classic="closure", socket="closure")
    return Service(name, old.pinned, "The running config belongs to the pinned manifest.", needs=needs)


def replaced_pinned_new(engine: Engine, registry: Registry) -> Service:
    """The same, and the pin is what the tag names now."""
    name = "np-swap"
    _, new = _repulled(engine, registry, name, "2", 9)
    because = "The image that runs is not the pinned one."
    return Service(name, new.pinned, because, (IMAGE,), needs=closure())


def stopped_and_replaced(engine: Engine, registry: Registry) -> Service:
    """A stopped container whose image was removed and whose tag was pulled again with other content."""
    name = "np-nightly"
    old = push(registry, "apps/nightly", "1", tag="latest")
    start(engine, old.tagged, name, *compose(name))
    engine.run("kill", name)
    engine.run("rmi", "--force", engine.run("inspect", "--format={{.Image}}", name))
    new = push(registry, "apps/nightly", "2", tag="latest")
    engine.run("pull", "--quiet", new.tagged)
    because = "The container was made from an image that is no part of the pinned index."
    needs = closure(containerd="registry", older="registry")
    return Service(name, new.pinned, because, (IMAGE,), expect=(("state", "exited"),), needs=needs)


def pruned_running(engine: Engine, registry: Registry) -> Service:
    """Its last name was taken and everything unused was pruned while it runs."""
    name = "np-tidy"
    pushed = push(registry, "apps/tidy", "1")
    start(engine, pushed.tagged, name, *compose(name))
    untag(engine, pushed.tagged)
    engine.run("image", "prune", "--all", "--force")
    needs = Needs(classic="closure", socket="closure")
    return Service(name, pushed.pinned, "The running config belongs to the pinned index.", needs=needs)


def _started(engine: Engine, registry: Registry, name: str, runs: Image, pinned: Image) -> Pushed:
    """Start one image, and return another one of the same repository."""
    repository = name.replace("np-", "apps/")
    other = registry.push(repository, pinned, "pinned")
    start(engine, registry.push(repository, runs, "runs").tagged, name, *compose(name))
    return other


def _emulated(engine: Engine, registry: Registry, name: str, pulled: Index, pinned: Index) -> Pushed:
    """Pull an index for both platforms and make a container of the other one; return another index."""
    repository = name.replace("np-", "apps/")
    other = registry.push(repository, pinned, "pinned")
    tagged = registry.push(repository, pulled, "runs").tagged
    for platform in ("linux/amd64", "linux/arm64"):
        engine.run("pull", "--quiet", f"--platform={platform}", tagged)
    # Only created: this machine cannot run the other platform's programs.
    create(engine, tagged, name, "--platform=linux/arm64", *compose(name))
    return other


def _reconfigured(
    engine: Engine, registry: Registry, name: str, pinned: Mapping[str, Any], runs: Mapping[str, Any] | None = None
) -> Service:
    files = {"app/version": f"{name} 1\n"}
    other = _started(engine, registry, name, image(files, config=runs), image(files, config=pinned))
    because = "Layers are equal, the config that runs is another one."
    return Service(name, other.pinned, because, (IMAGE,), needs=REGISTRY)


def _nested(engine: Engine, registry: Registry, name: str, level: int, needs: Needs) -> Service:
    inner = multi_platform({"app/version": f"{name} 1\n"})
    outer = index(inner)
    pushed = registry.push(f"apps/{name}", outer, "1")
    start(engine, pushed.tagged, name, *compose(name))
    digest = (outer, inner, inner.children[0])[level].digest
    because = "The index that was pulled leads to the pinned digest, and to what runs."
    return Service(name, dataclasses.replace(pushed, digest=digest).pinned, because, needs=needs)


def _repulled(engine: Engine, registry: Registry, name: str, version: str, compression: int) -> tuple[Pushed, Pushed]:
    """Start version 1, untag it, and pull the same tag once it names something else."""
    repository = f"apps/{name}"
    old = registry.push(repository, image({"app/version": f"{name} 1\n"}), "1")
    start(engine, old.tagged, name, *compose(name))
    untag(engine, old.tagged)
    new = registry.push(repository, image({"app/version": f"{name} {version}\n"}, compression=compression), "1")
    engine.run("pull", "--quiet", new.tagged)
    return old, new
