"""The inspection of hosts as Prefect's tasks: who is looked at how often, and what a failure leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.futures import wait
from prefect.states import Cancelled, Completed, Crashed, Failed

from flows.outcome import concluded
from flows.plan_fleet import plan_fleet
from platformctl.adapters.snapshot_folder import SnapshotTransport
from platformctl.observation.snapshot import Snapshot
from platformctl.plan.plan import Plan
from platformctl.reason import Reason
from tasks.inspect_host import Inspection, outcome
from tests.lab.address import free_port
from tests.lab.engine import Docker
from tests.lab.sshd import SshHosts
from tests.lab.sshd import ssh_hosts as start_ssh_hosts

from .catalog import add_host, add_module, empty_catalog, reached_by, recorded
from .plans import ending, kept_plan
from .run import Run

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]

PIN = f"127.0.0.1:5000/apps/edge@sha256:{'0' * 64}"

# The observer's docker breaks off in the middle of its third answer, once.
FLAKY = """\
#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
*"container ls"*) mkdir /tmp/failed-once 2>/dev/null && exit 1 ;;
esac
eval "exec $SSH_ORIGINAL_COMMAND"
"""


def module(name: str, host: str) -> dict[str, Any]:
    """Declare something on a host."""
    return {"schema": "platformctl/module/v1", "name": name, "host": host, "container": name, "image": PIN}


def test_one_task_for_each_host_and_look(tmp_path: Path, store: Path) -> None:
    """Each host is inspected by a task of its own; a host with drift is looked at again, and only that one."""
    catalog = recorded(tmp_path, "fleet")
    state: State[Any] = plan_fleet(catalog=str(catalog), store=str(store), return_state=True)
    assert ending(state) == ("FAILED", "Drift", "drift: 2 drift, 6 in-sync of 8 modules on 2 hosts")
    assert state.state_details.flow_run_id
    assert Run(state.state_details.flow_run_id).task_runs(11) == [
        "ask registries",
        "ask registries",
        "inspect rs1000",
        "inspect rs2000",
        "inspect rs2000",
        "keep plan",
        "label run",
        "name run",
        "publish plan",
        "read catalog",
        "tell people",
    ]


def test_refused_connection_is_tried_again_and_takes_no_other_host_with_it(tmp_path: Path, store: Path) -> None:
    """A host that refuses is tried three times, ends inconclusive, and leaves the others' verdicts as they are."""
    catalog = recorded(tmp_path, "meerkat")
    port = free_port("127.0.0.1")
    add_host(catalog, "down", transport="ssh", address="127.0.0.1", port=port, user="observer")
    add_module(catalog, module("np-edge", "down"))
    state: State[Any] = plan_fleet(catalog=str(catalog), store=str(store), return_state=True)
    assert ending(state) == (
        "CRASHED",
        "Inconclusive",
        "inconclusive: 1 inconclusive, 1 in-sync of 2 modules on 2 hosts",
    )
    plan = kept_plan(store)
    assert {each["name"]: (each["status"], each["reason"]) for each in plan["modules"]} == {
        "np-edge": ("inconclusive", "connection-refused"),
        "np-meerkat-frontend": ("in-sync", "exact"),
    }
    down = next(host for host in plan["hosts"] if host["name"] == "down")
    assert (down["reached"], down["attempts"], down["commands"]) == (False, 3, [])


@pytest.mark.lab
def test_host_that_answers_at_the_second_try_is_judged(lab: Path, engine: Docker, tmp_path: Path, store: Path) -> None:
    """What passes by itself costs a try and no verdict; the plan has the commands of both tries."""
    catalog = empty_catalog(tmp_path)
    add_module(catalog, module("np-edge", "flaky"))
    with start_ssh_hosts(lab, {"flaky": engine}, files={"/usr/local/bin/flaky": FLAKY}) as hosts:
        hosts["flaky"].authorize('command="/usr/local/bin/flaky"')
        add_host(catalog, "flaky", **reached_by(hosts, "flaky"))
        plan_fleet(catalog=str(catalog), store=str(store), confirm_after=0, return_state=True)
    plan = kept_plan(store)
    assert [(each["status"], each["reason"]) for each in plan["modules"]] == [("drift", "container-missing")]
    (host,) = plan["hosts"]
    first_look = ["docker version", "docker info", "docker container"]
    asked = [" ".join(command[:2]) for command in host["commands"]]
    assert asked[: len(first_look) * 2] == first_look * 2
    assert (host["reached"], host["attempts"]) == (True, 3)  # two tries for the first look, one for the second


@pytest.mark.lab
@pytest.mark.parametrize(
    ("known_hosts", "reason"),
    [
        (lambda hosts, _: hosts.wrong_known_hosts, "host-key-changed"),
        (lambda _, empty: empty, "host-key-unknown"),
    ],
    ids=["changed", "unknown"],
)
def test_host_key_that_is_not_trusted_is_not_tried_again(
    ssh_hosts: SshHosts,
    tmp_path: Path,
    store: Path,
    known_hosts: Callable[[SshHosts, Path], Path],
    reason: str,
) -> None:
    """A host key that is wrong stays wrong: one try, nothing sent, and no colour for what nobody saw."""
    empty = tmp_path / "known_hosts"
    empty.touch()
    catalog = empty_catalog(tmp_path)
    add_module(catalog, module("np-edge", "rs2000"))
    reached = reached_by(ssh_hosts, "rs2000")
    add_host(catalog, "rs2000", **{**reached, "known_hosts": str(known_hosts(ssh_hosts, empty))})
    state: State[Any] = plan_fleet(catalog=str(catalog), store=str(store), return_state=True)
    assert ending(state)[:2] == ("CRASHED", "Inconclusive")
    (host,) = kept_plan(store)["hosts"]
    assert (host["reached"], host["attempts"], host["commands"]) == (False, 1, [])
    assert host["error"]["reason"] == reason


@pytest.mark.parametrize(
    "end",
    [Failed(), Crashed(), Cancelled(), Completed(), Completed(data="no snapshot"), None],
    ids=["failed", "crashed", "cancelled", "empty", "other", "raised"],
)
def test_task_that_ends_in_any_other_way_is_no_answer(tmp_path: Path, end: State[Any] | None) -> None:
    """Whatever state Prefect gives to an inspection, without a snapshot nothing is known of the host."""
    inspection = Inspection("rs2000", SnapshotTransport("rs2000", tmp_path))

    @task
    def inspect() -> Any:  # noqa: ANN401  a state is taken for what it holds
        if end is None:
            raise ZeroDivisionError
        return end

    @flow
    def look() -> Snapshot:
        future = inspect.submit()
        wait([future])
        return outcome(inspection, future)

    snapshot = look()
    assert snapshot.failure
    assert (snapshot.failure.reason, snapshot.engine) == (Reason.OBSERVER_FAILED, None)


def test_error_of_our_own_is_not_red() -> None:
    """A bug inside of a flow ends in the colour of what could not be concluded, and its stack is in the log."""

    def wrong() -> Plan:
        return json.loads("{")  # type: ignore[no-any-return]

    @flow
    def broken() -> State[Any]:
        return concluded(wrong)

    state: State[Any] = broken(return_state=True)
    assert ending(state) == ("CRASHED", "Crashed", "JSONDecodeError: nothing was concluded")
