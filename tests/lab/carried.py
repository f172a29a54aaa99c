"""States of identity in which an image came by another way than a pull: in an archive, or made on the host."""

from __future__ import annotations

from pathlib import Path

from .container import compose, start
from .engine import Engine
from .engines import KINDS
from .errors import LabError
from .fleet import push
from .registry import Pushed, Registry
from .service import IMAGE, Service
from .sight import Needs, closure


def loaded_from_classic(engine: Engine, registry: Registry) -> Service:
    """Loaded from an archive that a classic store wrote."""
    name = "np-carried"
    pushed = push(registry, "apps/carried", "1")
    _carry("docker-bookworm", engine, registry, pushed)
    start(engine, pushed.tagged, name, *compose(name))
    because = "Layers and config are those of the pinned index."
    return Service(name, pushed.pinned, because, needs=closure(older="more"))


def loaded_from_containerd(engine: Engine, registry: Registry) -> Service:
    """Loaded from an archive that a containerd store wrote, index and all."""
    name = "np-shipped"
    pushed = push(registry, "apps/shipped", "1")
    _carry("docker-sid", engine, registry, pushed)
    start(engine, pushed.tagged, name, *compose(name))
    because = "Layers and config are those of the pinned index."
    return Service(name, pushed.pinned, because, needs=Needs(classic="closure"))


def loaded_other(engine: Engine, registry: Registry) -> Service:
    """Loaded from an archive under the pinned name, and another release than the pinned one."""
    name = "np-stale"
    old = push(registry, "apps/stale", "1", tag="latest")
    _carry("docker-bookworm", engine, registry, old)
    new = push(registry, "apps/stale", "2", tag="latest")
    start(engine, new.tagged, name, *compose(name))
    because = "The archive held another release."
    return Service(name, new.pinned, because, (IMAGE,), needs=closure(older="more"))


def imported(engine: Engine, registry: Registry) -> Service:
    """A file system that was imported under the pinned name."""
    name = "np-import"
    pushed = push(registry, "apps/import", "1")
    archive = _folder(engine) / "rootfs.tar"
    engine.run("create", "--network=none", "--name=source", pushed.tagged)
    engine.run("export", f"--output={archive}", "source")
    engine.run("rm", "source")
    engine.run("import", '--change=CMD ["/bin/sleep","86400"]', str(archive), pushed.tagged)
    start(engine, pushed.tagged, name, *compose(name))
    because = "What runs was made on the host."
    return Service(name, pushed.pinned, because, (IMAGE,), needs=closure(older="more"))


def built(engine: Engine, registry: Registry) -> Service:
    """Built on the host under the pinned name, on top of what the pin has."""
    name = "np-built"
    base = push(registry, "apps/base", "1")
    pushed = push(registry, "apps/built", "1")
    folder = _folder(engine) / "build"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {base.pinned}\nLABEL built=here\nCMD /bin/sleep 86400\n")
    answer = engine.cli("build", f"--tag={pushed.tagged}", str(folder), environment={"DOCKER_BUILDKIT": "0"})
    if answer.returncode != 0:
        raise LabError(answer.stderr)
    start(engine, pushed.tagged, name, *compose(name))
    because = "What runs was made on the host."
    return Service(name, pushed.pinned, because, (IMAGE,), needs=closure(older="more"))


def _carry(kind: str, engine: Engine, registry: Registry, pushed: Pushed) -> None:
    """Pull and save on an engine of another kind, load on this one."""
    archive = _folder(engine) / "carried.tar"
    with KINDS[kind].start(_folder(engine), "elsewhere", (registry.address,)) as other:
        other.run("pull", "--quiet", pushed.tagged)
        other.run("save", f"--output={archive}", pushed.tagged)
    engine.run("load", f"--input={archive}")


def _folder(engine: Engine) -> Path:
    """The run's folder, which engines see at the same path."""
    return engine.socket.parents[1]
