"""Many hosts at once, some of them dead: the others' verdicts stand, and nothing is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from platformctl.adapters.fleet import Retry
from platformctl.adapters.limits import Limits
from platformctl.adapters.planning import Job, Request, final_plan, look_at_fleet, prepare
from platformctl.adapters.ssh import SshTransport
from platformctl.adapters.store import chosen_store
from platformctl.catalog.inventory import SshHost

from .crowd import crowd
from .engine import docker
from .entry import held
from .fleet import meerkat
from .registry import Registry
from .service import Service
from .tcp_server import sends, tcp_server

pytestmark = [pytest.mark.lab, pytest.mark.slow]

ONCE = Retry(tries=1)
LIMITS = Limits(connect_s=10, login_s=10, answer_s=60)


@pytest.fixture(scope="module")
def service_and_hosts(lab: Path, registry: Registry) -> Iterator[tuple[Service, Mapping[str, SshHost]]]:
    """180 hosts that run one service."""
    with docker(lab, "crowded") as engine, crowd(lab, engine, 12, ask="socket", socket="/run/docker.sock") as hosts:
        yield meerkat(engine, registry), hosts


def job(folder: Path, service: Service, hosts: Mapping[str, SshHost]) -> Job:
    """Declare the service on every host, and prepare to look at all of them."""
    entries = {name: entry.model_dump(mode="json", exclude_none=True) for name, entry in hosts.items()}
    (folder / "hosts.yaml").write_text(yaml.safe_dump({"schema": "platformctl/inventory/v1", "hosts": entries}))
    for host in hosts:
        module = folder / "modules" / f"on-{host}" / "module.yaml"
        module.parent.mkdir(parents=True)
        module.write_text(yaml.safe_dump({**service.module(host), "name": f"on-{host}"}))
    prepared = prepare(Request(folder, offline=True), chosen_store(folder / "store"))
    ways = {name: SshTransport(name, entry, LIMITS, prepared.connections) for name, entry in hosts.items()}
    return replace(prepared, transports=ways)


def test_dead_hosts_among_many_are_their_own_problem(
    service_and_hosts: tuple[Service, Mapping[str, SshHost]], tmp_path: Path
) -> None:
    """Of 200 hosts, 20 accept connections and say nothing: they are inconclusive, and 180 are proven to be in sync."""
    service, live = service_and_hosts
    before = held()
    with tcp_server(sends()) as silent:
        one = next(iter(live.values())).model_copy(update={"address": silent.address, "port": silent.port})
        # Their names sort first: they are begun before all others.
        hosts = {**{f"a-dead-{number}": one for number in range(20)}, **live}
        prepared = job(tmp_path, service, hosts)
        plan = final_plan(prepared, look_at_fleet(prepared, ONCE, confirm_after_s=None))
        assert silent.connections == 20
    assert held() == before
    assert Counter((module.status, module.reason) for module in plan.modules) == {
        ("in-sync", "exact"): 180,
        ("inconclusive", "timed-out"): 20,
    }


def test_the_second_look_at_many_hosts_needs_no_second_login(
    service_and_hosts: tuple[Service, Mapping[str, SshHost]], tmp_path: Path
) -> None:
    """Where all hosts differ, both looks are made, and every connection is let go of."""
    service, live = service_and_hosts
    some = dict(list(live.items())[:30])
    prepared = job(tmp_path, replace(service, name="np-nowhere"), some)
    before = held()
    looks = look_at_fleet(prepared, ONCE, confirm_after_s=0)
    assert held() == before
    plan = final_plan(prepared, looks)
    assert (len(looks.first), len(looks.second)) == (30, 30)
    assert {(module.status, module.reason) for module in plan.modules} == {("drift", "container-missing")}
