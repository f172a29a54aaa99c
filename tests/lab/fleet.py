"""The example fleet, made for real: each function leaves a state and tells what to declare for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from .container import compose, start, untag, wait_for_health
from .engine import Engine
from .image import DOCKER, image, multi_platform
from .registry import Pushed, Registry
from .service import Service
from .sight import Needs, closure

# A state that no catalog declares returns no service.
State: TypeAlias = Callable[[Engine, Registry], "Service | None"]

# Looks like a secret, so that every output can be searched for it.
SECRET = "hunter2-meerkat-8f41c0de"

HOSTILE_LABELS = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "table": "a | b\n| c | d |\r\n\n# heading",
    "terminal": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J",
    "direction": "\u202eexe.tnemucod\u202c \u200bzero\u200bwidth",
    "link": "[free](javascript:alert(3)) ![x](http://127.0.0.1:9/x.png)",
    "template": "{{ 7 * 7 }} ${PATH} $(id) `id` %s %(x)s",
    "<b>key</b>|\n": "a hostile key",
}


def meerkat(engine: Engine, registry: Registry) -> Service:
    """Created by a multi-platform tag: the container shows the config digest, the pin is the index."""
    name = "np-meerkat-frontend"
    pushed = push(registry, "fbuchner/meerkat-crm-frontend", "1.4.2", tag="latest")
    options = (f"--env=SESSION_SECRET={SECRET}", "--restart=unless-stopped")
    start(engine, pushed.tagged, name, *compose(name), *options)
    return Service(name, pushed.pinned, "RepoDigests of the running image list the pinned index.")


def umami(engine: Engine, registry: Registry) -> Service:
    """The tag moved in the registry and the pin with it; the container runs what it was made from."""
    name = "np-umami"
    old = push(registry, "umami-software/umami", "2.9.0", tag="latest")
    start(engine, old.tagged, name, *compose(name))
    new = push(registry, "umami-software/umami", "2.10.0", tag="latest")
    because = "The image that runs is no part of the pinned index."
    return Service(name, new.pinned, because, changes=("container.image",), needs=closure(older="registry"))


def nameless(engine: Engine, registry: Registry) -> Service:
    """The only tag was removed by force while it runs: its image's record has no RepoDigests any more."""
    name = "np-plausible"
    pushed = push(registry, "plausible/analytics", "2.1")
    start(engine, pushed.tagged, name, *compose(name))
    untag(engine, pushed.tagged)
    needs = Needs(classic="closure", socket="closure")
    return Service(name, pushed.pinned, "The running config belongs to the pinned index.", needs=needs)


def stopped(engine: Engine, registry: Registry) -> Service:
    """The right image in a container that was killed."""
    name = "np-backup"
    pushed = push(registry, "apps/backup", "7")
    start(engine, pushed.tagged, name, *compose(name))
    engine.run("kill", name)
    return Service(name, pushed.pinned, "It should run and has exited.", changes=("container.state",))


def hostile(engine: Engine, registry: Registry) -> Service:
    """Labels that try to break out of HTML, Markdown, a terminal and a template."""
    name = "np-guestbook"
    pushed = push(registry, "apps/guestbook", "1")
    labels = [f"--label={key}={value}" for key, value in HOSTILE_LABELS.items()]
    start(engine, pushed.tagged, name, *compose(name), *labels)
    return Service(name, pushed.pinned, "Labels that nobody declared are not compared.")


def unmanaged(engine: Engine, registry: Registry) -> None:
    """A container that no catalog declares."""
    start(engine, push(registry, "tools/agent", "2.19").tagged, "agent")


def workers(engine: Engine, registry: Registry) -> Service:
    """Two replicas of one compose service."""
    pushed = push(registry, "apps/worker", "3")
    for number in (1, 2):
        start(engine, pushed.tagged, f"apps-worker-{number}", *compose("worker", number))
    return Service("worker", pushed.pinned, "Both replicas run the pinned index.", select=("apps", "worker"))


def healthy(engine: Engine, registry: Registry) -> Service:
    """A health check that passes."""
    service = checked(engine, registry, "np-api", "/bin/true")
    wait_for_health(engine, service.name, "healthy")
    return service


def single(engine: Engine, registry: Registry) -> Service:
    """One manifest without an index, in the older media types, created by its pin."""
    name = "np-legacy"
    content = image({"app/version": "apps/legacy 1\n"}, family=DOCKER)
    pushed = registry.push("apps/legacy", content, "1")
    start(engine, pushed.pinned, name, *compose(name))
    return Service(name, pushed.pinned, "RepoDigests and the container's own reference are the pin.")


FLEET: Mapping[str, tuple[State, ...]] = {
    "rs2000": (meerkat, umami, nameless, stopped, hostile, unmanaged),
    "rs1000": (workers, healthy, single),
}


def push(registry: Registry, repository: str, version: str, tag: str | None = None) -> Pushed:
    """Push a release for two platforms; no other repository or version has the same image."""
    content = multi_platform({"app/version": f"{repository} {version}\n"})
    return registry.push(repository, content, tag or version)


def checked(engine: Engine, registry: Registry, name: str, command: str) -> Service:
    """Start a container whose image says how its health is checked, every second."""
    check = {"Healthcheck": {"Test": ["CMD", command], "Interval": 1_000_000_000, "Retries": 1}}
    pushed = registry.push(f"apps/{name}", multi_platform({"app/version": f"{name} 1\n"}, config=check), "1")
    start(engine, pushed.tagged, name, *compose(name))
    because = "It runs the pin and is healthy."
    return Service(name, pushed.pinned, because, expect=(("health", "healthy"),))
