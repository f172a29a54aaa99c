"""Looking at many hosts at once, with retries for what can pass by itself."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic
from typing import Final

from platformctl.adapters.connections import Connections
from platformctl.adapters.deadline import WAKES_S, begin
from platformctl.catalog.catalog import NamedHost
from platformctl.catalog.inventory import DockerHost, SnapshotHost, SshHost
from platformctl.errors import Failure
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.stage import Stage, Tell, silent
from platformctl.observe.transport import Transport
from platformctl.reason import Reason

MAX_CONCURRENT: Final = 32
"""Hosts that are asked at the same time."""

MAX_WAITING: Final = 256
"""Hosts that are begun and not finished, those included that only keep us waiting: each costs two threads."""

PATIENCE_S: Final = 2.0
"""A host that has taken longer is waited for beside the others, and counts no more."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a look is tried, and the seconds before the second try; they double each time, with jitter."""

    tries: int = 3
    delay_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Waiter:
    """Who waits for looks: hears how far each is, and says when nobody waits any more."""

    tell: Tell = silent
    stopped: Event = field(default_factory=Event)


def transport_for(host: NamedHost, base: Path, connections: Connections) -> Transport:
    """Return the way to look at a host; `base` is the folder that a snapshot's path starts from.

    The libraries are loaded with the transport that needs them, so that reading a snapshot stays quick.
    """
    match host.entry:
        case SshHost():
            from platformctl.adapters.ssh import SshTransport

            return SshTransport(host.name, host.entry, connections=connections)
        case DockerHost():
            from platformctl.adapters.docker_api import DockerTransport

            return DockerTransport(host.name, host.entry)
        case SnapshotHost():
            from platformctl.adapters.snapshot_folder import SnapshotTransport

            return SnapshotTransport(host.name, base / Path(host.entry.path).expanduser())


def observe_fleet(
    transports: Mapping[str, Transport],
    retry: Retry,
    *,
    again: bool = False,
    tell: Tell = silent,
) -> tuple[Snapshot, ...]:
    """Look at every host, many at a time. `tell` hears how far each is. Sorted by host."""
    left, running, waiter = deque(transports.items()), _Running(), Waiter(tell)
    snapshots: list[Snapshot] = []
    try:
        while left or running:
            while left and running.has_room():
                name, way = left.popleft()
                running.begin(name, partial(observe_host, name, way, retry, again=again, waiter=waiter))
            snapshot = running.next()
            if snapshot:
                snapshots.append(snapshot)
                tell(snapshot.host, *_came_to(snapshot))
    finally:
        waiter.stopped.set()
    return tuple(sorted(snapshots, key=lambda snapshot: snapshot.host))


class _Running:
    """The hosts that are being looked at, each in a thread that keeps nobody from ending the program."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}
        self._finished: SimpleQueue[tuple[str, Future[Snapshot]]] = SimpleQueue()

    def __len__(self) -> int:
        return len(self._begun)

    def has_room(self) -> bool:
        """Tell whether another host may be begun: what only keeps us waiting takes nobody's place."""
        impatient = monotonic() - PATIENCE_S
        asked = sum(begun > impatient for begun in self._begun.values())
        return asked < MAX_CONCURRENT and len(self._begun) < MAX_WAITING

    def begin(self, name: str, observe: Callable[[], Snapshot]) -> None:
        self._begun[name] = monotonic()
        begin(observe).add_done_callback(lambda look: self._finished.put((name, look)))

    def next(self) -> Snapshot | None:
        """Return the next look that is finished, or None where none is for a while."""
        try:
            name, look = self._finished.get(timeout=WAKES_S)
        except Empty:
            return None
        del self._begun[name]
        return look.result()


def _came_to(snapshot: Snapshot) -> tuple[Stage, str]:
    if snapshot.failure:
        return Stage.FAILED, snapshot.failure.reason
    return Stage.ANSWERED, f"{len(snapshot.containers)} container{'' if len(snapshot.containers) == 1 else 's'}"


def observe_host(
    name: str,
    transport: Transport,
    retry: Retry,
    *,
    again: bool = False,
    waiter: Waiter | None = None,
) -> Snapshot:
    """Look at one host until it answers, fails for a reason that stays, the tries are used up or the run is stopped."""
    waiter = waiter or Waiter()
    waiter.tell(name, Stage.LOOKING_AGAIN if again else Stage.LOOKING, "")
    snapshot = look_once(name, transport, again=again)
    while may_pass(snapshot) and snapshot.attempt.tries < retry.tries:
        delay_s = retry.delay_s * 2 ** (snapshot.attempt.tries - 1) * random.uniform(0.5, 1.5)  # noqa: S311  jitter is no secret
        waiter.tell(name, Stage.RETRYING, _why_again(snapshot, retry))
        if waiter.stopped.wait(delay_s):
            break
        snapshot = continued(snapshot.attempt, look_once(name, transport, again=again))
    return snapshot


def _why_again(snapshot: Snapshot, retry: Retry) -> str:
    reason = f"{snapshot.failure.reason}, " if snapshot.failure else ""
    return f"{reason}try {snapshot.attempt.tries + 1} of {retry.tries}"


def look_once(name: str, transport: Transport, *, again: bool = False) -> Snapshot:
    """Look once. An error of the observer itself becomes a value too: it may not take the other hosts with it."""
    try:
        return transport.look(again=again)
    except Exception as error:  # noqa: BLE001  see above
        failure = Failure(Reason.OBSERVER_FAILED, f"{type(error).__name__}; this is a bug in platformctl")
        return Snapshot(name, "", None, (), (), (), failure, None, Attempt(1, 0, ()))


def may_pass(snapshot: Snapshot) -> bool:
    """Tell whether the host may answer when it is asked again."""
    return snapshot.failure is not None and snapshot.failure.reason.retryable


def continued(earlier: Attempt, snapshot: Snapshot) -> Snapshot:
    """Count the tries, and keep the commands that earlier ones sent."""
    tries = earlier.tries + snapshot.attempt.tries
    commands = (*earlier.commands, *snapshot.attempt.commands)
    return replace(snapshot, attempt=replace(snapshot.attempt, tries=tries, commands=commands))
