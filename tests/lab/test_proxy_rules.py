"""The printed rules in a proxy that filters: our own client works behind it, and nothing else gets through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from platformctl.adapters.docker_api import DockerTransport
from platformctl.catalog.inventory import DockerHost
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.proxy_rules import generic, socket_proxy

from .engine import Docker, docker
from .filter_proxy import FilterProxy, Rule, filter_proxy, generic_rule, socket_proxy_rule, talk
from .fleet import meerkat, nameless, stopped
from .registry import Registry
from .workspace import subfolder

pytestmark = pytest.mark.lab

FORMS: Final[dict[str, Callable[[], Rule]]] = {
    "generic": lambda: generic_rule(generic()),
    "socket-proxy": lambda: socket_proxy_rule(socket_proxy()),
}


@dataclass(frozen=True, slots=True)
class Behind:
    """An engine, and the proxy in front of it."""

    engine: Docker
    proxy: FilterProxy
    form: str

    @property
    def container(self) -> str:
        """The ID of a container that runs."""
        return self.engine.run("inspect", "--format={{.Id}}", "np-meerkat-frontend")


@pytest.fixture(scope="module")
def engine(lab: Path, registry: Registry) -> Iterator[Docker]:
    """An engine with containers in some states."""
    with docker(lab, "proxied") as running:
        for state in (meerkat, nameless, stopped):
            state(running, registry)
        yield running


@pytest.fixture(params=FORMS)
def behind(engine: Docker, lab: Path, request: pytest.FixtureRequest) -> Iterator[Behind]:
    """A proxy with the rules in one of their forms."""
    with ExitStack() as stack:
        rule = FORMS[request.param]()
        proxy = stack.enter_context(filter_proxy(engine.socket, subfolder(lab, "proxy"), rule))
        yield Behind(engine, proxy, request.param)


def look(url: str) -> Snapshot:
    """Look through the API, without when and how."""
    snapshot = DockerTransport("rs2000", DockerHost(transport="docker", url=url)).look()
    return replace(snapshot, taken_at="", attempt=Attempt(0, 0, snapshot.attempt.commands))


def test_our_own_client_sees_the_same(behind: Behind) -> None:
    """Not one of its requests is stopped, and the snapshot is that of the bare socket."""
    through = look(f"unix://{behind.proxy.socket}")
    assert through.failure is None
    assert len(through.containers) == 3
    assert through == look(behind.engine.url)
    assert behind.proxy.stopped == []
    assert len(behind.proxy.passed) == len(through.attempt.commands)


def test_the_queries_are_the_two_that_are_known(behind: Behind) -> None:
    """What the rules take for our client's query is what it sends; the agent's spelling passes too."""
    look(f"unix://{behind.proxy.socket}")
    queries = {target.partition("?")[2] for _, target in behind.proxy.passed}
    assert queries == {"", "limit=-1&all=1&size=0&trunc_cmd=0"}
    assert status(behind, "GET", "/containers/json?all=1") == 200


def status(behind: Behind, method: str, target: str) -> int:
    """Send a request as it is and return the status of the answer."""
    request = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    return int(talk(behind.proxy.socket, request.encode()).split()[1])


@pytest.mark.parametrize(
    "target",
    [
        "/containers/{id}/archive?path=/etc/passwd",
        "/containers/{id}/export",
        "/containers/{id}/logs?stdout=1",
        "/containers/{id}/top",
        "/containers/{id}/stats?stream=0",
        "/containers/{id}/changes",
        "/containers/np-meerkat-frontend/json",
        "/containers/{id}/json/../archive?path=/etc/passwd",
        "/containers/{id}/json/%2e%2e/export",
        "/containers/{id}/./json",
        "/containers/%2e%2e/containers/{id}/json",
        "//containers/{id}/json",
        "/containers//{id}/json",
        "/containers/{id}/json/",
        "/containers/{id}/archive%3Fpath=/json",
        "/containers/{id}%00/json",
        "/v1.41/../v1.41/info",
        "/v1.41/containers/{id}/export",
        "/events?since=0&until=1",
        "/images/json",
        "/system/df",
        "/_ping",
        "/volumes",
        "/secrets",
        "/swarm",
        "/plugins",
    ],
)
def test_what_we_never_ask_is_stopped(behind: Behind, target: str) -> None:
    """Files of containers, and other spellings of what is allowed, get no answer of the engine."""
    target = target.replace("{id}", behind.container)
    assert status(behind, "GET", target) == 403
    assert behind.proxy.passed == []


@pytest.mark.parametrize(
    "target", ["/containers/{id}/json?size=1", "/containers/json?all=1&size=1", "/containers/json", "/info?x=1"]
)
def test_other_queries(behind: Behind, target: str) -> None:
    """The whole target decides where a proxy looks at it; wollomatic/socket-proxy sees the path alone."""
    expected = 403 if behind.form == "generic" else 200
    assert status(behind, "GET", target.replace("{id}", behind.container)) == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "get"])
def test_every_method_but_get_is_stopped(behind: Behind, method: str) -> None:
    """An allowed path is allowed for GET; what changes an engine is stopped before it gets there."""
    paths = ("/info", "/containers/{id}/json", "/containers/{id}/stop", "/containers/{id}", "/containers/create")
    found = {path: status(behind, method, path.replace("{id}", behind.container)) for path in paths}
    assert found == dict.fromkeys(paths, 403)
    assert behind.engine.run("inspect", "--format={{.State.Running}}", "np-meerkat-frontend") == "true"
