"""More states than the example fleet shows: what makes a container's identity hard to see."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from .container import compose, create, start, wait_for_health
from .engine import Engine
from .fleet import (
    State,
    checked,
    healthy,
    hostile,
    meerkat,
    nameless,
    push,
    single,
    stopped,
    umami,
    unmanaged,
    workers,
)
from .image import DOCKER, attestation, image, index, multi_platform
from .registry import Registry
from .service import Service
from .sight import Needs, closure

IMAGE = ("container.image",)


def umami_pulled(engine: Engine, registry: Registry) -> Service:
    """The host has pulled the new image already: the tag names it, the container does not run it."""
    service = umami(engine, registry)
    engine.run("pull", "--quiet", f"{registry.address}/umami-software/umami:latest")
    return service


def workers_apart(engine: Engine, registry: Registry) -> Service:
    """Two replicas of one compose service, one of which was left behind by an update."""
    old = push(registry, "apps/worker", "3")
    start(engine, old.tagged, "apps-worker-1", *compose("worker", 1))
    new = push(registry, "apps/worker", "4")
    start(engine, new.tagged, "apps-worker-2", *compose("worker", 2))
    because = "One replica runs an image that is no part of the pinned index."
    return Service("worker", new.pinned, because, IMAGE, needs_closure=True, select=("apps", "worker"))


def unhealthy(engine: Engine, registry: Registry) -> Service:
    """A health check that fails."""
    service = checked(engine, registry, "np-search", "/bin/false")
    wait_for_health(engine, service.name, "unhealthy")
    because = "It should be healthy and its check fails."
    return dataclasses.replace(service, because=because, changes=("container.health",))


def missing(engine: Engine, registry: Registry) -> Service:
    """Declared, and no such container; one with a similar name runs."""
    pushed = push(registry, "apps/mailer", "1")
    start(engine, pushed.tagged, "np-mailer-old", *compose("mailer"))
    return Service("np-mailer", pushed.pinned, "No container has this name.", changes=("container.exists",))


def manifest_pinned(engine: Engine, registry: Registry) -> Service:
    """Pulled by a multi-platform tag, pinned to the platform's manifest, which a classic store forgets."""
    name = "np-wiki"
    content = multi_platform({"app/version": "apps/wiki 5\n"})
    pushed = registry.push("apps/wiki", content, "5")
    start(engine, pushed.tagged, name, *compose(name))
    pinned = dataclasses.replace(pushed, digest=content.children[0].digest).pinned
    because = "The running config belongs to the pinned manifest."
    needs = Needs(classic="closure", older="more")
    return Service(name, pinned, because, platform="linux/amd64", needs=needs)


def manifest_pulled(engine: Engine, registry: Registry) -> Service:
    """Pulled by the platform's manifest, pinned to the index above it."""
    name = "np-forum"
    content = multi_platform({"app/version": "apps/forum 6\n"}, family=DOCKER)
    pushed = registry.push("apps/forum", content, "6")
    start(engine, dataclasses.replace(pushed, digest=content.children[0].digest).pinned, name, *compose(name))
    because = "The pulled manifest is a child of the pinned index."
    return Service(name, pushed.pinned, because, needs_closure=True)


def attested_again(engine: Engine, registry: Registry) -> Service:
    """The same image pushed again with an attestation: RepoDigests has two indexes, in no telling order."""
    name = "np-status"
    content = image({"app/version": "apps/status 8\n"})
    old = registry.push("apps/status", index(content), "8")
    start(engine, old.tagged, name, *compose(name))
    new = registry.push("apps/status", index(content, attestation(content)), "8")
    engine.run("pull", "--quiet", new.tagged)
    needs = Needs(containerd="closure", older="registry")
    return Service(name, new.pinned, "Both indexes hold the manifest that runs.", needs=needs)


def other_platform(engine: Engine, registry: Registry) -> Service:
    """Two platforms of one index on one host: the second image's record has no RepoDigests."""
    name = "np-emulated"
    pushed = push(registry, "apps/emulated", "9")
    engine.run("pull", "--quiet", "--platform=linux/amd64", pushed.tagged)
    engine.run("pull", "--quiet", "--platform=linux/arm64", pushed.tagged)
    # Only created: this machine cannot run the other platform's programs.
    create(engine, pushed.tagged, name, "--platform=linux/arm64", *compose(name))
    because = "The config belongs to the pinned index, for its other platform."
    needs = Needs(classic="closure")
    return Service(name, pushed.pinned, because, expect=(("state", "created"),), needs=needs)


def recompressed(engine: Engine, registry: Registry) -> Service:
    """The same image config under another manifest, its layers compressed in another way."""
    name, files = "np-mirror", {"app/version": "apps/mirror 2\n"}
    pulled = registry.push("apps/mirror", image(files), "2")
    pinned = registry.push("apps/mirror", image(files, compression=1), "2-fast")
    start(engine, pulled.tagged, name, *compose(name))
    needs = closure(older="registry")
    return Service(name, pinned.pinned, "Both manifests have the config that runs.", needs=needs)


def reconfigured(engine: Engine, registry: Registry) -> Service:
    """Equal layers, another config: the pinned image differs by nothing but a variable."""
    name, files = "np-notes", {"app/version": "apps/notes 3\n"}
    pulled = registry.push("apps/notes", image(files), "3")
    pinned = registry.push("apps/notes", image(files, config={"Env": ["PATH=/bin", "MODE=strict"]}), "3-strict")
    start(engine, pulled.tagged, name, *compose(name))
    because = "Layers are equal, the config that runs is another one."
    return Service(name, pinned.pinned, because, IMAGE, needs=closure())


def committed(engine: Engine, registry: Registry) -> Service:
    """An image made on the host, under the name of the pinned one."""
    name = "np-patched"
    pushed = push(registry, "apps/patched", "4")
    create(engine, pushed.tagged, "source")
    engine.run("commit", "--change=ENV PATCHED=1", "source", pushed.tagged)
    engine.run("rm", "source")
    start(engine, pushed.tagged, name, *compose(name))
    return Service(name, pushed.pinned, "What runs was made on the host.", IMAGE, needs=closure(older="more"))


def recordless(engine: Engine, registry: Registry) -> Service:
    """A stopped container whose image was removed by force: there is no record left to ask."""
    name = "np-once"
    pushed = push(registry, "apps/once", "1")
    start(engine, pushed.tagged, name, *compose(name))
    engine.run("kill", name)
    engine.run("rmi", "--force", engine.run("inspect", "--format={{.Image}}", name))
    because = "The container's config belongs to the pinned index."
    needs = Needs(classic="closure")
    return Service(name, pushed.pinned, because, expect=(("state", "exited"),), needs=needs)


def mirrored(engine: Engine, registry: Registry) -> Service:
    """Pinned to what an engine pushed to a mirror: it wrote the manifest anew, around the same config."""
    name, mirror = "np-chat", f"{registry.address}/mirror/chat:10"
    pushed = push(registry, "apps/chat", "10")
    start(engine, pushed.tagged, name, *compose(name))
    engine.run("tag", pushed.tagged, mirror)
    engine.run("push", "--quiet", mirror)
    # As on any other machine than the one that pushed.
    engine.run("rmi", mirror)
    pinned = f"{registry.address}/mirror/chat@{registry.manifest('mirror/chat', '10').digest}"
    needs = Needs(classic="closure", older="more")
    return Service(name, pinned, "Both manifests have the config that runs.", needs=needs)


def loaded(engine: Engine, registry: Registry) -> Service:
    """Carried over in an archive: the image has its tag and no RepoDigests."""
    name, archive = "np-offline", str(engine.socket.parent / "image.tar")
    pushed = push(registry, "apps/offline", "11")
    engine.run("pull", "--quiet", pushed.tagged)
    engine.run("save", f"--output={archive}", pushed.tagged)
    engine.run("rmi", pushed.tagged)
    engine.run("load", f"--input={archive}")
    start(engine, pushed.tagged, name, *compose(name))
    needs = closure(containerd="nothing", older="nothing")
    return Service(name, pushed.pinned, "The running config belongs to the pinned index.", needs=needs)


def pruned(engine: Engine, registry: Registry) -> Service:
    """A prune took one of the image's two digests: only the container's own reference has the pin."""
    name, files = "np-metrics", {"app/version": "apps/metrics 12\n"}
    pushed = registry.push("apps/metrics", image(files), "12")
    other = registry.push("mirror/metrics", image(files, compression=1), "12")
    for pinned in (other.pinned, pushed.pinned):
        engine.run("pull", "--quiet", pinned)
    start(engine, pushed.pinned, name, *compose(name))
    engine.run("image", "prune", "--force")
    return Service(name, pushed.pinned, "The container was created by the pin.")


def created_by_id(engine: Engine, registry: Registry) -> Service:
    """Created by an image's short ID: the container's own reference says nothing."""
    name = "np-adhoc"
    pushed = push(registry, "apps/adhoc", "13")
    engine.run("pull", "--quiet", pushed.tagged)
    short = engine.run("images", "--quiet", pushed.tagged)
    start(engine, short, name, *compose(name))
    return Service(name, pushed.pinned, "RepoDigests of the running image list the pinned index.")


def paused(engine: Engine, registry: Registry) -> Service:
    """Every process of the container is frozen."""
    name = "np-queue"
    pushed = push(registry, "apps/queue", "14")
    start(engine, pushed.tagged, name, *compose(name))
    engine.run("pause", name)
    return Service(name, pushed.pinned, "It should run and is paused.", changes=("container.state",))


# By the name of the recording: what is made on one engine.
STATES: Mapping[str, tuple[State, ...]] = {
    "attested-again": (attested_again,),
    "committed": (committed,),
    "created-by-id": (created_by_id,),
    "drifted": (umami,),
    "drifted-pulled": (umami_pulled,),
    "healthy": (healthy,),
    "hostile-labels": (hostile,),
    "loaded": (loaded,),
    "manifest-pinned": (manifest_pinned,),
    "manifest-pulled": (manifest_pulled,),
    "meerkat": (meerkat,),
    "mirrored": (mirrored,),
    "missing": (missing,),
    "nameless": (nameless,),
    "other-platform": (other_platform,),
    "paused": (paused,),
    "pruned": (pruned,),
    "recompressed": (recompressed,),
    "reconfigured": (reconfigured,),
    "recordless": (recordless,),
    "replicas": (workers,),
    "replicas-apart": (workers_apart,),
    "single-manifest": (single,),
    "stopped": (stopped,),
    "unhealthy": (unhealthy,),
    "unmanaged": (meerkat, unmanaged),
}
