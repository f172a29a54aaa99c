"""Looking at many hosts: tries, their count, and what a bug in one does to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event

import pytest

from platformctl.adapters.fleet import MAX_CONCURRENT, Retry, Waiter, observe_fleet, observe_host
from platformctl.errors import Failure
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.stage import Stage
from platformctl.reason import Reason

QUICK = Retry(tries=3, delay_s=0.0)
ENGINE = Engine("docker", "20.10.24")


def answer(reason: Reason | None, command: str = "ask") -> Snapshot:
    """Return one look, failed for a reason or good."""
    failure = Failure(reason, "x") if reason else None
    engine = None if reason else ENGINE
    return Snapshot("h", "", engine, (), (), (), failure, None, Attempt(1, 7, ((command,),)))


@dataclass(slots=True)
class Scripted:
    """A host that answers in a given order, the last for ever."""

    answers: Sequence[Snapshot | Exception]
    looks: list[bool] = field(default_factory=list)

    def look(self, *, again: bool = False) -> Snapshot:
        """Give the next answer."""
        self.looks.append(again)
        given = self.answers[min(len(self.looks), len(self.answers)) - 1]
        if isinstance(given, Exception):
            raise given
        return given


HOST_REASONS = [reason for reason in Reason if list(Reason).index(reason) >= list(Reason).index(Reason.UNREACHABLE)]


@pytest.mark.parametrize("reason", HOST_REASONS)
def test_what_can_pass_is_tried_again_and_nothing_else(reason: Reason) -> None:
    """A reason says itself whether another try may help: keys, rights and files do not change by themselves."""
    host = Scripted([answer(reason)])
    snapshot = observe_host("h", host, QUICK)
    tries = 3 if reason.retryable else 1
    assert (snapshot.failure, snapshot.attempt.tries, len(host.looks)) == (Failure(reason, "x"), tries, tries)


def test_the_reasons_that_pass_by_themselves_are_these() -> None:
    """A bad key is not asked for again and again: that is how an account gets locked."""
    assert {str(reason) for reason in HOST_REASONS if reason.retryable} == {
        "unreachable",
        "name-unresolved",
        "connection-refused",
        "connection-lost",
        "timed-out",
        "engine-down",
        "command-failed",
        "rubbish-output",
    }


def test_commands_of_every_try_are_kept() -> None:
    """What reached the host before it answered is told with what reached it then."""
    host = Scripted([answer(Reason.TIMED_OUT, "first"), answer(None, "second")])
    snapshot = observe_host("h", host, QUICK)
    assert (snapshot.failure, snapshot.attempt) == (None, Attempt(2, 7, (("first",), ("second",))))


def test_a_bug_in_one_transport_takes_no_other_host_with_it() -> None:
    """The error becomes that host's failure, without its text, which may hold anything."""
    heard: list[tuple[str, Stage, str]] = []
    fleet = {"b": Scripted([ValueError("secret")]), "a": Scripted([answer(None)])}
    looks = observe_fleet(fleet, QUICK, again=True, tell=lambda *told: heard.append(told))
    bug = Failure(Reason.OBSERVER_FAILED, "ValueError; this is a bug in platformctl")
    assert {snapshot.host: snapshot.failure for snapshot in looks} == {"h": None, "b": bug}
    assert sorted(heard) == [
        ("a", Stage.LOOKING_AGAIN, ""),
        ("b", Stage.FAILED, "observer-failed"),
        ("b", Stage.LOOKING_AGAIN, ""),
        ("h", Stage.ANSWERED, "0 containers"),
    ]
    assert [host.looks for host in fleet.values()] == [[True], [True]]


class Exiting:
    """A transport whose library ends the thread that it is called in."""

    def look(self, *, again: bool = False) -> Snapshot:
        """Leave."""
        raise SystemExit(again)


def test_a_look_that_comes_to_no_end_of_its_own_stops_the_run() -> None:
    """What is no error of a look is raised where the run is, which else would wait for that host for ever."""
    with pytest.raises(SystemExit):
        observe_fleet({"h": Exiting()}, QUICK)


def test_no_host_makes_no_look() -> None:
    """An empty fleet is no error."""
    assert observe_fleet({}, QUICK) == ()


@dataclass(slots=True)
class Waiting:
    """A host that answers when it may."""

    allowed: Event

    def look(self, *, again: bool = False) -> Snapshot:  # noqa: ARG002
        """Wait, then fail as a host does that never answered."""
        self.allowed.wait(timeout=60)
        return replace(answer(Reason.TIMED_OUT), host="dead")


def test_hosts_that_only_keep_us_waiting_take_nobodys_place() -> None:
    """More dead hosts than may be asked at once, all before the others: those are finished while the dead wait."""
    allowed, heard = Event(), list[str]()

    def hear(host: str, stage: Stage, _: str) -> None:
        if stage.is_end:
            heard.append(host)
        if heard.count("h") == 10:
            allowed.set()

    dead = {f"dead{number}": Waiting(allowed) for number in range(MAX_CONCURRENT + 8)}
    live = {f"live{number}": Scripted([answer(None)]) for number in range(10)}
    looks = observe_fleet({**dead, **live}, Retry(tries=1), tell=hear)
    assert heard == ["h"] * 10 + ["dead"] * len(dead)
    assert len(looks) == len(dead) + len(live)


def test_whoever_waits_hears_of_each_try() -> None:
    """A host that is tried again says why, and how often it will be."""
    heard: list[tuple[str, Stage, str]] = []
    host = Scripted([answer(Reason.TIMED_OUT), answer(None)])
    observe_host("h", host, QUICK, waiter=Waiter(lambda *told: heard.append(told)))
    assert heard == [("h", Stage.LOOKING, ""), ("h", Stage.RETRYING, "timed-out, try 2 of 3")]


def test_a_run_that_is_stopped_tries_no_host_again() -> None:
    """Who waits for the next try stops waiting when nobody wants the answer any more."""
    host, stopped = Scripted([answer(Reason.TIMED_OUT)]), Event()
    stopped.set()
    snapshot = observe_host("h", host, Retry(tries=3, delay_s=3600), waiter=Waiter(stopped=stopped))
    assert (snapshot.attempt.tries, len(host.looks)) == (1, 1)
