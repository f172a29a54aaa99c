"""A good catalog is read whole, sorted, and the same whatever the order of its files."""

from __future__ import annotations

from typing import Final

import pytest

from platformctl.catalog.catalog import Catalog, CatalogSources, NamedHost, read_catalog
from platformctl.catalog.inventory import DockerHost, SnapshotHost, SshHost
from platformctl.catalog.module import ComposeFile, Expect, Module
from platformctl.catalog.source import SourceFile
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest

from .case import lock
from .files import DIGEST, HOSTS, MODULE

API: Final = """\
schema: platformctl/module/v1
name: api
host: h2
select: {project: apps, service: api}
image: ghcr.io/apps/api:1.27
platform: linux/arm64/v8
compose: {file: compose.yaml, service: api}
expect: {state: exited, health: unhealthy}
smoke: {probes: [{http: {url: "https://api/"}}, {http: {url: "http://api/", status: 301}, from: host}]}
"""
INVENTORY: Final = (
    HOSTS + "  h2: {transport: ssh, address: h2.example.net}\n  a1: {transport: docker, url: unix:///run/d}\n"
)
COMPOSE: Final = b"services: {api: {}}"


def read(*modules: str, hosts: str = INVENTORY, locks: tuple[str, ...] = ()) -> Catalog:
    """Read a catalog of these texts; a module's folder has the name that the module gives itself."""
    names = [module.partition("name: ")[2].partition("\n")[0] for module in modules]
    return read_catalog(
        CatalogSources(
            inventory=SourceFile("hosts.yaml", hosts.encode()),
            modules=tuple(
                SourceFile(f"modules/{name}/module.yaml", module.encode())
                for name, module in zip(names, modules, strict=True)
            ),
            locks=tuple(SourceFile(f"modules/{i}/image.lock.json", text.encode()) for i, text in enumerate(locks)),
            compose_file=lambda name: SourceFile(name, COMPOSE),
        )
    )


def test_modules_hosts_and_locks_are_values() -> None:
    """Everything that the files declare is there, sorted by name, with the defaults filled in."""
    catalog = read(MODULE, API, locks=(*lock().values(),))
    api, web = catalog.modules
    assert (api.name, api.target, str(api.reference)) == ("api", "apps/api", "ghcr.io/apps/api:1.27")
    assert (api.platform, api.compose) == ("linux/arm64/v8", ComposeFile(file="compose.yaml", service="api"))
    assert (api.expect.state, api.expect.health) == ("exited", "unhealthy")
    assert api.smoke
    assert [(p.http.url, p.http.status, p.origin) for p in api.smoke.probes if p.http] == [
        ("https://api/", (200,), "worker"),
        ("http://api/", (301,), "host"),
    ]
    assert (web.name, web.target, str(web.reference)) == ("web", "web", f"ghcr.io/apps/web@{DIGEST}")
    assert (web.expect, web.smoke, web.compose, web.platform) == (Expect(), None, None, None)
    assert catalog.hosts == (
        NamedHost("a1", DockerHost(transport="docker", url="unix:///run/d", tls=None)),
        NamedHost("h1", SnapshotHost(transport="snapshot", path="snapshots/h1")),
        NamedHost("h2", SshHost.model_validate({"transport": "ssh", "address": "h2.example.net"})),
    )


def test_a_lock_is_the_closure_of_the_pin_that_it_names() -> None:
    """It has the manifests, and of each platform what the image holds, and it names the file."""
    assert read(MODULE, API, locks=(*lock().values(),)).closures == (
        Closure(
            digest=Digest(DIGEST),
            manifests=(Manifest(Digest(DIGEST), "application/vnd.oci.image.index.v1+json", None),),
            configs=(ImageConfig(Digest(DIGEST), ImageContent("linux/amd64", (Digest(DIGEST),), "", ())),),
            source="modules/0/image.lock.json",
        ),
    )


def test_the_order_of_files_never_matters() -> None:
    """Files are found in any order, and the catalog is the same."""
    modules = [MODULE.replace("web\n", f"web{number}\n") for number in range(8)]
    assert read(*modules[::-1]) == read(*modules[3:], *modules[:3]) == read(*modules)


@pytest.mark.parametrize(
    "entry",
    [
        "{transport: docker, url: tcp://127.0.0.1:2375}",
        '{transport: docker, url: "tcp://[::1]:2375"}',
        "{transport: docker, url: tcp://localhost:2375}",
        "{transport: docker, url: tcp://h:2376, tls: {ca: a, cert: b, key: c}}",
        "{transport: docker, url: unix:///run/docker.sock}",
    ],
)
def test_engines_that_may_be_asked(entry: str) -> None:
    """Plain TCP is for this machine only; with TLS any machine may be asked."""
    assert isinstance(read(MODULE, hosts=f"{HOSTS}  x: {entry}\n").hosts[-1].entry, DockerHost)


def test_one_container_may_have_the_name_of_another_on_another_host() -> None:
    """Two modules may name the same container as long as it runs on different hosts."""
    other = MODULE.replace("name: web", "name: web2").replace("host: h1", "host: h2")
    assert [module.container for module in read(MODULE, other).modules] == ["web", "web"]


def test_values_cannot_change() -> None:
    """A module is a value: whoever holds it cannot change what others see."""
    with pytest.raises(ValueError, match="frozen"):
        read(MODULE).modules[0].name = "other"  # type: ignore[misc]  # that is the point
    assert isinstance(read(MODULE).modules[0], Module)
