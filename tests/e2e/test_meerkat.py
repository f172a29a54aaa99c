"""The story that this project began with, on a real engine behind a real sshd: what looked wrong, and was not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State

from flows.plan_fleet import plan_fleet
from tests.lab.container import compose, start
from tests.lab.engine import Docker, docker
from tests.lab.fleet import SECRET, meerkat, push
from tests.lab.registry import Registry
from tests.lab.service import Service
from tests.lab.sshd import SshHost, SshHosts
from tests.lab.sshd import ssh_hosts as start_ssh_hosts

from .catalog import add_host, add_module, empty_catalog, reached_by
from .plans import ending, kept_plan

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.lab, pytest.mark.usefixtures("server")]

# A host on which everything can be asked but for the records of images.
BLIND = """\
#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
*"image inspect"*) echo "Error response from daemon: no space left on device" >&2; exit 1 ;;
esac
eval "exec $SSH_ORIGINAL_COMMAND"
"""


def test_meerkat(lab: Path, registry: Registry, tmp_path: Path, store: Path) -> None:
    """Half of the answers is never drift, and with the registry or a lock it is enough; only another image is drift."""
    with docker(lab, "rs2000") as engine, hosts(lab, engine) as ssh:
        service = meerkat(engine, registry)
        assert registry.address in service.image
        catalog = declared(tmp_path, service, ssh)

        assert planned(catalog, store) == ("COMPLETED", "Completed", "in-sync: 1 in-sync of 1 module on 1 host")
        assert judged(store) == ("in-sync", "exact", [])

        registry.stop()
        with blind(ssh["rs2000"]):
            assert planned(catalog, store) == (
                "CRASHED",
                "Inconclusive",
                "inconclusive: 1 inconclusive of 1 module on 1 host",
            )
        registry.start()
        assert judged(store) == ("inconclusive", "closure-unknown", [])
        assert kept_plan(store)["hosts"][0]["imagesError"] == {
            "reason": "command-failed",
            "message": "image inspect: Error response from daemon: no space left on device",
        }

        with blind(ssh["rs2000"]):
            assert planned(catalog, store)[0] == "COMPLETED", "the registry tells what the pin means"
        assert judged(store) == ("in-sync", "same-config", [])

        add_module(catalog, service.module("rs2000"), dict(service.lock()))
        (store / "bodies").rename(tmp_path / "forgotten")
        registry.stop()
        with blind(ssh["rs2000"]):
            assert planned(catalog, store)[0] == "COMPLETED", "the lock tells it without the registry"
        registry.start()
        assert judged(store) == ("in-sync", "same-config", [])

        observed = replaced(engine, registry, service)
        assert planned(catalog, store) == ("FAILED", "Drift", "drift: 1 drift of 1 module on 1 host")
        assert judged(store) == ("drift", "image-differs", [("container.image", service.image, observed)])

    assert not [file for file in store.rglob("*") if file.is_file() and SECRET in file.read_text()]


def declared(folder: Path, service: Service, ssh: SshHosts) -> Path:
    """Declare what runs, without a lock."""
    catalog = empty_catalog(folder)
    add_host(catalog, "rs2000", **reached_by(ssh, "rs2000"))
    add_module(catalog, service.module("rs2000"))
    return catalog


def planned(catalog: Path, store: Path) -> tuple[str, str, str]:
    """Run the flow, and return how it ended."""
    state: State[Any] = plan_fleet(catalog=str(catalog), store=str(store), confirm_after=0, return_state=True)
    return ending(state)


def judged(store: Path) -> tuple[str, str, list[tuple[str, str, str]]]:
    """Return what the kept plan says of the one module."""
    (module,) = kept_plan(store)["modules"]
    changes = [(change["path"], change["desired"], change["observed"]) for change in module["changes"]]
    return module["status"], module["reason"], changes


def replaced(engine: Docker, registry: Registry, service: Service) -> str:
    """Run another image under the same name, and return its digest's reference."""
    other = push(registry, "fbuchner/meerkat-crm-frontend", "1.5.0", tag="next")
    engine.run("rm", "--force", service.name)
    start(engine, other.tagged, service.name, *compose(service.name))
    return other.pinned


def hosts(lab: Path, engine: Docker) -> AbstractContextManager[SshHosts]:
    """Start the host in front of the engine, with the means to make it blind."""
    return start_ssh_hosts(lab, {"rs2000": engine}, files={"/usr/local/bin/blind": BLIND})


@contextmanager
def blind(host: SshHost) -> Iterator[None]:
    """Keep the records of images from the observer."""
    host.authorize('command="/usr/local/bin/blind"')
    try:
        yield
    finally:
        host.authorize()
