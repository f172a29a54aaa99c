"""Connections within a run: reused by the second look, opened again where one broke, and none left at the end."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import paramiko
import pytest

from platformctl.adapters.connections import Connections
from platformctl.adapters.fleet import Retry, observe_host
from platformctl.adapters.limits import Limits
from platformctl.errors import Failure
from platformctl.observation.snapshot import Snapshot
from platformctl.reason import Reason

from .entry import held
from .hostile_server import ENGINE, Answer, cut_after, in_turn, says, silent, ssh_server
from .observer import Observer, script
from .ssh_faults import INFO, INSPECT, VERSION
from .tcp_server import Server, sends, tcp_server


@pytest.fixture
def observer(tmp_path: Path) -> Observer:
    """An observer of this test alone."""
    return Observer(tmp_path)


def test_the_second_look_takes_the_connection_of_the_first(observer: Observer) -> None:
    """Two looks of one run cost one login, and see the same."""
    played = script()
    with ssh_server(played) as server, Connections() as connections:
        way = observer.transport(server, connections=connections)
        looks = [way.look(), way.look(again=True)]
        assert (server.connections, len(played.commands)) == (1, 10)
    assert looks[0].failure is None
    assert looks[0].containers == looks[1].containers


def test_without_a_run_each_look_has_a_connection_of_its_own(observer: Observer) -> None:
    """Nobody else would close it."""
    with ssh_server(script()) as server:
        way = observer.transport(server)
        assert [way.look().failure, way.look().failure] == [None, None]
        assert server.connections == 2


def test_a_connection_that_broke_while_it_waited_is_opened_again(observer: Observer) -> None:
    """A host may close an idle connection: that is no failure and no try, and the record has what was sent to it."""
    answers = {VERSION: in_turn(ENGINE[VERSION], cut_after(b""), ENGINE[VERSION])}
    with ssh_server(script(answers)) as server, Connections() as connections:
        way = observer.transport(server, connections=connections)
        way.look()
        second = observe_host("h1", way, Retry(tries=1), again=True)
        assert server.connections == 2
    assert (second.failure, second.attempt.tries) == (None, 1)
    assert [argv[1] for argv in second.attempt.commands] == [
        *("version", "info", "container"),
        *("version", "info", "container", "container", "image"),
    ]


@pytest.mark.parametrize("fault", [cut_after(b"{"), says(b"rubbish"), silent], ids=["cut", "rubbish", "silent"])
def test_a_connection_that_failed_is_not_used_again(observer: Observer, fault: Answer) -> None:
    """Whatever went wrong on it, the next try begins with a new one."""
    with ssh_server(script({INFO: in_turn(fault, ENGINE[INFO])})) as server, Connections() as connections:
        way = observer.transport(server, Limits(answer_s=1), connections=connections)
        snapshot = observe_host("h1", way, Retry(tries=2, delay_s=0))
        assert (snapshot.failure, snapshot.attempt.tries, server.connections) == (None, 2, 2)


def test_only_so_many_are_kept_and_only_those_that_are_wanted(observer: Observer) -> None:
    """Each costs a thread and a descriptor: those beyond the number, and of hosts that need no second look, go."""
    with ssh_server(script()) as server, Connections(kept=1) as connections:
        ways = [
            observer.transport(server, connections=connections),
            observer.transport(server, connections=connections),
        ]
        ways[1]._name = "h2"
        assert [way.look().failure for way in ways] == [None, None]
        assert (connections.holds("h1"), connections.holds("h2")) == (True, False)
        connections.keep_only({"h2"})
        assert not connections.holds("h1")
        assert [way.look().failure for way in ways] == [None, None]
        assert (connections.holds("h1"), connections.holds("h2")) == (False, True)


def test_the_end_of_a_run_ends_a_look_that_waits(observer: Observer) -> None:
    """Who waits for an answer stops waiting, nothing is opened afterwards, and nothing is left."""
    before, asked = held(), Event()
    looks: list[Snapshot] = []

    def hangs(_: paramiko.Channel, server: Server) -> None:
        asked.set()
        server.ended.wait()

    with ssh_server(script({INSPECT: hangs})) as server:
        with Connections() as connections:
            way = observer.transport(server, connections=connections)
            waiting = Thread(target=lambda: looks.append(way.look()))
            waiting.start()
            asked.wait()
        waiting.join()
        looks.append(way.look())
    assert [look.failure for look in looks] == [
        Failure(Reason.CONNECTION_LOST, "container inspect: the connection was closed"),
        Failure(Reason.CONNECTION_LOST, "the run was stopped"),
    ]
    assert held() == before


def test_the_end_of_a_run_ends_a_login(observer: Observer) -> None:
    """A host that lets nobody in keeps no thread once the run is over, whatever its time limit."""
    before = held()
    looks: list[Snapshot] = []
    with tcp_server(sends()) as server:
        with Connections() as connections:
            way = observer.transport(server, Limits(login_s=3600), connections=connections)
            waiting = Thread(target=lambda: looks.append(way.look()), daemon=True)
            waiting.start()
            server.wait_until_connected()
            while not connections._logging_in and waiting.is_alive():
                waiting.join(0.01)
        waiting.join(60)
        assert not waiting.is_alive()
    assert [look.failure and look.failure.reason for look in looks] == [Reason.CONNECTION_LOST]
    assert held() == before
