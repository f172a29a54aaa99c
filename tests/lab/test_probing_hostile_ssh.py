"""Probes through an SSH server that misbehaves: whatever it does, no service is accused."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from platformctl.adapters.connections import Connections
from platformctl.adapters.probing import Prober
from platformctl.smoke.agenda import agenda
from platformctl.smoke.finding import Tally
from tests.unit.smoke.findings import module

from .hostile_server import ssh_server
from .observer import Observer, script
from .tcp_server import Server

PLACE = "127.0.0.1:8080 from the host"


@pytest.fixture
def observer(tmp_path: Path) -> Observer:
    """An observer of this test alone."""
    return Observer(tmp_path)


def probed(observer: Observer, server: Server, timeout: float = 60) -> Tally:
    """Ask a port of the host over HTTP."""
    probe = {"http": {"url": "http://127.0.0.1:8080/"}, "from": "host", "timeout": timeout, "tries": 2}
    with Connections() as connections:
        ways = {"h1": observer.transport(server, connections=connections)}
        return Prober(ways, Path(), pause_s=0).run(agenda(module(probe))[0])


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"refuses": "channel"}, f"forward-refused: {PLACE}: its SSH server does not permit it"),
        ({"drops_at": "channel"}, "way-lost: the SSH connection to the host was closed"),
        ({"stuck_at": "channel"}, f"connect-timed-out: {PLACE}: no connection within 0.5 s"),
    ],
    ids=["refuses", "drops", "stuck"],
)
def test_a_server_that_opens_no_way(observer: Observer, steps: dict[str, Any], said: str) -> None:
    """It refuses, cuts the connection, or says nothing at all: an error each time."""
    with ssh_server(script(steps=steps)) as server:
        tally = probed(observer, server, 0.5 if "stuck_at" in steps else 60)
    assert (f"{tally.finding.reason}: {tally.finding.message}", len(tally.findings)) == (said, 3)


def test_a_server_that_lets_nobody_in(observer: Observer) -> None:
    """Nothing can be asked from a host that is not reached."""
    with ssh_server(script(steps={"refuses": "login"})) as server:
        tally = probed(observer, server)
    assert tally.finding.reason == "host-unreached"
    assert tally.finding.message.startswith("authentication-failed: ")


def test_a_connection_that_is_cut_meanwhile(observer: Observer) -> None:
    """An end that the SSH connection made is not the target's: the channel ends alike, and it is no fail."""
    played = script()
    with ThreadPoolExecutor(1) as thread:
        with ssh_server(played) as server:
            waiting = thread.submit(probed, observer, server)
            while not (played.forwards or waiting.done()):
                time.sleep(0.01)
        tally = waiting.result()
    assert played.forwards == [("127.0.0.1", 8080)]
    assert [str(finding.reason) for finding in tally.findings] == ["way-lost", "host-unreached", "host-unreached"]
